import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

// Vitest ends its workers by this signal, which by itself would leave them no time.
process.once('SIGTERM', () => process.exit(143));

/** A fresh folder that is gone when the process ends. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `plumbline-${name}-`));
  made.push(folder);
  return folder;
}

/** A copy of a folder as it is on the disk, which a crash would leave. */
export function copiedFolder(folder: string): string {
  const copy = temporaryFolder('copy');
  cpSync(folder, copy, { recursive: true });
  return copy;
}
