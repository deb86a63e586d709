import type { Column, ColumnBuilder } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** How the numbers of one kind of argument are totalled exactly, alone and squared (S22). */
export type Numbers<Total> = {
  /** Names the kind: equal ones hold equal totals of equal rows. */
  readonly name: string;
  readonly sumType: 'INT64' | 'FLOAT64';
  readonly empty: () => Total;
  /** Adds the number of a row; false where it has none. */
  readonly add: (sum: Total, column: Column, row: number) => boolean;
  /** Adds the numbers of the first `count` of some rows; how many have one. */
  readonly addRows: (sum: Total, column: Column, places: Int32Array, count: number) => number;
  /** Adds it and its square; likewise. */
  readonly addWithSquare: (sum: Total, squares: Total, column: Column, row: number) => boolean;
  readonly merge: (total: Total, other: Total) => void;
  /** SUM, of one number at least; NULL beyond its type. */
  readonly sum: (sum: Total) => Value;
  /** Sets a row of a column of `sumType` to what `sum` gives. */
  readonly sumInto: (sum: Total, to: ColumnBuilder, row: number) => void;
  /** The exact sum rounded once, to nearest, ties to even. */
  readonly rounded: (sum: Total) => number;
  /** (n Σx² − (Σx)²) / (n · divisor), evaluated exactly and rounded once. */
  readonly variance: (moments: MomentsOf<Total>, divisor: number) => number;
  readonly write: (to: ByteWriter, total: Total) => void;
  readonly read: (from: ByteReader) => Total;
  /** Upper bounds of written totals, in bytes. */
  readonly sumBytes: number;
  readonly squaresBytes: number;
};

export type MomentsOf<Total> = { count: number; readonly sum: Total; readonly squares: Total };

/** Sets a row of a FLOAT64 column to what {@link finiteOrNone} gives. */
export function setFinite(to: ColumnBuilder, row: number, x: number): void {
  if (Number.isFinite(x)) to.setDouble(row, x + 0);
  else to.setNull(row);
}

/** A FLOAT64 result; what is not finite is NULL, and there is no -0.0 (S3). */
export function finiteOrNone(x: number): Value {
  return Number.isFinite(x) ? x + 0 : null;
}
