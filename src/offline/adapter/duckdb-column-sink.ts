import {
  DuckDBBlobVector,
  DuckDBBooleanVector,
  DuckDBVarCharVector,
  type DuckDBVector,
} from '@duckdb/node-api';
import {
  allocateValues,
  type Column,
  type ColumnValues,
  finiteColumn,
} from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import { booleanBytes, columnOfVector, itemsOf, validityBits } from './duckdb-column.js';

/** Vectors of a result, one behind the other, as one column of a value type, NaN and infinities as NULL (S3). */
export class ColumnSink {
  private readonly values: ColumnValues;
  private valid: Uint8Array | null = null;
  private rowCount = 0;

  /** @param capacity Most rows it will ever hold: their room is taken once. */
  constructor(
    private readonly type: ValueType,
    private readonly capacity: number,
  ) {
    this.values = allocateValues(type, capacity);
  }

  /** Adds the first `rows` rows of a vector whose type fits. */
  append(vector: DuckDBVector, rows: number): void {
    if (!this.copyItems(vector) && !this.decodeTexts(vector, rows)) this.copyValues(vector, rows);
    this.markNulls(vector, rows);
    this.rowCount += rows;
  }

  finish(): Column {
    const values = ArrayBuffer.isView(this.values)
      ? this.values.subarray(0, this.rowCount)
      : this.values.slice(0, this.rowCount);
    const valid = this.valid?.subarray(0, this.rowCount) ?? null;
    return finiteColumn({ type: this.type, values: values as ColumnValues, valid });
  }

  private copyItems(vector: DuckDBVector): boolean {
    const items = vector instanceof DuckDBBooleanVector ? booleanBytes(vector) : itemsOf(vector);
    const { values } = this;
    if (items === null || !ArrayBuffer.isView(values)) return false;
    if (values instanceof BigInt64Array) {
      if (items instanceof BigInt64Array) values.set(items, this.rowCount);
      else widen(items, values, this.rowCount);
      return true;
    }
    if (items instanceof BigInt64Array) return false;
    values.set(items, this.rowCount);
    return true;
  }

  private decodeTexts(vector: DuckDBVector, rows: number): boolean {
    if (!(vector instanceof DuckDBVarCharVector) || this.type !== 'STRING') return false;
    const texts = this.values as string[];
    decodeVector(vector, rows, (row, text) => {
      texts[this.rowCount + row] = text;
    });
    return true;
  }

  private copyValues(vector: DuckDBVector, rows: number): void {
    const { values } = columnOfVector(vector, this.type, rows);
    for (let row = 0; row < rows; row++) {
      (this.values as Value[])[this.rowCount + row] = values[row]! as Value;
    }
  }

  private markNulls(vector: DuckDBVector, rows: number): void {
    const bits = validityBits(vector);
    if (bits === null) return;
    const bytes = new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
    for (let row = 0; row < rows; row++) {
      if (((bytes[row >> 3]! >> (row & 7)) & 1) === 1) continue;
      this.valid ??= new Uint8Array(this.capacity).fill(1);
      this.valid[this.rowCount + row] = 0;
    }
  }
}

/** Narrower integers as 64-bit ones, in two halves: no bigint is made of each. */
function widen(items: ArrayLike<number>, values: BigInt64Array, at: number): void {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = 0; i < items.length; i++) {
    const value = items[i]!;
    halves[2 * (at + i)] = value | 0;
    halves[2 * (at + i) + 1] = value < 0 ? -1 : 0;
  }
}

/** Bytes of a text in a vector: its length, then the text itself up to {@link INLINE_BYTES}, or where it lies. */
const TEXT_BYTES = 16;
const LENGTH_BYTES = 4;
const INLINE_BYTES = 12;

/**
 * The texts of a vector. Short ones lie in it: they are gathered and decoded at once, which is many times faster than one
 * by one. The client's own decoder drops a leading U+FEFF (S2).
 */
function decodeVector(
  vector: DuckDBVarCharVector,
  rows: number,
  take: (row: number, text: string) => void,
): void {
  const { dataView: view, validity, vector: raw } = vector as unknown as TextParts;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const gathered = Buffer.allocUnsafe(rows * INLINE_BYTES);
  const ends = new Int32Array(rows);
  const bits = validityBits(vector);
  let end = 0;
  let high = 0;
  let blobs: DuckDBBlobVector | null = null;
  for (let row = 0; row < rows; row++) {
    const at = row * TEXT_BYTES;
    const isValid = bits === null || isSet(bits, row);
    const length = isValid ? view.getUint32(at, true) : 0;
    if (length > INLINE_BYTES) {
      blobs ??= new DuckDBBlobVector(view, validity, raw, 0, vector.itemCount);
      take(row, UTF8.decode(blobs.getItemBytes(row)!));
      ends[row] = -1;
      continue;
    }
    for (let i = at + LENGTH_BYTES; i < at + LENGTH_BYTES + length; i++) {
      high |= bytes[i]!;
      gathered[end++] = bytes[i]!;
    }
    ends[row] = end;
  }
  if (high < 0x80) takeAscii(gathered.toString('latin1', 0, end), ends, take);
  else takeUtf8(gathered, ends, take);
}

type TextParts = {
  readonly dataView: DataView;
  readonly validity: ConstructorParameters<typeof DuckDBBlobVector>[1];
  readonly vector: ConstructorParameters<typeof DuckDBBlobVector>[2];
};

function isSet(bits: BigUint64Array, row: number): boolean {
  const words = new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
  return ((words[row >> 3]! >> (row & 7)) & 1) === 1;
}

function takeAscii(text: string, ends: Int32Array, take: (row: number, text: string) => void): void {
  let start = 0;
  for (let row = 0; row < ends.length; row++) {
    const end = ends[row]!;
    if (end < 0) continue;
    take(row, text.substring(start, end));
    start = end;
  }
}

function takeUtf8(gathered: Buffer, ends: Int32Array, take: (row: number, text: string) => void): void {
  let start = 0;
  for (let row = 0; row < ends.length; row++) {
    const end = ends[row]!;
    if (end < 0) continue;
    take(row, UTF8.decode(gathered.subarray(start, end)));
    start = end;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
