import { afterAll, describe, it } from 'vitest';
import { postgresConnection } from '../../src/registry/adapter/postgres.js';
import { startPostgres } from '../support/postgres.js';
import { jobStoreSuite } from './job-store.suite.js';
import { registrySuite } from './registry.suite.js';

const server = await startPostgres();

if (server === null) {
  describe('registry on PostgreSQL', () => {
    it.skip('not run: set DATABASE_URL, or install the postgresql package', () => undefined);
  });
} else {
  afterAll(() => server.stop());
  const connect = async () => postgresConnection(server.url);
  registrySuite('PostgreSQL', connect);
  jobStoreSuite('PostgreSQL', connect);
}
