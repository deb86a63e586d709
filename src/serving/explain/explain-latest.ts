import { valueAt } from '../../definition/column-batch.js';
import { jsonOf } from '../../definition/json-value.js';
import type { KeyRows } from '../../offline/store.js';
import type { ExplainedRow, NotCounted } from './explanation.js';
import { isDeletion, isKnown, type KnownBy, rowJson } from './key-rows.js';
import type { ReadFeature } from './rests-on.js';

/** Of which the newest that is known gives the value, unless it is a deletion (S13, S14). */
export function explainLatest(
  { entry, feature }: Extract<ReadFeature, { kind: 'latest' }>,
  rows: KeyRows,
  { by, asOfUs }: { readonly by: KnownBy; readonly asOfUs: bigint },
): readonly ExplainedRow[] {
  const values = entry.featureSet.kernel(rows.rows).columns.get(feature.name)!;
  const places = Array.from({ length: rows.rows.rowCount }, (_, row) => row);
  const newest = places.find((row) => isKnown(rows, row, by, asOfUs));
  return places.map((row) => {
    const deleted = isDeletion(rows, row, entry);
    const why = whyNot(isKnown(rows, row, by, asOfUs), row === newest, deleted);
    const value = deleted ? null : jsonOf(feature.type, valueAt(values, row));
    return { ...rowJson(rows, row), value, counts: why === null, ...(why !== null && { why }) };
  });
}

function whyNot(known: boolean, newest: boolean, deleted: boolean): NotCounted | null {
  if (!known) return 'not known yet';
  if (!newest) return 'an older row';
  return deleted ? 'deletion' : null;
}
