import { readInt64BE, writeInt64BE } from '../../definition/int64-bytes.js';
import type { RowOrder } from '../../definition/order.js';
import type { StoredRow } from '../store.js';

/**
 * A stored row as bytes: 1 byte of flags, then event time, order time, order column, sequence and `through`, 8 bytes
 * each, big-endian; then the payload.
 */
const HEADER_BYTES = 41;

const HAS_ORDER_COLUMN = 1;
const IS_TOMBSTONE = 2;
const THROUGH_AT = 33;

export function encodeStored({ order, through, tombstone, payload }: StoredRow): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes[0] = (order.orderColumn === null ? 0 : HAS_ORDER_COLUMN) | (tombstone ? IS_TOMBSTONE : 0);
  writeInt64BE(bytes, order.eventTime, 1);
  writeInt64BE(bytes, order.orderTime, 9);
  writeInt64BE(bytes, order.orderColumn ?? 0n, 17);
  writeInt64BE(bytes, order.sequence, 25);
  writeInt64BE(bytes, through, THROUGH_AT);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

export function decodeStored(bytes: Buffer): StoredRow {
  return {
    order: decodeOrder(bytes),
    through: throughOf(bytes),
    tombstone: (bytes[0]! & IS_TOMBSTONE) !== 0,
    payload: bytes.subarray(HEADER_BYTES),
  };
}

export function decodeOrder(bytes: Buffer): RowOrder {
  return {
    eventTime: readInt64BE(bytes, 1),
    orderTime: readInt64BE(bytes, 9),
    orderColumn: bytes[0]! & HAS_ORDER_COLUMN ? readInt64BE(bytes, 17) : null,
    sequence: readInt64BE(bytes, 25),
  };
}

export function throughOf(bytes: Buffer): bigint {
  return readInt64BE(bytes, THROUGH_AT);
}

/** The same row, with another `through`. */
export function moveThrough(bytes: Buffer, through: bigint): Buffer {
  const moved = Buffer.from(bytes);
  writeInt64BE(moved, through, THROUGH_AT);
  return moved;
}
