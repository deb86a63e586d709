import type { ColumnBatch } from '../definition/column-batch.js';
import type { ValueType } from '../definition/value-type.js';

/** Formats a batch file may have. */
export const FILE_FORMATS = ['parquet', 'csv'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export type TypedColumn = { readonly name: string; readonly type: ValueType };

/** A batch file, opened: its columns were found and have fitting types. */
export interface OpenedFile {
  /**
   * The rows in file order, in batches of at most a few thousand rows, NaN and infinities already NULL (S3).
   * Throws INVALID_FILE or INVALID_ROW with the row and column of each bad value.
   */
  batches(): AsyncIterable<ColumnBatch>;
}

/** Reads batch files by declared column types; nothing is coerced but widened without loss (S4). */
export interface FileReader {
  /**
   * Opens a file for reading `columns`. With `exact`, columns of the file that are not asked for are refused.
   * Throws INVALID_FILE when the file is unreadable, a column is missing, or its type does not fit.
   */
  open(
    path: string,
    format: FileFormat,
    columns: readonly TypedColumn[],
    extra: 'refuse' | 'ignore',
  ): Promise<OpenedFile>;
  close(): Promise<void>;
}

export const FILE_READER = Symbol('FileReader');
