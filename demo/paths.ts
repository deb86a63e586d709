import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's root: the nearest folder above this file that has a package.json. */
export const ROOT = rootAbove(import.meta.dirname);

export const DEMO = join(ROOT, 'demo');
/** Raw files, as published. */
export const RAW = join(DEMO, 'data');
/** Everything a run writes. */
export const OUT = join(DEMO, 'out');
/** Files that the run prepares for the service to load. */
export const PREPARED = join(OUT, 'prepared');
/** The service's own data. */
export const SERVICE_DATA = join(OUT, 'data');

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder;
  return rootAbove(dirname(folder));
}
