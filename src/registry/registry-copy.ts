import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';

/** Tables that move, in an order in which rows find what they refer to; `serial` is a column that numbers rows. */
const MOVED: readonly MovedTable[] = [
  { name: 'document_version', key: ['id'], serial: 'id' },
  { name: 'last_version', key: ['project', 'kind', 'name'] },
  { name: 'training_set', key: ['project', 'id'] },
  { name: 'model_version', key: ['project', 'model', 'version'] },
  { name: 'activation', key: ['set_id'] },
  { name: 'job', key: ['id'], serial: 'place' },
  { name: 'quarantined_row', key: ['id'], serial: 'id' },
  { name: 'held_row', key: ['project', 'source', 'id'] },
];

type MovedTable = { readonly name: string; readonly key: readonly string[]; readonly serial?: string };

/** Names of the tables that move; others are of one database, such as that of its migrations. */
export const MOVED_TABLES: readonly string[] = MOVED.map(({ name }) => name);

/** Rows read and written at once: a quarantined row may have megabytes. */
const ROWS_AT_ONCE = 100;

/** What a table holds: how many rows, and the sum of their SHA-256 as numbers, whatever their order. */
export type TableDigest = { readonly rows: number; readonly digest: string };

/**
 * Puts every row of a registry in the place of what another one holds, in one transaction: all of it or nothing. Numbers
 * that were given to rows which are gone are not given again there.
 */
export async function copyRegistry(from: DataSource, to: DataSource): Promise<void> {
  await inUtc(from, (source) =>
    inUtc(to, async (target) => {
      await target.query(`TRUNCATE ${MOVED_TABLES.join(', ')}`);
      for (const table of MOVED) {
        for await (const rows of pagesOf(source, table)) {
          const json = `[${rows.map((row) => row.json).join(',')}]`;
          await target.query(
            `INSERT INTO ${table.name} SELECT * FROM json_populate_recordset(NULL::${table.name}, $1::json)`,
            [json],
          );
        }
        await copySerial(source, target, table);
      }
    }),
  );
}

/** By table. */
export async function registryDigests(database: DataSource): Promise<ReadonlyMap<string, TableDigest>> {
  return inUtc(database, async (transaction) => {
    const digests = new Map<string, TableDigest>();
    for (const table of MOVED) digests.set(table.name, await digestOf(transaction, table));
    return digests;
  });
}

/** Rows of each table; of one that was never migrated none. It makes nothing. */
export async function registryCounts(database: DataSource): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const name of MOVED_TABLES) {
    const [found] = await database.query('SELECT to_regclass($1) IS NOT NULL AS there', [name]);
    const [row] = found.there
      ? await database.query(`SELECT count(*)::int AS rows FROM ${name}`)
      : [{ rows: 0 }];
    counts.set(name, row.rows);
  }
  return counts;
}

/** One moment of all tables; instants are told with all their digits, in one zone. */
function inUtc<T>(database: DataSource, work: (transaction: EntityManager) => Promise<T>): Promise<T> {
  return database.transaction('REPEATABLE READ', async (transaction) => {
    await transaction.query(`SET LOCAL TIME ZONE 'UTC'`);
    return work(transaction);
  });
}

/** A row as PostgreSQL writes it in JSON, where text stays as it is, and its key in front of others. */
type TableRow = { readonly json: string; readonly key: readonly unknown[] };

async function* pagesOf(
  transaction: EntityManager,
  { name, key }: MovedTable,
): AsyncIterable<readonly TableRow[]> {
  const columns = key.join(', ');
  let last: readonly unknown[] = [];
  for (;;) {
    const behind =
      last.length === 0 ? '' : `WHERE (${columns}) > (${last.map((_, i) => `$${i + 1}`).join(', ')})`;
    const rows: readonly { readonly json: string }[] = await transaction.query(
      `SELECT row_to_json(t)::text AS json, ${columns}
       FROM (SELECT * FROM ${name} ${behind} ORDER BY ${columns} LIMIT ${ROWS_AT_ONCE}) t ORDER BY ${columns}`,
      [...last],
    );
    if (rows.length === 0) return;
    const page = rows.map(({ json, ...of }) => ({
      json,
      key: key.map((column) => (of as TableKey)[column]),
    }));
    yield page;
    last = page.at(-1)!.key;
  }
}

type TableKey = Readonly<Record<string, unknown>>;

async function copySerial(
  source: EntityManager,
  target: EntityManager,
  { name, serial }: MovedTable,
): Promise<void> {
  if (serial === undefined) return;
  const [{ sequence }] = await source.query('SELECT pg_get_serial_sequence($1, $2) AS sequence', [
    name,
    serial,
  ]);
  const [{ last_value, is_called }] = await source.query(`SELECT last_value, is_called FROM ${sequence}`);
  await target.query('SELECT setval(pg_get_serial_sequence($1, $2), $3, $4)', [
    name,
    serial,
    last_value,
    is_called,
  ]);
}

async function digestOf(transaction: EntityManager, table: MovedTable): Promise<TableDigest> {
  let [rows, sum] = [0, 0n];
  for await (const page of pagesOf(transaction, table))
    for (const { json } of page) {
      rows++;
      sum += BigInt(`0x${createHash('sha256').update(json).digest('hex')}`);
    }
  return { rows, digest: BigInt.asUintN(256, sum).toString(16) };
}
