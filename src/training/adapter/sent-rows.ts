import { setImmediate as turn } from 'node:timers/promises';
import type { Column, ColumnBatch, ColumnValues } from '../../definition/column-batch.js';

/**
 * Rows sent to a training thread at once: a batch of 40 numbers each is some 3 MB. What is sent is copied, and the event loop
 * is free between two of them.
 */
const SENT_ROWS = 8_192;

/** Rows as a thread takes them over: memory of their own, which `transfer` lists. */
export type SentRows = { readonly batch: ColumnBatch; readonly transfer: readonly ArrayBuffer[] };

/** Batches in parts, with a turn of the event loop before each. */
export async function* sentRows(batches: AsyncIterable<ColumnBatch>): AsyncIterable<SentRows> {
  for await (const batch of batches) {
    for (let start = 0; start < batch.rowCount; start += SENT_ROWS) {
      await turn();
      yield partOf(batch, start, Math.min(start + SENT_ROWS, batch.rowCount));
    }
  }
}

/** A view would take the whole memory behind it along. */
function partOf({ columns }: ColumnBatch, start: number, end: number): SentRows {
  const transfer: ArrayBuffer[] = [];
  const own = <T extends ColumnValues | null>(values: T): T => {
    if (!ArrayBuffer.isView(values)) return (values?.slice(start, end) ?? null) as T;
    const copy = values.slice(start, end);
    transfer.push(copy.buffer as ArrayBuffer);
    return copy as T;
  };
  const parts = [...columns].map(([name, { type, values, valid }]): [string, Column] => [
    name,
    { type, values: own(values), valid: own(valid) },
  ]);
  return { batch: { rowCount: end - start, columns: new Map(parts) }, transfer };
}
