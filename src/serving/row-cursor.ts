import { sliceRows } from '../definition/column-batch.js';
import type { ModelRows } from '../model/model-rows.js';

/** Goes through the rows of a frame once, as many at a time as are asked for, whatever batches they come in. */
export class RowCursor {
  private readonly batches: AsyncIterator<ModelRows>;
  /** Read and not taken. */
  private ahead: ModelRows | null = null;
  private ended = false;

  constructor(rows: AsyncIterable<ModelRows>) {
    this.batches = rows[Symbol.asyncIterator]();
  }

  /** The batch that comes next, which stays where it is; null at the end. The only batch of a frame without rows is empty. */
  async peek(): Promise<ModelRows | null> {
    while (!this.ended && (this.ahead === null || this.ahead.frame.rowCount === 0)) {
      const { done, value } = await this.batches.next();
      if (done) this.ended = true;
      else this.ahead = value;
    }
    return this.ahead;
  }

  /** The next rows, `count` or those that there are. */
  async *take(count: number): AsyncIterable<ModelRows> {
    for (let left = count; left > 0; ) {
      const next = await this.peek();
      if (next === null) return;
      const { rowCount } = next.frame;
      this.ahead = rowCount <= left ? null : rowsOf(next, left, rowCount);
      yield rowCount <= left ? next : rowsOf(next, 0, left);
      if (rowCount === 0) return;
      left -= rowCount;
    }
  }

  /** Leaves out the next rows, `count` or those that there are. */
  async skip(count: number): Promise<void> {
    for await (const _ of this.take(count));
  }

  /** Ends the reading of the frame, wherever it stands. */
  async close(): Promise<void> {
    await this.batches.return?.();
  }
}

function rowsOf({ frame, inputs, asOf }: ModelRows, from: number, to: number): ModelRows {
  return {
    frame: sliceRows(frame, from, to),
    inputs: sliceRows(inputs, from, to),
    asOf: asOf?.subarray(from, to),
  };
}
