import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type ColumnBatch, emptyBatch } from '../definition/column-batch.js';
import type { FileReader, TypedColumn } from './file-reader.js';
import { readFrame } from './frame-read.js';
import { writeFrame } from './frame-write.js';
import type { ParquetFiles } from './parquet-files.js';
import type { FrameFile } from './store.js';

/** Frames of any format, read and written row by row without history. */
export class FrameFiles {
  constructor(
    private readonly files: FileReader,
    private readonly parquet: ParquetFiles,
  ) {}

  /**
   * The rows in order, batch by batch, with every column that is of a type of ours; those of `declared` that are there are of
   * their types, where the format leaves room. Throws INVALID_FRAME, INVALID_FILE.
   */
  read(frame: FrameFile, declared: readonly TypedColumn[]): AsyncIterable<ColumnBatch> {
    const { path, format } = frame;
    return format === 'parquet'
      ? this.readParquet(path, declared)
      : readFrame({ ...frame, format }, declared);
  }

  /** Writes rows into a file, in order. Throws what `batches` throws. */
  async write(
    { path, format }: FrameFile,
    columns: readonly TypedColumn[],
    batches: AsyncIterable<ColumnBatch>,
  ): Promise<void> {
    if (format === 'parquet') return this.parquet.write(path, columns, batches);
    return pipeline(writeFrame(format, columns, batches), createWriteStream(path));
  }

  private async *readParquet(path: string, declared: readonly TypedColumn[]): AsyncIterable<ColumnBatch> {
    const types = new Map(declared.map(({ name, type }) => [name, type]));
    const columns = (await this.parquet.columns(path)).flatMap(({ name, type }) => {
      const wanted = types.get(name) ?? type;
      return wanted === null ? [] : [{ name, type: wanted, from: [name] }];
    });
    const file = await this.files.open(path, columns, 'ignore');
    let batches = 0;
    for await (const batch of file.batches()) {
      batches++;
      yield batch;
    }
    if (batches === 0) yield emptyBatch(columns);
  }
}

export const FRAME_FILES = Symbol('FrameFiles');
