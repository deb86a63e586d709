import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { type ColumnBatch, concatBatches, takeRows, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { MAX_KEY_BYTES } from '../definition/key.js';
import { featureCodec } from '../online/lookup.js';
import type { OnlineWrite } from '../online/store.js';
import { withEveryColumn } from './every-column.js';
import type { LoggedRows } from './log.js';
import { keyOf } from './row-rules.js';
import { ordersOf, type RowOrders } from './row-stamps.js';

/** What rows that were logged one after the other write online: of each feature set the newest row of each key. */
export function onlineWrites(
  source: SourceDocument,
  featureSets: readonly CompiledFeatureSet[],
  group: readonly LoggedRows[],
): readonly OnlineWrite[] {
  const rows = concatBatches(group.map((logged) => withEveryColumn(logged.rows, source)));
  const orders = ordersOf(source, group, rows);
  return featureSets.flatMap((set) => writesOf(set, rows, orders));
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

/** What tells the keys of a batch apart: a single component's own value, else the encoded key. */
function keyNames(set: CompiledFeatureSet, rows: ColumnBatch): (row: number) => unknown {
  const only = set.keyColumns.length === 1 ? rows.columns.get(set.keyColumns[0]!)! : null;
  if (only === null || only.type === 'BYTES')
    return (row) => keyOf(set, rows, row)?.toString('latin1') ?? null;
  if (only.values instanceof BigInt64Array && only.valid === null) return numberNames(only.values);
  return (row) => valueAt(only, row);
}

/** Numbers where they are exact: a map of bigints takes several times as long. */
function numberNames(values: BigInt64Array): (row: number) => number | bigint {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  return (row) => {
    const high = words[2 * row + 1]!;
    const isExact = high < EXACT_HIGH && high >= -EXACT_HIGH;
    return isExact ? high * 2 ** 32 + (words[2 * row]! >>> 0) : values[row]!;
  };
}

/** High words of the integers that a double holds exactly. */
const EXACT_HIGH = 2 ** 20;
