import {
  Binary,
  Bool,
  type Data,
  DataType,
  DateDay,
  Field,
  Float64,
  Int64,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { type Column, type ColumnBatch, ColumnBuilder, valueAt } from '../definition/column-batch.js';
import type { Value } from '../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';

const ARROW_TYPES: Record<ScalarType, () => DataType> = {
  BOOL: () => new Bool(),
  INT64: () => new Int64(),
  FLOAT64: () => new Float64(),
  STRING: () => new Utf8(),
  BYTES: () => new Binary(),
  TIMESTAMP: () => new TimestampMicrosecond('UTC'),
  DATE: () => new DateDay(),
};

/** The Arrow type of a value type; TIMESTAMP is microseconds in UTC, DATE is days. */
export function arrowType(type: ValueType): DataType {
  const element = elementTypeOf(type);
  if (element === null) return ARROW_TYPES[type as ScalarType]();
  return new List(new Field('item', ARROW_TYPES[element](), true));
}

/** Arrow schema of typed columns, all nullable. */
export function arrowSchema(columns: readonly { readonly name: string; readonly type: ValueType }[]): Schema {
  return new Schema(columns.map(({ name, type }) => new Field(name, arrowType(type), true)));
}

/** A batch as one Arrow record batch; the buffers of numeric columns are shared, not copied. */
function recordBatchOf(batch: ColumnBatch, schema: Schema): RecordBatch {
  const children = schema.fields.map((field) =>
    arrowData(batch.columns.get(field.name)!, field.type, batch.rowCount),
  );
  const struct = makeData({
    type: new Struct(schema.fields),
    length: batch.rowCount,
    nullCount: 0,
    children,
  });
  return new RecordBatch(schema, struct);
}

/** Batches as the chunks of an Arrow IPC stream. */
export function arrowStream(batches: AsyncIterable<ColumnBatch>, schema: Schema): AsyncIterable<Uint8Array> {
  async function* recordBatches(): AsyncIterable<RecordBatch> {
    for await (const batch of batches) yield recordBatchOf(batch, schema);
  }
  return recordBatchStream(recordBatches(), schema);
}

/** The end of an Arrow IPC stream: a continuation marker and a length of 0. */
const END_BYTES = 8;

/**
 * Record batches as the chunks of an Arrow IPC stream, one at a time: each is written as a whole stream, from which the
 * schema in front and the end are cut. Arrow's own writer would queue without bound, and its queue loses errors.
 */
export async function* recordBatchStream(
  batches: AsyncIterable<RecordBatch>,
  schema: Schema,
): AsyncIterable<Uint8Array> {
  const empty = wholeStream(schema, []);
  const schemaBytes = empty.length - END_BYTES;
  yield empty.subarray(0, schemaBytes);
  for await (const batch of batches) {
    const bytes = wholeStream(schema, [batch]);
    yield bytes.subarray(schemaBytes, bytes.length - END_BYTES);
  }
  yield empty.subarray(schemaBytes);
}

function wholeStream(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

/** One batch as a whole Arrow IPC stream: schema, one record batch, end. */
export function arrowBytes(batch: ColumnBatch): Uint8Array {
  const schema = arrowSchema([...batch.columns].map(([name, { type }]) => ({ name, type })));
  return wholeStream(schema, [recordBatchOf(batch, schema)]);
}

export function arrowData(column: Column, type: DataType, rowCount: number): Data {
  const nullBitmap = column.valid === null ? null : bitmapOf(column.valid);
  const common = { length: rowCount, nullCount: column.valid === null ? 0 : -1, nullBitmap };
  switch (column.type) {
    case 'BOOL':
      return makeData({ type: new Bool(), ...common, data: bitmapOf(column.values as Uint8Array) });
    case 'INT64':
      return makeData({ type: new Int64(), ...common, data: column.values as BigInt64Array });
    case 'FLOAT64':
      return makeData({ type: new Float64(), ...common, data: column.values as Float64Array });
    case 'TIMESTAMP':
      return makeData({
        type: new TimestampMicrosecond('UTC'),
        ...common,
        data: column.values as BigInt64Array,
      });
    case 'DATE':
      return makeData({ type: new DateDay(), ...common, data: column.values as Int32Array });
    case 'STRING':
      return makeData({ type: new Utf8(), ...common, ...packed(column, rowCount) });
    case 'BYTES':
      return makeData({ type: new Binary(), ...common, ...packed(column, rowCount) });
    default:
      return listData(column, type, rowCount);
  }
}

/** Variable-width values as one buffer and the offsets into it. */
function packed(
  column: Column,
  rowCount: number,
): { readonly valueOffsets: Int32Array; readonly data: Uint8Array } {
  const valueOffsets = new Int32Array(rowCount + 1);
  const parts: Uint8Array[] = [];
  let end = 0;
  for (let row = 0; row < rowCount; row++) {
    const value = valueAt(column, row);
    if (value !== null) {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : (value as Uint8Array);
      parts.push(bytes);
      end += bytes.length;
    }
    valueOffsets[row + 1] = end;
  }
  return { valueOffsets, data: Buffer.concat(parts, end) };
}

function listData(column: Column, type: DataType, rowCount: number): Data {
  const element = elementTypeOf(column.type)!;
  const items: Value[] = [];
  const valueOffsets = new Int32Array(rowCount + 1);
  for (let row = 0; row < rowCount; row++) {
    const value = valueAt(column, row);
    if (value !== null) for (const item of value as readonly Value[]) items.push(item);
    valueOffsets[row + 1] = items.length;
  }
  const builder = new ColumnBuilder(element, items.length);
  items.forEach((item, index) => {
    builder.set(index, item);
  });
  const child = arrowData(builder.finish(), ARROW_TYPES[element](), items.length);
  const nullBitmap = column.valid === null ? null : bitmapOf(column.valid);
  const nullCount = column.valid === null ? 0 : -1;
  return makeData({ type: type as List, length: rowCount, nullCount, nullBitmap, valueOffsets, child });
}

function bitmapOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(((flags.length + 63) >> 6) << 3);
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] !== 0) bits[i >> 3]! |= 1 << (i & 7);
  }
  return bits;
}
