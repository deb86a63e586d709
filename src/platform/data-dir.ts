import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlumblineError } from '../definition/error.js';
import { requireNoMigration } from './migration-mark.js';

/** The data folder while this process owns it. */
export type DataDir = {
  /** Uploads and other files that do not outlive the request or the process. */
  readonly temporary: string;
  /** Gives the folder to the next process. */
  release(): void;
};

/** Where requests keep what they upload. */
export function temporaryDir(dataDir: string): string {
  return join(dataDir, TEMPORARY_FOLDER);
}

/**
 * Makes the data folder, locks it for this process (the embedded engines belong to one) and clears what an earlier
 * process left in its temporary folder. Throws CONFLICT when another process holds it, or its data is being moved.
 */
export function openDataDir(dataDir: string): DataDir {
  const temporary = temporaryDir(dataDir);
  const release = lockDataDir(dataDir);
  try {
    requireNoMigration(dataDir);
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
  } catch (error) {
    release();
    throw error;
  }
  return { temporary, release };
}

/** Makes the data folder and locks it for this process; gives what unlocks it. Throws CONFLICT when another process holds it. */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const lockFile = join(dataDir, LOCK_FILE);
  takeLock(lockFile, dataDir);
  return () => rmSync(lockFile, { force: true });
}

/** Names in the data folder of what belongs to a process. */
export const LOCK_FILE = 'plumbline.lock';
export const TEMPORARY_FOLDER = 'tmp';

function takeLock(lockFile: string, dataDir: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lockFile, `${process.pid} ${startTimeOf(process.pid)}\n`, { flag: 'wx' });
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

/**
 * A lock outlives its owner when that was killed. One with this very process id is such a lock (containers), and so is one
 * whose process id went to another process, which then began at another time.
 */
function isHeld(lockFile: string): boolean {
  const [pid, startTime] = readFileSync(lockFile, 'utf8').trim().split(' ');
  const owner = Number.parseInt(pid ?? '', 10);
  if (!Number.isInteger(owner) || owner <= 0 || owner === process.pid) return false;
  return isAlive(owner) && (startTime === undefined || startTimeOf(owner) === startTime);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process began, in clock ticks since the system did; `unknown` where there is no /proc. Source: proc(5), field 22. */
function startTimeOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return fields[19] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
