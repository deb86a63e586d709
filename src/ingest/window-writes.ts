import { windowSeries } from '../compile/window/series.js';
import type { WindowedFeatureSet } from '../compile/windowed-feature-set.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { MAX_KEY_BYTES } from '../definition/key.js';
import type { OnlineStore, StateOfSet, WindowWrite } from '../online/store.js';
import type { EntityRows } from '../online/window/window-rows.js';
import { WindowUpdate } from '../online/window/window-update.js';
import { type GroupRows, sliceGroup } from './group-rows.js';
import { keyNames } from './key-names.js';
import { keyOf } from './row-rules.js';

/** Rows taken at once: each block that they touch is read and written once, and lookups get their turn in between. */
const SLICE_ROWS = 16_384;

/** The windows that rows are added to, as they are stored. */
type Stored = Pick<OnlineStore, 'windowHeaders' | 'windowBlocks'>;

/**
 * What rows that were logged one after the other write to the windows of a set, part by part. Each part rests on what is
 * stored, so it must be written before the next one is asked for. Rows that are in the windows already change nothing.
 */
export async function* windowWrites(
  stored: Stored,
  set: WindowedFeatureSet,
  which: StateOfSet['which'],
  group: GroupRows,
): AsyncIterable<readonly WindowWrite[]> {
  for (let start = 0; start < group.rows.rowCount; start += SLICE_ROWS) {
    const end = Math.min(start + SLICE_ROWS, group.rows.rowCount);
    yield await sliceWrites(stored, set, which, sliceGroup(group, start, end));
  }
}

async function sliceWrites(
  stored: Stored,
  set: WindowedFeatureSet,
  which: StateOfSet['which'],
  { rows, orders }: GroupRows,
): Promise<readonly WindowWrite[]> {
  const state = { setId: set.id, which };
  const entities = entitiesOf(set, rows);
  const headers = await stored.windowHeaders(
    state,
    entities.map(({ key }) => key),
  );
  const { tombstone } = set.source;
  const update = new WindowUpdate(set, windowSeries(set), {
    rowCount: rows.rowCount,
    orders,
    inputs: set.kernel(rows).columns,
    tombstones: tombstone === undefined ? null : rows.columns.get(tombstone)!,
  });
  const planned = entities
    .map((entity, i) => update.plan(entity, headers[i]!))
    .filter((plan) => plan !== null);
  const blocks = await stored.windowBlocks(
    state,
    planned.map(({ key, needed }) => ({ key, blocks: needed })),
  );
  return planned.map((plan, i) => update.finish(plan, blocks[i]!));
}

/** Rows by key, those of a key in their order. Rows without a whole key are of no entity; one that came before its set may be too long. */
function entitiesOf(set: WindowedFeatureSet, rows: ColumnBatch): readonly EntityRows[] {
  const nameOf = keyNames(set, rows);
  const entities = new Map<unknown, { readonly key: Uint8Array; readonly rows: number[] }>();
  for (let row = 0; row < rows.rowCount; row++) {
    const name = nameOf(row);
    const known = entities.get(name);
    if (known !== undefined) {
      known.rows.push(row);
      continue;
    }
    const key = keyOf(set, rows, row);
    if (key !== null && key.length <= MAX_KEY_BYTES) entities.set(name, { key, rows: [row] });
  }
  return [...entities.values()];
}
