import { type Column, valueAt } from '../definition/column-batch.js';
import { readInt64LE, writeInt64LE } from '../definition/int64-bytes.js';
import type { Value } from '../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';

/** Encodes and decodes the feature values of one feature set version. */
export type RowCodec = {
  /** One row of feature columns, in the order of the types. */
  readonly encode: (columns: readonly Column[], row: number) => Buffer;
  readonly decode: (payload: Uint8Array) => readonly Value[];
};

/**
 * Layout: one null bit a value (1 is NULL), then the other values in order. INT64, FLOAT64 and TIMESTAMP 8 bytes, DATE 4,
 * BOOL 1; STRING and BYTES 4 bytes of length and the bytes; ARRAY 4 bytes of count and the elements. Little-endian.
 */
export function rowCodec(types: readonly ValueType[]): RowCodec {
  const bitmapBytes = (types.length + 7) >> 3;
  const writers = types.map(writerOf);
  const readers = types.map(readerOf);
  return {
    encode: (columns, row) => {
      const output = startOutput(bitmapBytes);
      for (let i = 0; i < writers.length; i++) {
        const value = valueAt(columns[i]!, row);
        if (value === null) output.bytes[i >> 3]! |= 1 << (i & 7);
        else writers[i]!(output, value);
      }
      return Buffer.from(output.bytes.subarray(0, output.at));
    },
    decode: (payload) => {
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      const cursor = { bytes, at: bitmapBytes };
      return readers.map((read, i) => ((bytes[i >> 3]! >> (i & 7)) & 1 ? null : read(cursor)));
    },
  };
}

/** Where a row is written: one buffer for all rows, copied out when a row is whole. */
type Output = { bytes: Buffer; at: number };

/** A few values fit; longer rows make it grow, and the next row has the larger one. */
const output: Output = { bytes: Buffer.alloc(4096), at: 0 };

function startOutput(bitmapBytes: number): Output {
  output.at = 0;
  reserve(output, bitmapBytes);
  output.bytes.fill(0, 0, bitmapBytes);
  output.at = bitmapBytes;
  return output;
}

function reserve(to: Output, byteCount: number): number {
  const end = to.at + byteCount;
  if (end > to.bytes.length) to.bytes = Buffer.concat([to.bytes], 2 * end);
  const at = to.at;
  to.at = end;
  return at;
}

type Writer = (to: Output, value: Value) => void;

function writerOf(type: ValueType): Writer {
  const element = elementTypeOf(type);
  if (element === null) return WRITERS[type as ScalarType];
  const write = WRITERS[element];
  return (to, value) => {
    const items = value as readonly Value[];
    writeUint32(to, items.length);
    for (const item of items) write(to, item);
  };
}

const WRITERS: Record<ScalarType, Writer> = {
  BOOL: (to, value) => {
    const at = reserve(to, 1);
    to.bytes[at] = Number(value);
  },
  INT64: writeInt64,
  TIMESTAMP: writeInt64,
  FLOAT64: (to, value) => {
    const at = reserve(to, 8);
    to.bytes.writeDoubleLE(value as number, at);
  },
  DATE: (to, value) => {
    const at = reserve(to, 4);
    to.bytes.writeInt32LE(value as number, at);
  },
  STRING: (to, value) => {
    const byteCount = Buffer.byteLength(value as string, 'utf8');
    writeUint32(to, byteCount);
    const at = reserve(to, byteCount);
    to.bytes.write(value as string, at, 'utf8');
  },
  BYTES: (to, value) => {
    const bytes = value as Uint8Array;
    writeUint32(to, bytes.length);
    const at = reserve(to, bytes.length);
    to.bytes.set(bytes, at);
  },
};

function writeInt64(to: Output, value: Value): void {
  const at = reserve(to, 8);
  writeInt64LE(to.bytes, value as bigint, at);
}

function writeUint32(to: Output, value: number): void {
  const at = reserve(to, 4);
  to.bytes.writeUInt32LE(value, at);
}

type Cursor = { readonly bytes: Buffer; at: number };

type Reader = (cursor: Cursor) => Value;

function readerOf(type: ValueType): Reader {
  const element = elementTypeOf(type);
  if (element === null) return READERS[type as ScalarType];
  const read = READERS[element];
  return (cursor) => {
    const count = cursor.bytes.readUInt32LE(advance(cursor, 4));
    return Array.from({ length: count }, () => read(cursor));
  };
}

const READERS: Record<ScalarType, Reader> = {
  BOOL: (cursor) => cursor.bytes[advance(cursor, 1)] === 1,
  INT64: (cursor) => readInt64LE(cursor.bytes, advance(cursor, 8)),
  TIMESTAMP: (cursor) => readInt64LE(cursor.bytes, advance(cursor, 8)),
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
