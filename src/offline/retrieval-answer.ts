import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';

import { Readable } from 'node:stream';
import type { RetrievalResult } from './store.js';

/** A result as an Arrow IPC stream, closed when it has been read or given up. */
export function arrowAnswer(result: RetrievalResult): Readable {
  return Readable.from(arrowChunks(result), { objectMode: false });
}

/** A result as Parquet, by way of the file `path`, which is gone when it has been read or given up. */
export async function parquetAnswer(result: RetrievalResult, path: string): Promise<Readable> {
  try {
    await result.writeParquet(path);
  } finally {
    await result.close();
  }
  const stream = createReadStream(path);
  stream.once('close', () => void rm(path, { force: true }).catch(() => undefined));
  return stream;
}

async function* arrowChunks(result: RetrievalResult): AsyncIterable<Uint8Array> {
  try {
    yield* result.arrowStream();
  } finally {
    await result.close();
  }
}
