import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseOptions, openDatabase } from '../database.js';
import { pgliteConnection } from './pglite.js';

/** Where the build puts the template, seen from this file in `dist` and in the sources. */
const TEMPLATE_DIRS = ['../../../registry-template', '../../../dist/registry-template'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Makes a PGlite data directory with every migration applied; making one takes seconds, copying it does not. The build
 * calls it.
 * @public
 */
export async function buildRegistryTemplate(dir: string): Promise<void> {
  const database = await openDatabase(databaseOptions(pgliteConnection(dir)));
  await database.query('CHECKPOINT');
  await database.destroy();
}

/**
 * Puts the template, where a build made one, in the place of a registry that does not exist yet. The copy appears whole
 * or not at all. Without a template the database is created from nothing.
 */
export async function seedRegistry(dir: string): Promise<void> {
  const template = TEMPLATE_DIRS.find((path) => existsSync(join(path, 'PG_VERSION')));
  if (template === undefined || existsSync(dir)) return;
  const copy = await mkdtemp(join(dirname(dir), 'tmp-registry-'));
  try {
    await cp(template, copy, { recursive: true });
    await rename(copy, dir);
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}
