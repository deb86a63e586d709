import { jsonOf } from '../../definition/json-value.js';
import { formatTimestamp } from '../../definition/time.js';
import { type Span, spanOf } from '../../definition/window.js';
import type { KeyRows } from '../../offline/store.js';
import type { ExplainedRow, NotCounted, WindowExplanation } from './explanation.js';
import { isDeletion, isKnown, type KnownBy, rowJson } from './key-rows.js';
import type { ReadFeature } from './rests-on.js';
import { WindowValue } from './window-value.js';

/** Rows that are listed; values and tiles are of all that were looked at. */
const MAX_LISTED_ROWS = 1_000;

/** What the rows of a span give to a windowed feature (S20, S21). `rows` are those of its span, the newest first. */
export function explainWindow(
  { entry, feature }: Extract<ReadFeature, { kind: 'windowed' }>,
  rows: KeyRows,
  { by, asOfUs, isCut }: { readonly by: KnownBy; readonly asOfUs: bigint; readonly isCut: boolean },
): Omit<WindowExplanation, 'kind' | 'feature' | 'featureSet' | 'version' | 'source' | 'key'> {
  const { type, max, window, call } = feature;
  const values = new WindowValue(entry, feature, rows);
  const places = Array.from({ length: rows.rows.rowCount }, (_, row) => row);
  const known = places.filter((row) => isKnown(rows, row, by, asOfUs) && !isDeletion(rows, row, entry));
  const counted = values.counted(known);
  const isCounted = new Set(counted);
  const whyNot = (row: number): NotCounted | null => {
    if (isCounted.has(row)) return null;
    if (!isKnown(rows, row, by, asOfUs)) return 'not known yet';
    if (isDeletion(rows, row, entry)) return 'deletion';
    return values.isTaken(row) ? 'not among the newest' : 'filtered out';
  };
  const given = (of: readonly number[]): unknown => jsonOf(type, values.of(of));
  const { afterUs, throughUs }: Span = spanOf(window, asOfUs);
  return {
    aggregate: call.name,
    after: afterUs === null ? null : formatTimestamp(afterUs),
    through: formatTimestamp(throughUs),
    hop: `${window.hopUs}us`,
    value: given(counted),
    rowCount: counted.length,
    cut: isCut,
    tiles:
      max !== null
        ? []
        : values.tilesOf(counted).map((tile) => ({
            after: formatTimestamp(tile.afterUs),
            through: formatTimestamp(tile.throughUs),
            rows: tile.rows.length,
            value: given(tile.rows),
          })),
    rows: places.slice(0, MAX_LISTED_ROWS).map((row): ExplainedRow => {
      const why = whyNot(row);
      return {
        ...rowJson(rows, row),
        ...values.shown(row),
        counts: why === null,
        ...(why !== null && { why }),
      };
    }),
  };
}
