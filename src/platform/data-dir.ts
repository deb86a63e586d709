import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlumblineError } from '../definition/error.js';

/** The data folder while this process owns it. */
export type DataDir = {
  /** Uploads and other files that do not outlive the request or the process. */
  readonly temporary: string;
  /** Gives the folder to the next process. */
  release(): void;
};

/** Where requests keep what they upload. */
export function temporaryDir(dataDir: string): string {
  return join(dataDir, 'tmp');
}

/**
 * Makes the data folder, locks it for this process (the embedded engines belong to one) and clears what an earlier
 * process left in its temporary folder. Throws CONFLICT when another process holds it.
 */
export function openDataDir(dataDir: string): DataDir {
  const temporary = temporaryDir(dataDir);
  mkdirSync(dataDir, { recursive: true });
  const lockFile = join(dataDir, 'plumbline.lock');
  takeLock(lockFile, dataDir);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  return { temporary, release: () => rmSync(lockFile, { force: true }) };
}

function takeLock(lockFile: string, dataDir: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lockFile, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (isHeld(lockFile)) break;
    rmSync(lockFile, { force: true });
  }
  throw new PlumblineError(
    'CONFLICT',
    `another process works in "${dataDir}"; stop it, choose another dataDir, or delete ${lockFile} if it is gone`,
    { path: 'dataDir' },
  );
}

/** A lock outlives its owner when that was killed; a lock with this very process id is one of those (containers). */
function isHeld(lockFile: string): boolean {
  const owner = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
  if (!Number.isInteger(owner) || owner <= 0 || owner === process.pid) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
