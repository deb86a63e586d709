import type { ColumnBatch } from '../definition/column-batch.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { JobContext } from '../platform/job.js';
import type { DoorReceipt } from './row-door.js';

/** Where predictions go, part by part. */
export interface BatchSink {
  /** Rows of the next part, where there are as many; an attempt that does a part again has the same number. */
  begin(): Promise<number>;
  /**
   * Takes the rows of the part that was begun; writing it again has the effect of writing it once. Gives what became of rows
   * that went through a door, null where they are a file.
   */
  write(columns: readonly TypedColumn[], rows: AsyncIterable<ColumnBatch>): Promise<DoorReceipt | null>;
  /** Called when every part is finished. */
  finish(context: JobContext): Promise<void>;
}
