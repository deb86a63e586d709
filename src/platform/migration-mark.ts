import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlumblineError } from '../definition/error.js';

/** Where each part of an installation is, as an operator knows it, by the part. */
export type InstallationPlaces = Readonly<Record<string, string>>;

/** Says in a data folder that an installation is being moved from it or to it. */
export type MigrationMark = { readonly from: InstallationPlaces; readonly to: InstallationPlaces };

/** Null where nothing is being moved. */
export function migrationMark(dataDir: string): MigrationMark | null {
  const file = fileIn(dataDir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MigrationMark) : null;
}

/** Durable, whole or not at all. */
export function markMigration(dataDir: string, mark: MigrationMark): void {
  const file = fileIn(dataDir);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(mark, null, 2)}\n`, { flush: true });
  renameSync(`${file}.tmp`, file);
}

export function endMigration(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/** Throws CONFLICT where a migration from a folder or to it was begun and did not end. */
export function requireNoMigration(dataDir: string): void {
  if (migrationMark(dataDir) === null) return;
  throw new PlumblineError(
    'CONFLICT',
    `"${dataDir}" belongs to an unfinished migration, see ${fileIn(dataDir)}: run "plumbline migrate-data" again; or give it up: remove what it brought to its target, and this file at its source`,
    { path: 'dataDir' },
  );
}

/** Its name in a data folder. */
export const MIGRATION_FILE = 'migration.json';

function fileIn(dataDir: string): string {
  return join(dataDir, MIGRATION_FILE);
}
