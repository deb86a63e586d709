import type { Value } from '../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';

/** Encodes and decodes the feature values of one feature set version. */
export type RowCodec = {
  readonly encode: (values: readonly Value[]) => Buffer;
  readonly decode: (payload: Uint8Array) => readonly Value[];
};

/**
 * Layout: one null bit a value (1 is NULL), then the other values in order. INT64, FLOAT64 and TIMESTAMP 8 bytes, DATE 4,
 * BOOL 1; STRING and BYTES 4 bytes of length and the bytes; ARRAY 4 bytes of count and the elements. Little-endian.
 */
export function rowCodec(types: readonly ValueType[]): RowCodec {
  const bitmapBytes = (types.length + 7) >> 3;
  return {
    encode: (values) => {
      const parts: Buffer[] = [];
      const nulls = Buffer.alloc(bitmapBytes);
      types.forEach((type, i) => {
        const value = values[i]!;
        if (value === null) nulls[i >> 3]! |= 1 << (i & 7);
        else encodeValue(type, value, parts);
      });
      return Buffer.concat([nulls, ...parts]);
    },
    decode: (payload) => {
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      const cursor = { bytes, at: bitmapBytes };
      return types.map((type, i) => ((bytes[i >> 3]! >> (i & 7)) & 1 ? null : decodeValue(type, cursor)));
    },
  };
}

type Cursor = { readonly bytes: Buffer; at: number };

function encodeValue(type: ValueType, value: Value, parts: Buffer[]): void {
  const element = elementTypeOf(type);
  if (element === null) {
    parts.push(ENCODERS[type as ScalarType](value));
    return;
  }
  const items = value as readonly Value[];
  parts.push(uint32(items.length));
  for (const item of items) parts.push(ENCODERS[element](item));
}

function decodeValue(type: ValueType, cursor: Cursor): Value {
  const element = elementTypeOf(type);
  if (element === null) return DECODERS[type as ScalarType](cursor);
  const count = cursor.bytes.readUInt32LE(advance(cursor, 4));
  return Array.from({ length: count }, () => DECODERS[element](cursor));
}

const ENCODERS: Record<ScalarType, (value: Value) => Buffer> = {
  BOOL: (value) => Buffer.from([Number(value)]),
  INT64: (value) => int64(value as bigint),
  TIMESTAMP: (value) => int64(value as bigint),
  FLOAT64: (value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleLE(value as number);
    return bytes;
  },
  DATE: (value) => {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32LE(value as number);
    return bytes;
  },
  STRING: (value) => sized(Buffer.from(value as string, 'utf8')),
  BYTES: (value) => sized(Buffer.from(value as Uint8Array)),
};

const DECODERS: Record<ScalarType, (cursor: Cursor) => Value> = {
  BOOL: (cursor) => cursor.bytes[advance(cursor, 1)] === 1,
  INT64: (cursor) => cursor.bytes.readBigInt64LE(advance(cursor, 8)),
  TIMESTAMP: (cursor) => cursor.bytes.readBigInt64LE(advance(cursor, 8)),
  FLOAT64: (cursor) => cursor.bytes.readDoubleLE(advance(cursor, 8)),
  DATE: (cursor) => cursor.bytes.readInt32LE(advance(cursor, 4)),
  STRING: (cursor) => {
    const length = cursor.bytes.readUInt32LE(advance(cursor, 4));
    const start = advance(cursor, length);
    return cursor.bytes.toString('utf8', start, start + length);
  },
  BYTES: (cursor) => {
    const length = cursor.bytes.readUInt32LE(advance(cursor, 4));
    const start = advance(cursor, length);
    return Uint8Array.from(cursor.bytes.subarray(start, start + length));
  },
};

function advance(cursor: Cursor, byteCount: number): number {
  const start = cursor.at;
  cursor.at += byteCount;
  return start;
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}
