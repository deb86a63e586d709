import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { readOnce } from '../platform/read-once.js';
import type { RetrievalResult } from './store.js';

/** A result as an Arrow IPC stream; the result is closed when that has been read or given up, begun or not. */
export async function arrowAnswer(result: RetrievalResult): Promise<Readable> {
  try {
    const stream = Readable.from(result.arrowStream(), { objectMode: false });
    stream.once('close', () => void result.close().catch(() => undefined));
    return stream;
  } catch (error) {
    await result.close();
    throw error;
  }
}

/** A result as Parquet, by way of the file `path`, which is gone when it has been read or given up. */
export async function parquetAnswer(result: RetrievalResult, path: string): Promise<Readable> {
  try {
    await result.writeParquet(path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await result.close();
  }
  return readOnce(path);
}
