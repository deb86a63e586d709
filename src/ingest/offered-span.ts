import type { ColumnBatch } from '../definition/column-batch.js';
import type { OfferedRows } from './delivery.js';

/** A run of a file's records: every ordinal from `firstOrdinal` to `endOrdinal`, not included, is a row, refused, or blank. */
export type OfferedSpan = {
  readonly offered: OfferedRows;
  readonly firstOrdinal: number;
  readonly endOrdinal: number;
};

/** Rows of a span at most: large enough to be logged fast, small enough to keep memory flat. */
export const SPAN_ROWS = 32_768;

/** Values of a span at most, so that wide rows keep memory flat too. */
const SPAN_VALUES = 2_000_000;

/** Rows of a span that is collected row by row. */
export function spanRowsOf(columnCount: number): number {
  return Math.max(1, Math.min(SPAN_ROWS, Math.floor(SPAN_VALUES / Math.max(1, columnCount))));
}

/** A span of rows that all parsed. */
export function spanOf(rows: ColumnBatch, firstOrdinal: number): OfferedSpan {
  const ordinals = ordinalsFrom(firstOrdinal, rows.rowCount);
  return {
    offered: { rows, ordinals, refused: [] },
    firstOrdinal,
    endOrdinal: firstOrdinal + rows.rowCount,
  };
}

/** `count` ordinals in a row. */
export function ordinalsFrom(first: number, count: number): readonly number[] {
  const ordinals = new Array<number>(count);
  for (let i = 0; i < count; i++) ordinals[i] = first + i;
  return ordinals;
}
