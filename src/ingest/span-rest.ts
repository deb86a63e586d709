import { sliceRows } from '../definition/column-batch.js';
import type { OfferedSpan } from './offered-span.js';

/** What of a span lies at `firstOrdinal` or behind; null when nothing does. */
export function spanFrom(span: OfferedSpan, firstOrdinal: number): OfferedSpan | null {
  if (firstOrdinal <= span.firstOrdinal) return span;
  if (firstOrdinal >= span.endOrdinal) return null;
  const { rows, ordinals, refused } = span.offered;
  const start = ordinals.findIndex((ordinal) => ordinal >= firstOrdinal);
  const first = start < 0 ? ordinals.length : start;
  return {
    offered: {
      rows: sliceRows(rows, first, rows.rowCount),
      ordinals: ordinals.slice(first),
      refused: refused.filter(({ ordinal }) => ordinal >= firstOrdinal),
    },
    firstOrdinal,
    endOrdinal: span.endOrdinal,
  };
}
