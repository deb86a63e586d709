import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs alone among the processes of this machine that use the same lock file, which holds its owner's process id. The file
 * of an owner that is gone counts for nothing; two that see that at the same moment may run beside each other.
 */
export async function withLock(path: string, run: () => Promise<void>): Promise<void> {
  while (!(await taken(path))) await sleep(RETRY_MS);
  try {
    await run();
  } finally {
    await rm(path, { force: true });
  }
}

async function taken(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  if (await isAbandoned(path)) await rm(path, { force: true });
  return false;
}

async function isAbandoned(path: string): Promise<boolean> {
  // Between its creation and its first byte the file is empty: a moment later it is not.
  const owner = Number(await readFile(path, 'utf8').catch(() => ''));
  if (owner === 0) {
    await sleep(RETRY_MS);
    return Number(await readFile(path, 'utf8').catch(() => '1')) === 0;
  }
  try {
    return !process.kill(owner, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Making a counterpart takes minutes. */
const RETRY_MS = 500;
