import { setImmediate as turn } from 'node:timers/promises';
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

/** Rows taken at once: each block that they touch is read and written once, and the kernel computes them in one go. */
const SLICE_ROWS = 16_384;

/**
 * Keys of a part, which is written in one transaction: with 50,000 keys, transactions of 512 took five times as long as
 * ones of 8,192, since each is brought to the disk.
 */
const PART_KEYS = 4_096;

/** Bytes of blocks, read and to be written, that end a part before it has so many keys. */
const PART_BYTES = 8 * 1_024 * 1_024;

/** Keys that are read and planned in one go, and lookups get their turn; a part may have so many too much for its bytes. */
const KEYS_AT_ONCE = 32;

/** The windows that rows are added to, as they are stored. */
type Stored = Pick<OnlineStore, 'windowHeaders' | 'windowBlocks'>;

/**
 * What rows that were logged one after the other write to the windows of a set, part by part. Each part rests on what is
 * stored, so it must be written before the next one is asked for. Rows that are in the windows already change nothing:
 * each header says how far they are, so any part may be the last.
 */
export async function* windowWrites(
  stored: Stored,
  set: WindowedFeatureSet,
  which: StateOfSet['which'],
  group: GroupRows,
): AsyncIterable<readonly WindowWrite[]> {
  for (let start = 0; start < group.rows.rowCount; start += SLICE_ROWS) {
    const end = Math.min(start + SLICE_ROWS, group.rows.rowCount);
    yield* sliceWrites(stored, set, which, sliceGroup(group, start, end));
  }
}

async function* sliceWrites(
  stored: Stored,
  set: WindowedFeatureSet,
  which: StateOfSet['which'],
  { rows, orders }: GroupRows,
): AsyncIterable<readonly WindowWrite[]> {
  const { tombstone } = set.source;
  const update = new WindowUpdate(set, windowSeries(set), {
    rowCount: rows.rowCount,
    orders,
    inputs: set.kernel(rows).columns,
    tombstones: tombstone === undefined ? null : rows.columns.get(tombstone)!,
  });
  const state = { setId: set.id, which };
  const entities = entitiesOf(set, rows);
  let part: { readonly writes: WindowWrite[]; bytes: number } = { writes: [], bytes: 0 };
  for (let start = 0; start < entities.length; start += KEYS_AT_ONCE) {
    await turn();
    const { writes, bytes } = await writesOf(
      stored,
      state,
      update,
      entities.slice(start, start + KEYS_AT_ONCE),
    );
    part.writes.push(...writes);
    part.bytes += bytes;
    if (part.writes.length < PART_KEYS && part.bytes < PART_BYTES) continue;
    yield part.writes;
    part = { writes: [], bytes: 0 };
  }
  if (part.writes.length > 0) yield part.writes;
}

/** The writes of some keys, and how many bytes of blocks were read for them and are in them. */
async function writesOf(
  stored: Stored,
  state: StateOfSet,
  update: WindowUpdate,
  entities: readonly EntityRows[],
): Promise<{ readonly writes: readonly WindowWrite[]; readonly bytes: number }> {
  const headers = await stored.windowHeaders(
    state,
    entities.map(({ key }) => key),
  );
  const planned = entities
    .map((entity, i) => update.plan(entity, headers[i]!))
    .filter((plan) => plan !== null);
  const blocks = await stored.windowBlocks(
    state,
    planned.map(({ key, needed }) => ({ key, blocks: needed })),
  );
  const writes = planned.map((plan, i) => update.finish(plan, blocks[i]!));
  const read = blocks.flat().reduce((sum, block) => sum + (block?.length ?? 0), 0);
  const written = writes.flatMap((write) => write.blocks).reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { writes, bytes: read + written };
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
