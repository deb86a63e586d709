import {
  Bool,
  type Data,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { Column, Scalar, SentRow } from './row-text.js';

/** Rows as an Arrow IPC stream. */
export function arrow(columns: readonly Column[], rows: readonly SentRow[]): Uint8Array<ArrayBuffer> {
  const children = columns.map((column) => dataOf(column, rows));
  const fields = columns.map(({ name }, i) => new Field(name, children[i]!.type, true));
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
  return new Uint8Array(tableToIPC(new Table(new RecordBatch(new Schema(fields), data)), 'stream'));
}

function dataOf({ name, type }: Column, rows: readonly SentRow[]): Data {
  const values = rows.map((row) => row[name] ?? null);
  switch (type) {
    case 'BOOL':
      return (
        vectorFromArray(values as (boolean | null)[], new Bool()).data[0] ?? makeData({ type: new Bool() })
      );
    case 'STRING':
      return (
        vectorFromArray(values as (string | null)[], new Utf8()).data[0] ?? makeData({ type: new Utf8() })
      );
    case 'FLOAT64': {
      const data = Float64Array.from(values, (value) => (value as number | null) ?? 0);
      return makeData({ type: new Float64(), data, ...validityOf(values) });
    }
    case 'INT64':
      return makeData({ type: new Int64(), data: int64s(values), ...validityOf(values) });
    case 'TIMESTAMP':
      // Arrow's own builder counts in milliseconds.
      return makeData({ type: new TimestampMicrosecond('UTC'), data: int64s(values), ...validityOf(values) });
  }
}

function int64s(values: readonly Scalar[]): BigInt64Array {
  return BigInt64Array.from(values, (value) => (value as bigint | null) ?? 0n);
}

function validityOf(values: readonly Scalar[]) {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 64) * 8);
  let nullCount = 0;
  values.forEach((value, i) => {
    if (value === null) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  });
  return { length: values.length, nullCount, nullBitmap };
}
