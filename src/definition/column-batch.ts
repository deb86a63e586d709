import { finiteOrNull, type Value } from './value.js';
import { elementTypeOf, type ScalarType, type ValueType } from './value-type.js';

/**
 * One column of a batch: `values[i]` is meaningless where `valid[i]` is 0; `valid` is null when no value is NULL.
 *
 * BOOL Uint8Array of 0 and 1 · INT64 and TIMESTAMP BigInt64Array · FLOAT64 Float64Array · DATE Int32Array ·
 * STRING string[] · BYTES Uint8Array[] · ARRAY Value[][].
 */
export type Column = {
  readonly type: ValueType;
  readonly values: ColumnValues;
  readonly valid: Uint8Array | null;
};

export type ColumnValues =
  | Uint8Array
  | BigInt64Array
  | Float64Array
  | Int32Array
  | readonly string[]
  | readonly Uint8Array[]
  | readonly (readonly Value[])[];

/** Rows as columns of one length: the one shape in which rows travel between doors, log, kernels and stores. */
export type ColumnBatch = {
  readonly rowCount: number;
  readonly columns: ReadonlyMap<string, Column>;
};

/** Reads one value of a column as a {@link Value}. */
export function valueAt(column: Column, row: number): Value {
  if (column.valid !== null && column.valid[row] === 0) return null;
  const value = column.values[row] as Value;
  return column.type === 'BOOL' ? value === (1 as Value) : value;
}

/** Collects values of one type into a {@link Column}; values must already be of the type and finite (S3). */
export class ColumnBuilder {
  private readonly values: ColumnValues;
  private valid: Uint8Array | null = null;
  /** The halves of 64-bit integers, the low one first; null as long as none is set: a view of a small array costs far more than it. */
  private words: Int32Array | null = null;

  constructor(
    private readonly type: ValueType,
    private readonly rowCount: number,
  ) {
    this.values = allocateValues(type, rowCount);
  }

  set(row: number, value: Value): void {
    if (value === null) {
      this.setNull(row);
      return;
    }
    // Every storage takes the JavaScript value of its own type; BOOL alone is stored as 0 and 1.
    (this.values as Value[])[row] = this.type === 'BOOL' ? Number(value) : value;
  }

  setNull(row: number): void {
    this.valid ??= new Uint8Array(this.rowCount).fill(1);
    this.valid[row] = 0;
  }

  /** Sets a FLOAT64: as `set` does, without asking what it is. */
  setDouble(row: number, value: number): void {
    (this.values as Float64Array)[row] = value;
  }

  /** Sets an INT64 or TIMESTAMP of which these are the halves, each taken modulo 2^32: no bigint is made. */
  setWords(row: number, low: number, high: number): void {
    this.words ??= new Int32Array((this.values as BigInt64Array).buffer);
    this.words[2 * row] = low;
    this.words[2 * row + 1] = high;
  }

  finish(): Column {
    return { type: this.type, values: this.values, valid: this.valid };
  }
}

/** Builds a column from one value a row. */
export function columnOf(type: ValueType, values: readonly Value[]): Column {
  const builder = new ColumnBuilder(type, values.length);
  for (let row = 0; row < values.length; row++) builder.set(row, values[row]!);
  return builder.finish();
}

/** A column of `rowCount` NULLs. */
export function nullColumn(type: ValueType, rowCount: number): Column {
  return { type, values: allocateValues(type, rowCount), valid: new Uint8Array(rowCount) };
}

/** No rows of some columns. */
export function emptyBatch(
  columns: readonly { readonly name: string; readonly type: ValueType }[],
): ColumnBatch {
  return { rowCount: 0, columns: new Map(columns.map(({ name, type }) => [name, nullColumn(type, 0)])) };
}

/** S3 for a whole column: NaN, infinities and arrays that hold one or a NULL become NULL. */
export function finiteColumn(column: Column): Column {
  if (column.type !== 'FLOAT64' && elementTypeOf(column.type) === null) return column;
  if (column.values instanceof Float64Array && areFinite(column.values)) return column;
  const rowCount = column.values.length;
  let valid = column.valid;
  for (let row = 0; row < rowCount; row++) {
    const value = valueAt(column, row);
    if (value === null || finiteOrNull(value) !== null) continue;
    if (valid === column.valid) valid = valid?.slice() ?? new Uint8Array(rowCount).fill(1);
    valid![row] = 0;
  }
  return { ...column, valid };
}

function areFinite(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row]!)) return false;
  return true;
}

/** The rows `rows` of a batch, in that order. */
export function takeRows(batch: ColumnBatch, rows: readonly number[]): ColumnBatch {
  const columns = new Map<string, Column>();
  for (const [name, column] of batch.columns) {
    const builder = new ColumnBuilder(column.type, rows.length);
    for (let to = 0; to < rows.length; to++) builder.set(to, valueAt(column, rows[to]!));
    columns.set(name, builder.finish());
  }
  return { rowCount: rows.length, columns };
}

/** Rows `start` to `end` (not included) of a batch; numbers share the batch's memory. */
export function sliceRows(batch: ColumnBatch, start: number, end: number): ColumnBatch {
  if (start === 0 && end === batch.rowCount) return batch;
  const columns = new Map<string, Column>();
  for (const [name, column] of batch.columns) columns.set(name, sliceColumn(column, start, end));
  return { rowCount: end - start, columns };
}

/** Values `start` to `end` (not included) of a column; numbers share its memory. */
export function sliceColumn({ type, values, valid }: Column, start: number, end: number): Column {
  const part = ArrayBuffer.isView(values) ? values.subarray(start, end) : values.slice(start, end);
  return { type, values: part as ColumnValues, valid: valid?.subarray(start, end) ?? null };
}

/** Batches of the same columns, one after the other, as one. */
export function concatBatches(batches: readonly ColumnBatch[]): ColumnBatch {
  if (batches.length === 1) return batches[0]!;
  const rowCount = batches.reduce((rows, batch) => rows + batch.rowCount, 0);
  const columns = new Map<string, Column>();
  for (const [name, { type }] of batches[0]?.columns ?? []) {
    const parts = batches.map((batch) => batch.columns.get(name)!);
    columns.set(name, concatColumns(type, parts, rowCount));
  }
  return { rowCount, columns };
}

function concatColumns(type: ValueType, parts: readonly Column[], rowCount: number): Column {
  const values = allocateValues(type, rowCount);
  const valid = parts.every((part) => part.valid === null) ? null : new Uint8Array(rowCount).fill(1);
  let at = 0;
  for (const part of parts) {
    if (ArrayBuffer.isView(values)) (values as BigInt64Array).set(part.values as BigInt64Array, at);
    else for (let row = 0; row < part.values.length; row++) (values as Value[])[at + row] = part.values[row]!;
    if (part.valid !== null) valid!.set(part.valid, at);
    at += part.values.length;
  }
  return { type, values, valid };
}

/** Zeroed storage for `rowCount` values of a type. */
export function allocateValues(type: ValueType, rowCount: number): ColumnValues {
  const scalar = elementTypeOf(type) === null ? (type as ScalarType) : null;
  switch (scalar) {
    case 'BOOL':
      return new Uint8Array(rowCount);
    case 'INT64':
    case 'TIMESTAMP':
      return new BigInt64Array(rowCount);
    case 'FLOAT64':
      return new Float64Array(rowCount);
    case 'DATE':
      return new Int32Array(rowCount);
    case 'STRING':
      return new Array<string>(rowCount).fill('');
    default:
      return new Array<Uint8Array>(rowCount).fill(EMPTY_BYTES);
  }
}

const EMPTY_BYTES = new Uint8Array(0);
