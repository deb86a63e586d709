import type { ColumnBatch } from '../definition/column-batch.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { JobContext } from '../platform/job.js';

/** Where predictions go, part by part. */
export interface BatchSink {
  /** Rows of a part, at least; parts end between batches. */
  readonly partRows: number;
  /** Takes the rows of the next part; writing it again has the effect of writing it once. */
  write(columns: readonly TypedColumn[], rows: AsyncIterable<ColumnBatch>): Promise<void>;
  /** Called when every part is finished. */
  finish(context: JobContext): Promise<void>;
}
