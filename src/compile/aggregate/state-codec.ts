import type { RowOrder } from '../../definition/order.js';
import type { Value } from '../../definition/value.js';
import type { ScalarType } from '../../definition/value-type.js';
import type { ByteReader } from './byte-reader.js';
import { type ByteWriter, COUNT_BYTES } from './byte-writer.js';

/** Writes and reads values of one scalar type, none of them NULL: equal values are equal bytes. */
export type ValueCodec = {
  readonly write: (to: ByteWriter, value: Value) => void;
  readonly read: (from: ByteReader) => Value;
  /** Upper bound of one value that is kept, in bytes. */
  readonly maxBytes: number;
};

/**
 * Longest STRING (as UTF-8) or BYTES that a state keeps. An aggregate that keeps values skips longer ones like NULL: a state
 * without a bound could not be promised to fit anywhere.
 */
export const MAX_KEPT_BYTES = 1024;

/** Numbers in two's complement or IEEE 754, the most significant byte first; STRING as UTF-8 and BYTES behind their length. */
export const VALUE_CODECS: Readonly<Record<ScalarType, ValueCodec>> = {
  BOOL: {
    write: (to, value) => to.byte(Number(value)),
    read: (from) => from.byte() === 1,
    maxBytes: 1,
  },
  INT64: {
    write: (to, value) => to.int64(value as bigint),
    read: (from) => from.int64(),
    maxBytes: 8,
  },
  TIMESTAMP: {
    write: (to, value) => to.int64(value as bigint),
    read: (from) => from.int64(),
    maxBytes: 8,
  },
  FLOAT64: {
    write: (to, value) => to.float64(value as number),
    read: (from) => from.float64(),
    maxBytes: 8,
  },
  DATE: {
    write: (to, value) => to.int32(value as number),
    read: (from) => from.int32(),
    maxBytes: 4,
  },
  STRING: {
    write: (to, value) => to.text(value as string),
    read: (from) => from.text(),
    maxBytes: COUNT_BYTES + MAX_KEPT_BYTES,
  },
  BYTES: {
    write: (to, value) => to.sized(value as Uint8Array),
    read: (from) => from.sized(),
    maxBytes: COUNT_BYTES + MAX_KEPT_BYTES,
  },
};

/** Upper bound of a written order, in bytes. */
export const ORDER_BYTES = 8 + 8 + 1 + 8 + 8;

/** Writes where a row stands (S10). */
export function writeOrder(to: ByteWriter, { eventTime, orderTime, orderColumn, sequence }: RowOrder): void {
  to.int64(eventTime);
  to.int64(orderTime);
  to.byte(Number(orderColumn !== null));
  if (orderColumn !== null) to.int64(orderColumn);
  to.int64(sequence);
}

export function readOrder(from: ByteReader): RowOrder {
  const eventTime = from.int64();
  const orderTime = from.int64();
  const orderColumn = from.byte() === 1 ? from.int64() : null;
  return { eventTime, orderTime, orderColumn, sequence: from.int64() };
}
