import type { ColumnBatch } from '../definition/column-batch.js';
import type { FileReader, TypedColumn } from './file-reader.js';

/** Reads columns back from a Parquet file that a retrieval wrote: a training set. */
export class FrameReader {
  constructor(private readonly files: FileReader) {}

  /** The asked columns, row order kept, a few thousand rows a batch. Throws INVALID_FILE. */
  async *read(path: string, columns: readonly TypedColumn[]): AsyncIterable<ColumnBatch> {
    const file = await this.files.open(path, 'parquet', columns, 'ignore');
    yield* file.batches();
  }
}

export const FRAME_READER = Symbol('FrameReader');
