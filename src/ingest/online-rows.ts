import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { type ColumnBatch, takeRows, valueAt } from '../definition/column-batch.js';
import { MAX_KEY_BYTES } from '../definition/key.js';
import { featureCodec } from '../online/lookup.js';
import type { OnlineWrite } from '../online/store.js';
import { WorkTurns } from '../platform/work-turns.js';
import type { GroupRows } from './group-rows.js';
import { keyNames } from './key-names.js';
import { keyOf } from './row-rules.js';
import { ordersOf, type RowOrders } from './row-stamps.js';

/**
 * What rows that were logged one after the other write online: of each feature set the newest row of each key. Of many the event loop
 * gets its turns in between; the rows must stay as they are meanwhile.
 */
export async function onlineWrites(
  featureSets: readonly CompiledFeatureSet[],
  { rows, orders }: GroupRows,
): Promise<readonly OnlineWrite[]> {
  const ordered = ordersOf(orders);
  const turns = new WorkTurns(ROWS_A_TURN);
  const newest = new Map<string, readonly Newest[]>();
  const writes: OnlineWrite[] = [];
  for (const set of featureSets) {
    // Sets of one entity have the same newest rows.
    const keyed = [set.entity.name, ...set.keyTypes, ...set.keyColumns].join('/');
    const own = newest.get(keyed) ?? newestOfKeys(set, rows, ordered);
    newest.set(keyed, own);
    const writeOf = writerOf(set, rows, { newest: own, orders: ordered });
    for (let i = 0; i < own.length; i++) {
      writes.push(writeOf(i));
      const turn = turns.after(1);
      if (turn !== null) await turn;
    }
  }
  return writes;
}

/** Rows of sets that become writes in one turn of the event loop, some ten milliseconds. */
const ROWS_A_TURN = 4_096;

/** The newest row of one key, and the last one of it in the log. */
type Newest = { readonly key: Buffer; row: number; last: number };

/** Gives the write of a key by its place in `newest`. */
function writerOf(
  set: CompiledFeatureSet,
  rows: ColumnBatch,
  { newest, orders }: { readonly newest: readonly Newest[]; readonly orders: RowOrders },
): (i: number) => OnlineWrite {
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
  return (i) => {
    const { key, row, last } = newest[i]!;
    const order = orders.of(row);
    const through = order.sequence + BigInt(last - row);
    const tombstone = deleted !== null && valueAt(deleted, i) === true;
    const payload = tombstone ? NOTHING : codec.encode(columns, i);
    return { setId: set.id, key, row: { order, through, tombstone, payload } };
  };
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
