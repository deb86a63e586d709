import { type Data, DataType, RecordBatch, RecordBatchReader, TimeUnit, Vector } from 'apache-arrow';
import { type Column, type ColumnBatch, ColumnBuilder } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { floorDivided } from '../definition/floor-divided.js';
import type { Value } from '../definition/value.js';
import type { ScalarType, ValueType } from '../definition/value-type.js';
import { requireSoundBatch } from './arrow-check.js';
import { checkedBytes, checkedMessages } from './arrow-message.js';

/** Rows of a record batch that are decoded at once: clients send a whole table as one, which would take seconds. */
const ROWS_AT_ONCE = 16_384;

/**
 * Reads an Arrow IPC stream or file, some rows at a time: integers widened to INT64, floats to FLOAT64, instants floored to
 * microseconds (S1), dictionaries decoded; NaN stays. Throws INVALID_FRAME for what is no Arrow or maps to no value type.
 */
export async function* readArrow(bytes: Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<ColumnBatch> {
  const chunks = (bytes instanceof Uint8Array ? once(bytes) : bytes)[Symbol.asyncIterator]();
  try {
    const reader = await RecordBatchReader.from(checkedMessages({ [Symbol.asyncIterator]: () => chunks }));
    await reader.open();
    if (reader.schema === undefined) throw new Error('it has no schema');
    let batches = 0;
    for await (const batch of reader) {
      batches++;
      requireSoundBatch(batch);
      for (let row = 0; row === 0 || row < batch.numRows; row += ROWS_AT_ONCE) {
        yield batchOf(batch.slice(row, row + ROWS_AT_ONCE));
      }
    }
    if (batches === 0) yield batchOf(new RecordBatch(reader.schema));
  } catch (error) {
    throw invalidArrow(error);
  } finally {
    // Arrow's reader ends nothing before the end mark, and nothing behind it is read.
    await chunks.return?.();
  }
}

/** The same for bytes that are all there, at once. */
export function* readArrowBytes(bytes: Uint8Array): Iterable<ColumnBatch> {
  try {
    const reader = RecordBatchReader.from(checkedBytes(bytes)).open();
    if (reader.schema === undefined) throw new Error('it has no schema');
    let batches = 0;
    for (const batch of reader) {
      batches++;
      requireSoundBatch(batch);
      yield batchOf(batch);
    }
    if (batches === 0) yield batchOf(new RecordBatch(reader.schema));
  } catch (error) {
    throw invalidArrow(error);
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function invalidArrow(error: unknown): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new PlumblineError('INVALID_FRAME', `the body is no whole Arrow IPC stream: ${cause}`, {
    path: 'body',
  });
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
  const read = readerOf(vector);
  const builder = new ColumnBuilder(type, rowCount);
  try {
    for (let row = 0; row < rowCount; row++) builder.set(row, read(row));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PlumblineError('INVALID_FRAME', `column "${name}" ${error.message}`, { path: name });
  }
  return builder.finish();
}

/** 64-bit numbers in one chunk are taken over as they lie; the values of a slice begin with it, only its bitmap does not. */
function fixedWidthColumn(vector: Vector, type: ValueType, rowCount: number): Column | null {
  const data = vector.data.length === 1 ? vector.data[0]! : null;
  const values: unknown = data?.values;
  const exact = DataType.isTimestamp(vector.type)
    ? vector.type.unit === TimeUnit.MICROSECOND
    : DataType.isFloat(vector.type) || DataType.isInt(vector.type);
  if (data === null || !exact) return null;
  if (!(values instanceof Float64Array) && !(values instanceof BigInt64Array)) return null;
  const valid =
    data.nullCount === 0
      ? null
      : Uint8Array.from({ length: rowCount }, (_, row) => Number(vector.isValid(row)));
  return { type, values: values.subarray(0, rowCount), valid };
}

type Reader = (row: number) => Value;

/** Reads values of a vector exactly; Arrow's own accessors round instants to milliseconds and drop a leading U+FEFF. */
function readerOf(vector: Vector): Reader {
  const parts = vector.data.map((data) => ({ length: data.length, read: partReader(data) }));
  return (row) => {
    if (!vector.isValid(row)) return null;
    let at = row;
    for (const { length, read } of parts) {
      if (at < length) return read(at);
      at -= length;
    }
    throw new RangeError(`row ${row} lies beyond the column`);
  };
}

/** Reads the values of one chunk that are not NULL. */
function partReader(data: Data): Reader {
  const { type } = data;
  if (DataType.isDictionary(type)) {
    const read = readerOf(data.dictionary!);
    return (row) => read(Number(data.values[row]));
  }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return (row) => UTF8.decode(bytesAt(data, row));
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return (row) => bytesAt(data, row).slice();
  if (DataType.isTimestamp(type)) {
    const perSecond = UNIT_PER_SECOND[type.unit]!;
    return (row) => microsecondsOf(BigInt((data.values as BigInt64Array)[row]!), perSecond);
  }
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) return listReader(data);
  return plainReader(data);
}

/** Booleans, numbers and dates, by Arrow's own accessor. */
function plainReader(data: Data): Reader {
  const vector = new Vector([data]);
  if (DataType.isInt(data.type)) return (row) => BigInt(vector.get(row) as number | bigint);
  if (DataType.isDate(data.type)) return (row) => Math.floor(Number(vector.get(row)) / DAY_MS);
  return (row) => vector.get(row) as Value;
}

function listReader(data: Data): Reader {
  const vector = new Vector([data]);
  return (row) => {
    const items = vector.get(row) as Vector;
    const read = readerOf(items);
    return Array.from({ length: items.length }, (_, item) => read(item));
  };
}

/** The bytes of a variable-width value. */
function bytesAt(data: Data, row: number): Uint8Array {
  const [start, end] = [data.valueOffsets[row]!, data.valueOffsets[row + 1]!];
  return (data.values as Uint8Array).subarray(Number(start), Number(end));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const DAY_MS = 86_400_000;

const UNIT_PER_SECOND: Readonly<Record<number, bigint>> = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
};

function microsecondsOf(value: bigint, perSecond: bigint): bigint {
  if (perSecond <= 1_000_000n) {
    const us = value * (1_000_000n / perSecond);
    if (us !== BigInt.asIntN(64, us))
      throw new RangeError('has an instant that no 64 bits of microseconds hold');
    return us;
  }
  return floorDivided(value, perSecond / 1_000_000n);
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
