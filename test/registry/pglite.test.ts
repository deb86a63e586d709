import { join } from 'node:path';
import { pgliteConnection } from '../../src/registry/adapter/pglite.js';
import { seedRegistry } from '../../src/registry/adapter/pglite-template.js';
import type { DatabaseConnection } from '../../src/registry/database.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { jobStoreSuite } from './job-store.suite.js';
import { registrySuite } from './registry.suite.js';

const dir = join(temporaryFolder('pglite'), 'registry');

async function connect(): Promise<DatabaseConnection> {
  await seedRegistry(dir);
  return pgliteConnection(dir);
}

registrySuite('PGlite', connect);
jobStoreSuite('PGlite', connect);
