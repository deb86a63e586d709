import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plumblineErrorIn } from '../../src/definition/error.js';
import { postgresConnection } from '../../src/registry/adapter/postgres.js';
import { databaseOptions, exclusively, openDatabase, requireVersion } from '../../src/registry/database.js';
import { isAsked } from '../counterparts/counterpart.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { startTestApp } from '../support/app.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { ALL } from './definitions.js';
import { jobStoreSuite } from './job-store.suite.js';
import { registrySuite } from './registry.suite.js';

describe.skipIf(!isAsked(POSTGRES))('a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  const connect = async () => postgresConnection(server.url, 10);
  registrySuite('PostgreSQL', connect);
  jobStoreSuite('PostgreSQL', connect);

  describe('the connection', () => {
    let database: DataSource | null = null;
    afterEach(async () => {
      await database?.destroy();
      database = null;
    });

    const open = async (url: string, poolSize = 10): Promise<DataSource> => {
      database = await openDatabase(databaseOptions(postgresConnection(url, poolSize)));
      return database;
    };
    const told = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => plumblineErrorIn(error) ?? error,
      );

    it.each([
      [
        'a port where nobody listens',
        (url: string) => url.replace(/:\d+\//, ':1/'),
        /127\.0\.0\.1:1\/postgres: .*ECONNREFUSED.*databaseUrl/,
      ],
      [
        'a wrong password',
        (url: string) => url.replace(/:[^:@]+@/, ':nope@'),
        /password authentication failed.*mend user and password/,
      ],
      [
        'a database that is not there',
        (url: string) => `${url}_2`,
        /"postgres_2" does not exist; create the database/,
      ],
      [
        'a certificate of nobody known',
        (url: string) => `${url}?sslmode=verify-full`,
        /certificate.*databaseUrl/,
      ],
      [
        'a file that is not there',
        (url: string) => `${url}?sslmode=verify-full&sslrootcert=no.pem`,
        /^databaseUrl: .*no\.pem/,
      ],
    ])('refuses %s, and keeps the password to itself', async (_, wrong, message) => {
      const error = await told(open(wrong(server.url)));
      expect(error).toMatchObject({ name: 'PlumblineError', message: expect.stringMatching(message) });
      expect(String(error)).not.toContain(new URL(server.url).password);
    });

    it('refuses versions that nobody tried', () => {
      expect(() => requireVersion(140_013)).toThrow('PostgreSQL 14; version 15 or later');
      expect(() => requireVersion(150_000)).not.toThrow();
    });

    it('goes over TLS to a server whose certificate is known', async () => {
      const url = `${server.url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(server.caFile)}`;
      const rows = await (await open(url)).query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      expect(rows).toEqual([{ ssl: true }]);
    });

    it('is one of as many as the pool may have, and one is enough', async () => {
      const tables = await open(await server.createDatabase('narrow'), 1);
      const added = () => exclusively(tables, (transaction) => transaction.query('SELECT pg_backend_pid()'));
      const pids = await Promise.all(Array.from({ length: 12 }, added));
      expect(new Set(pids.map(([{ pg_backend_pid: pid }]) => pid)).size).toBe(1);
    });

    it.each(['kill', 'stop'] as const)('is made anew after a %s of the server', async (end) => {
      const tables = await open(server.url);
      const inTransaction = told(
        exclusively(tables, async (transaction) => {
          await server[end]();
          await transaction.query('SELECT 1');
        }),
      );
      expect(await inTransaction).toMatchObject({ code: 'UNAVAILABLE' });
      expect(await told(tables.query('SELECT 1'))).toMatchObject({ code: 'UNAVAILABLE' });
      await server.start();
      // The lock of the transaction went with its connection.
      expect(await exclusively(tables, (transaction) => transaction.query('SELECT 1 AS one'))).toEqual([
        { one: 1 },
      ]);
    });

    it('is given up when it hangs, with what its transaction held', async () => {
      const proxy = await FaultProxy.open(server.port);
      const url = new URL(server.url);
      url.port = String(proxy.port);
      url.searchParams.set('query_timeout', '500');
      const tables = await open(url.href);
      const hanging = exclusively(tables, async (transaction) => {
        proxy.hold();
        await transaction.query('SELECT 1');
      });
      expect(await told(hanging)).toMatchObject({ code: 'UNAVAILABLE' });
      proxy.resume();
      expect(await exclusively(tables, (transaction) => transaction.query('SELECT 1 AS one'))).toEqual([
        { one: 1 },
      ]);
      await tables.destroy();
      database = null;
      await proxy.close();
    });
  });

  it('may restart under a running service', async () => {
    const databaseUrl = await server.createDatabase('service');
    const service = await startTestApp({ configuration: { databaseUrl } });
    const apply = (name: string) => service.post(`/v1/projects/${name}/apply`, { documents: ALL });
    expect(await apply('before')).toMatchObject({ status: 200 });
    await server.kill();
    expect(await apply('meanwhile')).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } });
    expect(await service.get('/health')).toMatchObject({ status: 503 });
    expect(await service.get('/v1/projects/before/entities')).toMatchObject({ status: 200 });
    await server.start();
    expect(await apply('meanwhile')).toMatchObject({ status: 200 });
    expect(await service.get('/health')).toMatchObject({ status: 200 });
    await service.close();
  });
});
