import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgliteConnection } from '../../src/registry/adapter/pglite.js';
import { postgresConnection } from '../../src/registry/adapter/postgres.js';
import { type DatabaseConnection, databaseOptions, openDatabase } from '../../src/registry/database.js';
import {
  copyRegistry,
  MOVED_TABLES,
  registryCounts,
  registryDigests,
} from '../../src/registry/registry-copy.js';
import { isAsked } from '../counterparts/counterpart.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';

/** Of one database alone, and of the processes that share it now. */
const LEFT_TABLES = ['catalog_change', 'migration', 'service_process', 'source_lease'];

/** Five databases are made, some of them embedded ones from nothing. */
const DEADLINE_MS = 240_000;

const AWKWARD = `'{"a": -0.0, "n": 9223372036854775807, "s": "tab\\\\t \\\\u0000 \u{1F6EB} \\\\"q\\\\"  "}'`;

/** Rows of every table; more of some than are read at once; instants to the microsecond; numbers of rows that are gone. */
const ROWS = `
  INSERT INTO document_version (project, kind, name, version, fingerprint, document, pins, created_at, state_details)
    SELECT 'p', 'FeatureSet', 'Ünï_' || (i * 7919 % 251), i, 'f', ${AWKWARD}, '{}', '2013-01-01T00:00:00.123456Z'::timestamptz + i * interval '1 us', '{}'
    FROM generate_series(1, 251) i;
  DELETE FROM document_version WHERE id > 249;
  INSERT INTO last_version VALUES ('p', 'FeatureSet', 'b', 3), ('p', 'FeatureSet', 'B', 4), ('p', 'Entity', 'é', 1);
  INSERT INTO training_set (project, id, record) VALUES ('p', 't', ${AWKWARD});
  INSERT INTO model_version (project, model, version, record) SELECT 'p', 'm', i, ${AWKWARD} FROM generate_series(1, 101) i;
  INSERT INTO activation SELECT id, '-1', '1300000000000000' FROM document_version WHERE id % 2 = 0;
  INSERT INTO job (id, project, kind, spec, state, worker, heartbeat_at, cancel_requested)
    VALUES ('j', 'p', 'rebuild', '{}', 'running', 'w', '1999-12-31T23:59:59.999999+01:00', true), ('k', 'p', 'rebuild', '{}', 'succeeded', NULL, NULL, false);
  INSERT INTO quarantined_row (project, source, delivery, ordinal, row, problems)
    SELECT 'p', 's', 'd', i, ${AWKWARD}, '[]' FROM generate_series(1, 300) i;
  INSERT INTO held_row SELECT 'p', 's', '000' || i || '/é', 'file', decode('00ff5c27' || lpad(to_hex(i), 2, '0'), 'hex') FROM generate_series(1, 150) i;
`;

const opened: DataSource[] = [];

async function open(connection: DatabaseConnection): Promise<DataSource> {
  const database = await openDatabase(databaseOptions(connection));
  opened.push(database);
  return database;
}

afterAll(async () => {
  for (const database of opened) await database.destroy();
});

describe('what moves with a registry', () => {
  it('is every table, but for those named here', async () => {
    const database = await open(pgliteConnection(null));
    const tables: readonly { readonly name: string }[] = await database.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables.map(({ name }) => name).sort()).toEqual([...MOVED_TABLES, ...LEFT_TABLES].sort());
  });
});

describe.skipIf(!isAsked(POSTGRES))('a registry that moves', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  it(
    'is on PostgreSQL what it was on PGlite, and back there again, whatever stood there',
    async () => {
      const [embedded, back] = [await open(pgliteConnection(null)), await open(pgliteConnection(null))];
      const url = await server.createDatabase('zoned');
      await (await open(postgresConnection(server.url, 1))).query(
        `ALTER DATABASE zoned SET TimeZone = 'Asia/Kolkata'`,
      );
      const moved = await open(postgresConnection(url, 2));
      await embedded.query(ROWS);
      await moved.query(`INSERT INTO last_version VALUES ('gone', 'Entity', 'gone', 1)`);
      const before = await registryDigests(embedded);
      expect(before.get('quarantined_row')!.rows).toBe(300);
      expect(new Set([...before.values()].map(({ digest }) => digest)).size).toBe(MOVED_TABLES.length);
      // The second time it finds what the first time left.
      for (let time = 0; time < 2; time++) await copyRegistry(embedded, moved);
      expect(await registryDigests(moved)).toEqual(before);
      await copyRegistry(moved, back);
      expect(await registryDigests(back)).toEqual(before);
      for (const database of [embedded, moved, back]) {
        expect([...(await registryCounts(database)).values()]).toEqual([249, 3, 1, 101, 124, 2, 300, 150]);
        const [row] = await database.query(
          `INSERT INTO document_version (project, kind, name, version, fingerprint, document, pins)
         VALUES ('p', 'Entity', 'next', 1, 'f', '{}', '{}') RETURNING id`,
        );
        expect(row.id).toBe(252);
        const [job] = await database.query(
          `INSERT INTO job (id, project, kind, spec, state) VALUES ('l', 'p', 'rebuild', '{}', 'queued') RETURNING place`,
        );
        expect(job.place).toBe(3);
      }
    },
    DEADLINE_MS,
  );

  it(
    'leaves the target as it was where it is cut short, and tells a difference',
    async () => {
      const embedded = await open(pgliteConnection(null));
      const moved = await open(postgresConnection(await server.createDatabase('cut'), 2));
      await embedded.query(ROWS);
      await moved.query(`INSERT INTO training_set (project, id, record) VALUES ('q', 't', '{}')`);
      const before = await registryDigests(moved);
      await moved.query('ALTER TABLE quarantined_row ADD CONSTRAINT few CHECK (id < 250)');
      await expect(copyRegistry(embedded, moved)).rejects.toThrow('few');
      expect(await registryDigests(moved)).toEqual(before);
      await moved.query('ALTER TABLE quarantined_row DROP CONSTRAINT few');
      await copyRegistry(embedded, moved);
      await moved.query(`UPDATE document_version SET created_at = created_at + interval '1 us' WHERE id = 7`);
      const [wanted, found] = [await registryDigests(embedded), await registryDigests(moved)];
      expect(MOVED_TABLES.filter((name) => wanted.get(name)!.digest !== found.get(name)!.digest)).toEqual([
        'document_version',
      ]);
    },
    DEADLINE_MS,
  );
});
