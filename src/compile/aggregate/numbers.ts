import type { Column } from '../../definition/column-batch.js';
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
  /** Adds it and its square; likewise. */
  readonly addWithSquare: (sum: Total, squares: Total, column: Column, row: number) => boolean;
  readonly merge: (total: Total, other: Total) => void;
  /** SUM, of one number at least; NULL beyond its type. */
  readonly sum: (sum: Total) => Value;
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

/** A FLOAT64 result; what is not finite is NULL, and there is no -0.0 (S3). */
export function finiteOrNone(x: number): Value {
  return Number.isFinite(x) ? x + 0 : null;
}
