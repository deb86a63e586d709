import { join } from 'node:path';
import { pgliteConnection } from '../../src/registry/adapter/pglite.js';
import { seedRegistry } from '../../src/registry/adapter/pglite-template.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { registrySuite } from './registry.suite.js';

const dir = join(temporaryFolder('pglite'), 'registry');

registrySuite('PGlite', async () => {
  await seedRegistry(dir);
  return pgliteConnection(dir);
});
