import type { OrderColumns } from '../../compile/aggregate/aggregate.js';
import type { RowSeries } from '../../compile/window/series.js';
import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';

/**
 * A row of an exact window as bytes: its order (S10), which sorts as its bytes do; then, as a tile has them, the states that
 * this row alone gives, so that what no aggregate keeps is not kept here either.
 */
export type RowBytes = Buffer;

/** The rows of one block, newest first, each behind its length in 4 bytes. */
export function decodeRows(bytes: Uint8Array | null): readonly RowBytes[] {
  if (bytes === null) return [];
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: RowBytes[] = [];
  for (let at = 0; at < all.length; ) {
    const start = at + LENGTH_BYTES;
    at = start + all.readUInt32LE(at);
    rows.push(all.subarray(start, at));
  }
  return rows;
}

/**
 * A block of rows in any order: of each filter the newest `max` rows that pass it stay. Null where none does, then nothing is
 * stored. What is kept is told from the rows of the block alone, so it is the same whatever came first.
 */
export function encodeRows({ filters }: RowSeries, rows: readonly RowBytes[]): Uint8Array | null {
  const sorted = [...rows].sort((a, b) => Buffer.compare(b, a));
  const passed = filters.map(() => 0);
  const kept = sorted.filter((row) => {
    let stays = false;
    filters.forEach(({ slot, max }, filter) => {
      if (hasState(row, slot) && passed[filter]!++ < max) stays = true;
    });
    return stays;
  });
  return kept.length === 0 ? null : Buffer.concat(kept.flatMap((row) => [lengthOf(row), row]));
}

/** A row of a batch with the states that it gives. */
export function encodeRow(orders: OrderColumns, row: number, states: Uint8Array): RowBytes {
  return Buffer.concat([encodeOrder(orders, row), states]);
}

/** Whether a row gives a state: whether it passes the filter of that state. */
function hasState(row: RowBytes, slot: number): boolean {
  return ((row[ORDER_BYTES + (slot >> 3)]! >> (slot & 7)) & 1) === 1;
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

function lengthOf(row: RowBytes): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeUInt32LE(row.length);
  return bytes;
}

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
