import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { type ColumnBatch, takeRows, valueAt } from '../definition/column-batch.js';
import { MAX_KEY_BYTES } from '../definition/key.js';
import { featureCodec } from '../online/lookup.js';
import type { OnlineWrite } from '../online/store.js';
import type { GroupRows } from './group-rows.js';
import { keyNames } from './key-names.js';
import { keyOf } from './row-rules.js';
import { ordersOf, type RowOrders } from './row-stamps.js';

/** What rows that were logged one after the other write online: of each feature set the newest row of each key. */
export function onlineWrites(
  featureSets: readonly CompiledFeatureSet[],
  { rows, orders }: GroupRows,
): readonly OnlineWrite[] {
  const ordered = ordersOf(orders);
  return featureSets.flatMap((set) => writesOf(set, rows, ordered));
}

/** The newest row of one key, and the last one of it in the log. */
type Newest = { readonly key: Buffer; row: number; last: number };

function writesOf(set: CompiledFeatureSet, rows: ColumnBatch, orders: RowOrders): readonly OnlineWrite[] {
  const newest = newestOfKeys(set, rows, orders);
  const chosen =
    newest.length === rows.rowCount
      ? rows
      : takeRows(
          rows,
          newest.map(({ row }) => row),
        );
  const features = set.kernel(chosen);
  const columns = set.features.map(({ name }) => features.columns.get(name)!);
  const codec = featureCodec(set);
  const deleted = set.source.tombstone === undefined ? null : chosen.columns.get(set.source.tombstone)!;
  return newest.map(({ key, row, last }, i) => {
    const order = orders.of(row);
    const through = order.sequence + BigInt(last - row);
    const tombstone = deleted !== null && valueAt(deleted, i) === true;
    const payload = tombstone ? NOTHING : codec.encode(columns, i);
    return { setId: set.id, key, row: { order, through, tombstone, payload } };
  });
}

const NOTHING = new Uint8Array(0);

/** In the order of rows, so that rows of as many keys need not be copied. A key that came before its set may be too long. */
function newestOfKeys(set: CompiledFeatureSet, rows: ColumnBatch, orders: RowOrders): readonly Newest[] {
  const nameOf = keyNames(set, rows);
  const newest = new Map<unknown, Newest>();
  for (let row = 0; row < rows.rowCount; row++) {
    const name = nameOf(row);
    const known = newest.get(name);
    if (known === undefined) {
      const key = keyOf(set, rows, row);
      if (key !== null && key.length <= MAX_KEY_BYTES) newest.set(name, { key, row, last: row });
    } else {
      known.last = row;
      if (orders.isNewer(row, known.row)) known.row = row;
    }
  }
  return [...newest.values()];
}
