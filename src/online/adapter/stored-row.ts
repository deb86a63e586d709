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
  bytes.writeBigInt64BE(order.eventTime, 1);
  bytes.writeBigInt64BE(order.orderTime, 9);
  bytes.writeBigInt64BE(order.orderColumn ?? 0n, 17);
  bytes.writeBigInt64BE(order.sequence, 25);
  bytes.writeBigInt64BE(through, THROUGH_AT);
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
    eventTime: bytes.readBigInt64BE(1),
    orderTime: bytes.readBigInt64BE(9),
    orderColumn: bytes[0]! & HAS_ORDER_COLUMN ? bytes.readBigInt64BE(17) : null,
    sequence: bytes.readBigInt64BE(25),
  };
}

export function throughOf(bytes: Buffer): bigint {
  return bytes.readBigInt64BE(THROUGH_AT);
}

/** The same row, with another `through`. */
export function moveThrough(bytes: Buffer, through: bigint): Buffer {
  const moved = Buffer.from(bytes);
  moved.writeBigInt64BE(through, THROUGH_AT);
  return moved;
}
