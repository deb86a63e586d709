import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** The bytes of a file that is gone when it has been read or given up. */
export function readOnce(path: string): Readable {
  const stream = createReadStream(path);
  // What cannot be removed now goes with the temporary folder at the next start.
  stream.once('close', () => void rm(path, { force: true }).catch(() => undefined));
  return stream;
}
