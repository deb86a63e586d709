import type { OrderColumns } from '../../compile/aggregate/aggregate.js';
import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';

/**
 * A row of an exact window as bytes: its order (S10), which sorts as its bytes do; then, as a tile has them, the states that
 * this row alone gives, so that what no aggregate keeps is not kept here either.
 */
export type RowBytes = Buffer;

/** The rows of one block, newest first, each behind its length in 4 bytes. */
export function* decodeRows(bytes: Uint8Array): Iterable<RowBytes> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < all.length; ) {
    const start = at + LENGTH_BYTES;
    at = start + all.readUInt32LE(at);
    yield all.subarray(start, at);
  }
}

/** A block of rows, given oldest first. */
export function encodeRows(rows: readonly RowBytes[]): Uint8Array {
  const size = rows.reduce((sum, row) => sum + LENGTH_BYTES + row.length, 0);
  const block = Buffer.allocUnsafe(size);
  let at = 0;
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    block.writeUInt32LE(row.length, at);
    block.set(row, at + LENGTH_BYTES);
    at += LENGTH_BYTES + row.length;
  }
  return block;
}

/** A row of a batch with the states that it gives. */
export function encodeRow(orders: OrderColumns, row: number, states: Uint8Array): RowBytes {
  return Buffer.concat([encodeOrder(orders, row), states]);
}

/** The states of a row, as a tile. */
export function statesOfRow(row: RowBytes): Uint8Array {
  return row.subarray(ORDER_BYTES);
}

/** Microseconds. */
export function eventTimeOf(row: RowBytes): bigint {
  return readSortableInt64(row, 0);
}

/** Event time, order time, whether there is an order column, order column, sequence. */
const ORDER_BYTES = 33;
const HAS_ORDER_COLUMN_AT = 16;
const ORDER_COLUMN_AT = 17;
const SEQUENCE_AT = 25;

const LENGTH_BYTES = 4;

function encodeOrder({ eventTimes, orderTimes, orderColumn, sequences }: OrderColumns, row: number): Buffer {
  const bytes = Buffer.alloc(ORDER_BYTES);
  writeSortableInt64(bytes, eventTimes[row]!, 0);
  writeSortableInt64(bytes, orderTimes[row]!, 8);
  if (orderColumn !== null && orderColumn.valid?.[row] !== 0) {
    bytes[HAS_ORDER_COLUMN_AT] = 1;
    writeSortableInt64(bytes, (orderColumn.values as BigInt64Array)[row]!, ORDER_COLUMN_AT);
  }
  writeSortableInt64(bytes, sequences[row]!, SEQUENCE_AT);
  return bytes;
}
