import type { ColumnBatch } from '../definition/column-batch.js';
import type { FileColumn, FileReader, TypedColumn } from './file-reader.js';

/** Reads columns back from a Parquet file that a retrieval wrote: a training set. */
export class FrameReader {
  constructor(private readonly files: FileReader) {}

  /** The asked columns, row order kept, some ten thousand rows a batch. Throws INVALID_FILE. */
  async *read(path: string, columns: readonly TypedColumn[]): AsyncIterable<ColumnBatch> {
    const file = await this.files.open(path, withPlaces(columns), 'ignore');
    yield* file.batches();
  }
}

export const FRAME_READER = Symbol('FrameReader');

function withPlaces(columns: readonly TypedColumn[]): readonly FileColumn[] {
  return columns.map((column) => ({ ...column, from: [column.name] }));
}
