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
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  TimeUnit,
  Utf8,
  type Vector,
} from 'apache-arrow';
import { type Column, type ColumnBatch, ColumnBuilder, valueAt } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
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
function arrowType(type: ValueType): DataType {
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

/** The one batch of a stream that {@link arrowBytes} wrote. */
export function batchOfArrow(bytes: Uint8Array): ColumnBatch {
  const batch = RecordBatchReader.from(bytes).next();
  return batchOf(batch.value as RecordBatch);
}

/**
 * Reads an Arrow IPC stream or file, batch by batch: integers widened to INT64, floats to FLOAT64, instants floored to
 * microseconds (S1), dictionaries decoded; NaN stays. Throws INVALID_FRAME for what is no Arrow or maps to no value type.
 */
export async function* readArrow(bytes: Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<ColumnBatch> {
  try {
    const reader = await RecordBatchReader.from(bytes as AsyncIterable<Uint8Array>);
    await reader.open();
    if (reader.schema === undefined) throw new Error('it has no schema');
    let batches = 0;
    for await (const batch of reader) {
      batches++;
      yield batchOf(batch);
    }
    if (batches === 0) yield batchOf(new RecordBatch(reader.schema));
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new PlumblineError('INVALID_FRAME', `the body is no whole Arrow IPC stream: ${cause}`, {
      path: 'body',
    });
  }
}

function batchOf(batch: RecordBatch): ColumnBatch {
  const columns = new Map<string, Column>();
  batch.schema.fields.forEach((field, index) => {
    if (columns.has(field.name)) {
      throw new PlumblineError('INVALID_FRAME', `column "${field.name}" is there twice; rename one`, {
        path: field.name,
      });
    }
    columns.set(field.name, columnOfArrow(field.name, batch.getChildAt(index)!, batch.numRows));
  });
  return { rowCount: batch.numRows, columns };
}

function columnOfArrow(name: string, vector: Vector, rowCount: number): Column {
  const type = valueTypeOfArrow(vector.type);
  if (type === null) {
    throw new PlumblineError(
      'INVALID_FRAME',
      `column "${name}" is ${vector.type}; send one of bool, integer, float, utf8, binary, date, timestamp with a zone, or a list of these`,
      { path: name },
    );
  }
  const copied = fixedWidthColumn(vector, type, rowCount);
  if (copied !== null) return copied;
  const convert = converterOf(vector.type);
  const builder = new ColumnBuilder(type, rowCount);
  const raw = DataType.isTimestamp(vector.type) ? rawTimestamps(vector) : null;
  for (let row = 0; row < rowCount; row++) {
    const value: unknown = raw === null ? vector.get(row) : vector.isValid(row) ? raw(row) : null;
    builder.set(row, value === null || value === undefined ? null : convert(value));
  }
  return builder.finish();
}

/** 64-bit numbers in one chunk are taken over as they lie. */
function fixedWidthColumn(vector: Vector, type: ValueType, rowCount: number): Column | null {
  const data = vector.data.length === 1 ? vector.data[0]! : null;
  const values: unknown = data?.values;
  const exact = DataType.isTimestamp(vector.type)
    ? vector.type.unit === TimeUnit.MICROSECOND
    : DataType.isFloat(vector.type) || DataType.isInt(vector.type);
  if (data === null || !exact || data.offset !== 0) return null;
  if (!(values instanceof Float64Array) && !(values instanceof BigInt64Array)) return null;
  const valid =
    data.nullCount === 0
      ? null
      : Uint8Array.from({ length: rowCount }, (_, row) => Number(vector.isValid(row)));
  return { type, values: values.subarray(0, rowCount), valid };
}

/** Arrow's own accessor gives milliseconds as a number; the buffer has the exact instant. */
function rawTimestamps(vector: Vector): (row: number) => bigint {
  const data = vector.data;
  return (row) => {
    let at = row;
    for (const part of data) {
      if (at < part.length) return BigInt((part.values as BigInt64Array)[at]!);
      at -= part.length;
    }
    throw new RangeError(`row ${row} lies beyond the column`);
  };
}

const UNIT_PER_SECOND: Readonly<Record<number, bigint>> = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
};

function converterOf(type: DataType): (value: unknown) => Value {
  if (DataType.isDictionary(type)) return converterOf(type.dictionary);
  if (DataType.isInt(type)) return (value) => BigInt(value as number | bigint);
  if (DataType.isTimestamp(type)) {
    const perSecond = UNIT_PER_SECOND[type.unit]!;
    return (value) => microsecondsOf(value as bigint, perSecond);
  }
  if (DataType.isDate(type)) return (value) => Math.floor(Number(value) / 86_400_000);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const convert = converterOf(type.children[0]!.type);
    return (value) => [...(value as Iterable<unknown>)].map((item) => (item === null ? null : convert(item)));
  }
  if (DataType.isBinary(type) || DataType.isLargeBinary(type))
    return (value) => (value as Uint8Array).slice();
  return (value) => value as Value;
}

function microsecondsOf(value: bigint, perSecond: bigint): bigint {
  if (perSecond <= 1_000_000n) return value * (1_000_000n / perSecond);
  const scale = perSecond / 1_000_000n;
  const quotient = value / scale;
  return value % scale < 0n ? quotient - 1n : quotient;
}

function valueTypeOfArrow(type: DataType): ValueType | null {
  if (DataType.isDictionary(type)) return valueTypeOfArrow(type.dictionary);
  if (!DataType.isList(type) && !DataType.isFixedSizeList(type)) return scalarTypeOfArrow(type);
  const element = scalarTypeOfArrow(type.children[0]!.type);
  return element === null ? null : `ARRAY<${element}>`;
}

function scalarTypeOfArrow(type: DataType): ScalarType | null {
  return SCALARS_OF_ARROW.find(([, fits]) => fits(type))?.[0] ?? null;
}

/** An instant without a zone is nobody's; an unsigned 64-bit integer does not fit. */
const SCALARS_OF_ARROW: readonly (readonly [ScalarType, (type: DataType) => boolean])[] = [
  ['BOOL', (type) => DataType.isBool(type)],
  ['INT64', (type) => DataType.isInt(type) && (type.isSigned || type.bitWidth < 64)],
  ['FLOAT64', (type) => DataType.isFloat(type)],
  ['STRING', (type) => DataType.isUtf8(type) || DataType.isLargeUtf8(type)],
  ['BYTES', (type) => DataType.isBinary(type) || DataType.isLargeBinary(type)],
  ['DATE', (type) => DataType.isDate(type)],
  ['TIMESTAMP', (type) => DataType.isTimestamp(type) && Boolean(type.timezone)],
];

function arrowData(column: Column, type: DataType, rowCount: number): Data {
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
    if (value !== null) items.push(...(value as readonly Value[]));
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
