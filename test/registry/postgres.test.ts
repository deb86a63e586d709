import { afterAll, beforeAll, describe } from 'vitest';
import { postgresConnection } from '../../src/registry/adapter/postgres.js';
import { isAsked } from '../counterparts/counterpart.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { jobStoreSuite } from './job-store.suite.js';
import { registrySuite } from './registry.suite.js';

describe.skipIf(!isAsked(POSTGRES))('a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  const connect = async () => postgresConnection(server.url);
  registrySuite('PostgreSQL', connect);
  jobStoreSuite('PostgreSQL', connect);
});
