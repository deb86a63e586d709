import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';
import type { RowOrder } from '../../definition/order.js';
import type { StoredRow } from '../store.js';

/**
 * A stored row as bytes: 1 byte of flags; the order; `through`; the payload. The order is event time, order time, whether
 * there is an order column, order column and sequence, 8 bytes each, big-endian with the sign bit turned over: orders
 * compare as their bytes do, whatever the engine (a number of a Redis script would be a double).
 */
const ORDER_AT = 1;
const HAS_ORDER_COLUMN_AT = 17;
const THROUGH_AT = 34;
const HEADER_BYTES = 42;

const IS_TOMBSTONE = 1;

export function encodeStored({ order, through, tombstone, payload }: StoredRow): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes[0] = tombstone ? IS_TOMBSTONE : 0;
  writeSortableInt64(bytes, order.eventTime, ORDER_AT);
  writeSortableInt64(bytes, order.orderTime, ORDER_AT + 8);
  bytes[HAS_ORDER_COLUMN_AT] = Number(order.orderColumn !== null);
  writeSortableInt64(bytes, order.orderColumn ?? 0n, HAS_ORDER_COLUMN_AT + 1);
  writeSortableInt64(bytes, order.sequence, HAS_ORDER_COLUMN_AT + 9);
  writeSortableInt64(bytes, through, THROUGH_AT);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

export function decodeStored(bytes: Buffer): StoredRow {
  return {
    order: decodeOrder(bytes),
    through: readSortableInt64(bytes, THROUGH_AT),
    tombstone: (bytes[0]! & IS_TOMBSTONE) !== 0,
    payload: bytes.subarray(HEADER_BYTES),
  };
}

/** Whether a row is newer (S10) than another. */
export function isNewer(bytes: Uint8Array, than: Uint8Array): boolean {
  return compareBytes(bytes, than, ORDER_AT, THROUGH_AT) > 0;
}

/** Whether everything that one row knows was applied to the other one already. */
export function isThrough(stored: Uint8Array, bytes: Uint8Array): boolean {
  return compareBytes(stored, bytes, THROUGH_AT, HEADER_BYTES) >= 0;
}

/** The same row with the later `through` of two; the bytes are changed. */
export function withThrough(bytes: Buffer, other: Uint8Array): Buffer {
  if (!isThrough(bytes, other)) bytes.set(other.subarray(THROUGH_AT, HEADER_BYTES), THROUGH_AT);
  return bytes;
}

function compareBytes(a: Uint8Array, b: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (a[at]! !== b[at]!) return a[at]! - b[at]!;
  return 0;
}

function decodeOrder(bytes: Buffer): RowOrder {
  return {
    eventTime: readSortableInt64(bytes, ORDER_AT),
    orderTime: readSortableInt64(bytes, ORDER_AT + 8),
    orderColumn: bytes[HAS_ORDER_COLUMN_AT] === 1 ? readSortableInt64(bytes, HAS_ORDER_COLUMN_AT + 1) : null,
    sequence: readSortableInt64(bytes, HAS_ORDER_COLUMN_AT + 9),
  };
}
