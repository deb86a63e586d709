import { Readable } from 'node:stream';
import { readOnce } from '../platform/read-once.js';
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
  return readOnce(path);
}

async function* arrowChunks(result: RetrievalResult): AsyncIterable<Uint8Array> {
  try {
    yield* result.arrowStream();
  } finally {
    await result.close();
  }
}
