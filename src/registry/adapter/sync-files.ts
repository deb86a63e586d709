import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Slack for file systems that keep coarse modification times, milliseconds. */
const SLACK_MS = 2_000;

/**
 * A function that brings every file in `dir` written since its last call to the disk. PGlite writes through Node's file
 * system and never waits for the disk itself; without this, a commit would outlive the process but not a power failure.
 */
export function syncerOf(dir: string): () => Promise<void> {
  let syncedMs = Date.now();
  return async () => {
    const sinceMs = syncedMs - SLACK_MS;
    syncedMs = Date.now();
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    await Promise.all(files.map((file) => syncIfNewer(join(file.parentPath, file.name), sinceMs)));
  };
}

async function syncIfNewer(path: string, sinceMs: number): Promise<void> {
  const status = await stat(path).catch(() => null);
  if (status === null || status.mtimeMs < sinceMs) return;
  const file = await open(path, 'r').catch(() => null);
  // A file that went meanwhile, such as a temporary one, needs no sync.
  if (file === null) return;
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
