import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBBooleanVector,
  DuckDBDataChunk,
  DuckDBDateValue,
  type DuckDBListType,
  DuckDBListValue,
  DuckDBListVector,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  DuckDBVarCharVector,
  type DuckDBVector,
  LIST,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { type Column, ColumnBuilder, valueAt } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';
import { textReader } from './duckdb-texts.js';

/** Rows in one DuckDB vector: the most a data chunk holds. */
export const CHUNK_ROWS = 2048;

const SCALAR_TYPES: Record<ScalarType, DuckDBType> = {
  BOOL: BOOLEAN,
  INT64: BIGINT,
  FLOAT64: DOUBLE,
  STRING: VARCHAR,
  BYTES: BLOB,
  TIMESTAMP,
  DATE,
};

/** The DuckDB type that carries a value type exactly; TIMESTAMP is UTC microseconds without a zone. */
function duckdbType(type: ValueType): DuckDBType {
  const element = elementTypeOf(type);
  return element === null ? SCALAR_TYPES[type as ScalarType] : LIST(SCALAR_TYPES[element]);
}

/** The same SQL type with instants that say that they are UTC, as frames and answers have them. */
export function instantsIn(sql: string): string {
  return sql.replace('TIMESTAMP', 'TIMESTAMP WITH TIME ZONE');
}

/** One vector of a chunk as a column of `type`, narrower numbers widened; NaN and infinities as they are. */
export function columnOfVector(vector: DuckDBVector, type: ValueType, rowCount: number): Column {
  return numericColumn(vector, type, rowCount) ?? generalColumn(vector, type, rowCount);
}

/** A chunk of at most {@link CHUNK_ROWS} rows, from `start`, out of whole columns. */
export function chunkOf(columns: readonly Column[], start: number, rowCount: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(
    columns.map((column) => duckdbType(column.type)),
    rowCount,
  );
  columns.forEach((column, index) => {
    fillVector(chunk.getColumnVector(index), column, start, rowCount);
  });
  return chunk;
}

/** The value of DuckDB's client for one of ours. */
function toDuckdb(type: ValueType, value: Value): DuckDBValue {
  if (value === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) {
    return new DuckDBListValue((value as readonly Value[]).map((item) => toDuckdb(element, item)));
  }
  if (type === 'TIMESTAMP') return new DuckDBTimestampValue(value as bigint);
  if (type === 'DATE') return new DuckDBDateValue(value as number);
  if (type === 'BYTES') return new DuckDBBlobValue(value as Uint8Array);
  return value as DuckDBValue;
}

/** Our value for one of DuckDB's client, whichever width the column has. */
function fromDuckdb(value: DuckDBValue): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof DuckDBDateValue) return value.days;
  // Not `slice`, which of a Buffer is a view of the engine's memory.
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  if ('micros' in value) return value.micros as bigint;
  throw new TypeError(`DuckDB gave a ${value.constructor.name}, which no value type maps to`);
}

type Items =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** Vectors of fixed-width numbers hold their items in one typed array, which is copied whole. */
export function itemsOf(vector: DuckDBVector): Items | null {
  const items: unknown = 'items' in vector ? vector.items : null;
  return ArrayBuffer.isView(items) && !(items instanceof DataView) ? (items as Items) : null;
}

function numericColumn(vector: DuckDBVector, type: ValueType, rowCount: number): Column | null {
  const items = itemsOf(vector);
  if (items === null || (type !== 'INT64' && type !== 'FLOAT64' && type !== 'TIMESTAMP')) return null;
  const bits = validityBits(vector);
  if (type === 'FLOAT64') return floatColumn(items, bits, rowCount);
  if (!(items instanceof BigInt64Array) && !(items instanceof Int32Array)) return null;
  const values = new BigInt64Array(rowCount);
  if (items instanceof BigInt64Array) values.set(items.subarray(0, rowCount));
  else for (let row = 0; row < rowCount; row++) values[row] = BigInt(items[row]!);
  return { type, values, valid: clearedNulls(values, 0n, validBytes(bits, rowCount)) };
}

function floatColumn(items: Items, bits: BigUint64Array | null, rowCount: number): Column | null {
  if (items instanceof BigInt64Array) return null;
  const values = Float64Array.from(items.subarray(0, rowCount));
  return { type: 'FLOAT64', values, valid: clearedNulls(values, 0, validBytes(bits, rowCount)) };
}

/** What lies in memory where there is no value is not the same twice, and would show in the bytes of Arrow (S19). */
function clearedNulls<T extends number | bigint>(
  values: { [row: number]: T },
  zero: T,
  valid: Uint8Array | null,
): Uint8Array | null {
  if (valid !== null) for (let row = 0; row < valid.length; row++) if (valid[row] === 0) values[row] = zero;
  return valid;
}

function generalColumn(vector: DuckDBVector, type: ValueType, rowCount: number): Column {
  const builder = new ColumnBuilder(type, rowCount);
  const read = readerOf(vector);
  const scalar = elementTypeOf(type) ?? type;
  const widen = scalar === 'INT64' ? widenInteger : scalar === 'FLOAT64' ? Number : null;
  for (let row = 0; row < rowCount; row++) {
    const value = read(row);
    builder.set(row, widen === null || value === null ? value : mapScalars(value, widen));
  }
  return builder.finish();
}

function readerOf(vector: DuckDBVector): (row: number) => Value {
  if (vector instanceof DuckDBVarCharVector) return textReader(vector);
  if (!(vector instanceof DuckDBListVector)) return (row) => fromDuckdb(vector.getItem(row));
  const read = readerOf(vector.childVector);
  return (row) => {
    if (vector.getItemVector(row) === null) return null;
    const offset = vector.getEntryOffset(row);
    return Array.from({ length: vector.getEntryLength(row) }, (_, item) => read(offset + item));
  };
}

function widenInteger(value: Value): bigint {
  return BigInt(value as number | bigint);
}

function mapScalars(value: Value, change: (scalar: Value) => Value): Value {
  return Array.isArray(value) ? value.map((item) => (item === null ? null : change(item))) : change(value);
}

/** A bit a row, 1 where there is a value; null when there is one everywhere. */
export function validityBits(vector: DuckDBVector): BigUint64Array | null {
  const validity: unknown = 'validity' in vector ? vector.validity : null;
  const data: unknown =
    typeof validity === 'object' && validity !== null && 'data' in validity ? validity.data : null;
  return data instanceof BigUint64Array ? data : null;
}

function validBytes(bits: BigUint64Array | null, rowCount: number): Uint8Array | null {
  if (bits === null) return null;
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
  const valid = new Uint8Array(rowCount);
  let whole = true;
  for (let row = 0; row < rowCount; row++) {
    const bit = (bytes[row >> 3]! >> (row & 7)) & 1;
    valid[row] = bit;
    whole &&= bit === 1;
  }
  return whole ? null : valid;
}

function fillVector(vector: DuckDBVector, column: Column, start: number, rowCount: number): void {
  const items = vector instanceof DuckDBBooleanVector ? booleanBytes(vector) : itemsOf(vector);
  const { values } = column;
  if (items !== null && ArrayBuffer.isView(values) && items.constructor === values.constructor) {
    (items as Uint8Array).set(values.subarray(start, start + rowCount) as Uint8Array);
    markNulls(vector, column, start, rowCount);
  } else {
    for (let row = 0; row < rowCount; row++) {
      setItem(vector, row, toDuckdb(column.type, valueAt(column, start + row)));
    }
  }
  vector.flush();
}

/** Marks as missing what is; the client's own way takes a bigint apart for each row. */
function markNulls(vector: DuckDBVector, { valid }: Column, start: number, rowCount: number): void {
  const first = valid === null ? -1 : valid.subarray(start, start + rowCount).indexOf(0);
  if (first === -1) return;
  // The first one makes the client allocate its bits.
  setItem(vector, first, null);
  const bits = validityBits(vector)!;
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
  for (let row = first + 1; row < rowCount; row++) {
    if (valid![start + row] === 0) bytes[row >> 3]! &= ~(1 << (row & 7));
  }
}

/** A byte a row, 0 or 1, in the memory of the vector. */
export function booleanBytes(vector: DuckDBBooleanVector): Uint8Array {
  const { dataView: view } = vector as unknown as { readonly dataView: DataView };
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function setItem(vector: DuckDBVector, row: number, value: DuckDBValue): void {
  vector.setItem(row, value);
}

/** Which value type a column of a file or frame maps to without loss, or null when none does. */
export function valueTypeOf(type: DuckDBType): ValueType | null {
  if (type.typeId === DuckDBTypeId.LIST) {
    const element = valueTypeOf((type as DuckDBListType).valueType);
    return element === null || elementTypeOf(element) !== null ? null : `ARRAY<${element as ScalarType}>`;
  }
  return VALUE_TYPE_OF[type.typeId] ?? null;
}

const VALUE_TYPE_OF: Readonly<Partial<Record<DuckDBTypeId, ScalarType>>> = {
  [DuckDBTypeId.BOOLEAN]: 'BOOL',
  [DuckDBTypeId.TINYINT]: 'INT64',
  [DuckDBTypeId.SMALLINT]: 'INT64',
  [DuckDBTypeId.INTEGER]: 'INT64',
  [DuckDBTypeId.BIGINT]: 'INT64',
  [DuckDBTypeId.UTINYINT]: 'INT64',
  [DuckDBTypeId.USMALLINT]: 'INT64',
  [DuckDBTypeId.UINTEGER]: 'INT64',
  [DuckDBTypeId.FLOAT]: 'FLOAT64',
  [DuckDBTypeId.DOUBLE]: 'FLOAT64',
  [DuckDBTypeId.VARCHAR]: 'STRING',
  [DuckDBTypeId.BLOB]: 'BYTES',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'TIMESTAMP',
  [DuckDBTypeId.DATE]: 'DATE',
};
