import type { ColumnBatch } from '../definition/column-batch.js';
import type { ValueType } from '../definition/value-type.js';

export type TypedColumn = { readonly name: string; readonly type: ValueType };

/** A column to read: where it lies in the file, a column's name and then those of the structure's members within. */
export type FileColumn = TypedColumn & { readonly from: readonly string[] };

/** A Parquet file, opened: its columns were found and have fitting types. */
export interface OpenedFile {
  /** As the file itself says. */
  readonly rowCount: number;
  /**
   * The rows in file order, in batches of some ten thousand, NaN and infinities already NULL (S3); with `names` only those
   * columns of them. Throws INVALID_FILE.
   */
  batches(names?: ReadonlySet<string>): AsyncIterable<ColumnBatch>;
}

/** Reads Parquet files by declared column types; nothing is coerced but widened without loss (S4). */
export interface FileReader {
  /**
   * Opens a file for reading `columns`; columns of the file that are not asked for are ignored or refused.
   * Throws INVALID_FILE when the file is unreadable, a column is missing, or its type does not fit.
   */
  open(path: string, columns: readonly FileColumn[], extra: 'refuse' | 'ignore'): Promise<OpenedFile>;
  close(): Promise<void>;
}

export const FILE_READER = Symbol('FileReader');
