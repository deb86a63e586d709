import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The name under which processes on this data folder take jobs. Only one at a time holds the folder, so a job that runs
 * under this name when a process starts was left by one that is gone.
 */
export function workerNameOf(dataDir: string): string {
  const file = join(dataDir, 'worker');
  if (existsSync(file)) {
    const name = readFileSync(file, 'utf8').trim();
    if (name !== '') return name;
  }
  const name = randomUUID();
  writeFileSync(file, `${name}\n`, { flush: true });
  return name;
}
