import type { ColumnBatch } from '../definition/column-batch.js';
import type { TypedColumn } from './file-reader.js';
import type { AnswerColumn } from './store.js';

/** Parquet files made and looked into, beside their reading by declared types. */
export interface ParquetFiles {
  /** The columns of a file, in its order; the type of one is null where it is none of ours. Throws INVALID_FILE. */
  columns(path: string): Promise<readonly AnswerColumn[]>;
  /**
   * Writes rows as one file, in order; the same rows are the same bytes, however they are batched. A few row groups are held at a
   * time, whatever the number of rows. Throws what `batches` throws, and leaves no file then.
   */
  write(path: string, columns: readonly TypedColumn[], batches: AsyncIterable<ColumnBatch>): Promise<void>;
  /** Writes the rows of a file, in order, without some of its columns. Throws INVALID_FILE. */
  copyWithout(path: string, dropped: ReadonlySet<string>, to: string): Promise<void>;
}

export const PARQUET_FILES = Symbol('ParquetFiles');
