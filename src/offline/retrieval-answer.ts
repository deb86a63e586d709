import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ColumnBatch } from '../definition/column-batch.js';
import { readOnce } from '../platform/read-once.js';
import type { TypedColumn } from './file-reader.js';
import type { FrameFormat } from './frame-format.js';
import { type StreamFormat, writeFrame } from './frame-write.js';
import type { Retrieval, RetrievalRequest } from './retrieval.js';
import type { RetrievalReport, RetrievalResult } from './store.js';

/** Retrievals whose answers are streamed. */
export class RetrievalAnswers {
  constructor(
    private readonly retrieval: Retrieval,
    private readonly temporaryDir: string,
  ) {}

  /**
   * The answer in a format, its first bytes made, so that what fails before them is still answered with an error. What it
   * holds is freed when the stream has been read or given up. Throws what {@link Retrieval.start} throws.
   */
  async stream(
    request: RetrievalRequest,
    format: FrameFormat,
  ): Promise<{ readonly report: RetrievalReport; readonly stream: Readable }> {
    const result = await this.retrieval.start(request);
    const { report } = result;
    if (format !== 'parquet') return { report, stream: await batchedAnswer(result, format) };
    const path = join(this.temporaryDir, `${randomUUID()}.answer`);
    return { report, stream: await parquetAnswer(result, path) };
  }
}

export type AnswerFile = {
  readonly path: string;
  /** Hears how many rows are written. */
  readonly progress: (rows: number) => void;
  readonly signal: AbortSignal;
};

/** Writes a result into a file, and closes it. Throws when the signal is aborted. */
export async function writeAnswer(
  result: RetrievalResult,
  format: FrameFormat,
  { path, progress, signal }: AnswerFile,
): Promise<void> {
  try {
    signal.throwIfAborted();
    if (format === 'parquet') await result.writeParquet(path);
    else await pipeline(chunksOf(result, format, progress), createWriteStream(path), { signal });
    progress(result.report.rows);
  } finally {
    await result.close();
  }
}

/** By way of a file, which is gone with the answer. */
async function parquetAnswer(result: RetrievalResult, path: string): Promise<Readable> {
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

async function batchedAnswer(result: RetrievalResult, format: StreamFormat): Promise<Readable> {
  try {
    const chunks = await begun(chunksOf(result, format, () => undefined));
    const stream = Readable.from(chunks, { objectMode: false });
    stream.once('close', () => void result.close().catch(() => undefined));
    return stream;
  } catch (error) {
    await result.close();
    throw error;
  }
}

function chunksOf(
  result: RetrievalResult,
  format: StreamFormat,
  progress: (rows: number) => void,
): AsyncIterable<Uint8Array> {
  const batches = result.batches();
  async function* counted(): AsyncIterable<ColumnBatch> {
    let rows = 0;
    for await (const batch of batches) {
      yield batch;
      rows += batch.rowCount;
      progress(rows);
    }
  }
  // A column of no type of ours was refused by `batches`.
  return writeFrame(format, result.columns as readonly TypedColumn[], counted());
}

/** A schema or header and the first rows: what is made before an answer begins. */
const CHUNKS_AHEAD = 2;

/** The same chunks, the first ones made already. Throws what making them throws. */
async function begun(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const source = chunks[Symbol.asyncIterator]();
  const made: Uint8Array[] = [];
  let next = await source.next();
  for (; next.done !== true && made.length < CHUNKS_AHEAD - 1; next = await source.next())
    made.push(next.value);
  if (next.done !== true) made.push(next.value);
  async function* all(): AsyncIterable<Uint8Array> {
    try {
      yield* made;
      for (let chunk = await source.next(); chunk.done !== true; chunk = await source.next())
        yield chunk.value;
    } finally {
      await source.return?.();
    }
  }
  return all();
}
