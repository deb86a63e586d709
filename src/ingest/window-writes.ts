import { setImmediate as turn } from 'node:timers/promises';
import { windowSeries } from '../compile/window/series.js';
import type { WindowedFeatureSet } from '../compile/windowed-feature-set.js';
import { type ColumnBatch, concatBatches, sliceRows } from '../definition/column-batch.js';
import { MAX_KEY_BYTES } from '../definition/key.js';
import type { OnlineStore, StateOfSet, WindowWrite } from '../online/store.js';
import type { EntityRows } from '../online/window/window-rows.js';
import { WindowUpdate } from '../online/window/window-update.js';
import { type GroupRows, sliceGroup } from './group-rows.js';
import { keyNames } from './key-names.js';
import { addedLate, type LateCounts, NO_LATE_ROWS } from './late-rows.js';
import { keyOf } from './row-rules.js';

/** Rows taken at once: each block that they touch is read and written once, so the more, the less work for keys that come again. */
const SLICE_ROWS = 131_072;

/** Rows that the kernel computes, or that are told apart by key, in one turn of the event loop. */
const ROWS_A_STEP = 16_384;

/** Rows of one key that are added in one step: what a key of many rows takes is cut too, each part of it written by itself. */
const ROWS_OF_A_KEY = 1_024;

/**
 * Keys of a part, which is written at once. What is built aside goes to the disk in a transaction a part: with 50,000 keys, transactions
 * of 512 took five times as long as ones of 8,192. What is active goes to memory or over a network, where few keys a part are as
 * good, and garbage of theirs is young when it is dropped.
 */
const PART_KEYS: Readonly<Record<StateOfSet['which'], number>> = { active: 256, built: 4_096 };

/** Bytes of blocks, read and to be written, that end a part before it has so many keys. */
const PART_BYTES = 8 * 1_024 * 1_024;

/** Keys, rows of theirs and bytes of their blocks that a turn of the event loop is for, some milliseconds. */
const KEYS_A_TURN = 32;
const ROWS_A_TURN = 1_024;
const BYTES_A_TURN = 1_024 * 1_024;

/** Writes that belong into one transaction. */
export type WindowPart = {
  readonly writes: readonly WindowWrite[];
  /** Of the rows that are added (S23). */
  readonly late: LateCounts;
};

/** The windows that rows are added to, as they are stored. */
type Stored = Pick<OnlineStore, 'windowHeaders' | 'windowBlocks'>;

/** Whose windows rows are added to. */
type WindowsOfSet = {
  readonly set: WindowedFeatureSet;
  readonly which: StateOfSet['which'];
  /** Resolves once every part that was given is written, else rejects; left out where each is written before the next is asked for. */
  readonly written?: () => Promise<void>;
};

/**
 * What rows that were logged one after the other write to the windows of a set, part by part. Each part rests on what is
 * stored of its keys: the parts before one that has keys of theirs are waited for. Rows that are in the windows already
 * change nothing: each header says how far they are, so any part may be the last.
 */
export async function* windowWrites(
  stored: Stored,
  windows: WindowsOfSet,
  group: GroupRows,
): AsyncIterable<WindowPart> {
  for (let start = 0; start < group.rows.rowCount; start += SLICE_ROWS) {
    const end = Math.min(start + SLICE_ROWS, group.rows.rowCount);
    yield* sliceWrites(stored, windows, sliceGroup(group, start, end));
  }
}

async function* sliceWrites(
  stored: Stored,
  { set, which, written }: WindowsOfSet,
  { rows, orders }: GroupRows,
): AsyncIterable<WindowPart> {
  const { tombstone } = set.source;
  const update = new WindowUpdate(set, windowSeries(set), {
    rowCount: rows.rowCount,
    orders,
    inputs: await inputsOf(set, rows),
    tombstones: tombstone === undefined ? null : rows.columns.get(tombstone)!,
  });
  let entities = await entitiesOf(set, rows);
  for (let from = 0; entities.length > 0; from += ROWS_OF_A_KEY) {
    entities = entities.filter((entity) => entity.rows.length > from);
    // Keys come again in each round, and may in each slice.
    await written?.();
    yield* roundWrites(stored, { setId: set.id, which }, update, roundOf(entities, from));
  }
}

/** The next rows of each key. */
function roundOf(entities: readonly EntityRows[], from: number): readonly EntityRows[] {
  return entities.map((entity) =>
    from === 0 && entity.rows.length <= ROWS_OF_A_KEY
      ? entity
      : { key: entity.key, rows: entity.rows.slice(from, from + ROWS_OF_A_KEY) },
  );
}

/** The parts of keys that each come once. */
async function* roundWrites(
  stored: Stored,
  state: StateOfSet,
  update: WindowUpdate,
  entities: readonly EntityRows[],
): AsyncIterable<WindowPart> {
  let part = emptyPart();
  let most = KEYS_A_TURN;
  for (let start = 0; start < entities.length; ) {
    await turn();
    const end = endOfTurn(entities, start, most);
    const { writes, bytes, late } = await writesOf(stored, state, update, entities.slice(start, end));
    // How large blocks are is known once they are read: of the next keys fewer are.
    most = Math.max(1, bytes > BYTES_A_TURN ? most >> 1 : Math.min(2 * most, KEYS_A_TURN));
    start = end;
    part.writes.push(...writes);
    part.bytes += bytes;
    part.late = addedLate(part.late, late);
    if (part.writes.length < PART_KEYS[state.which] && part.bytes < PART_BYTES) continue;
    yield part;
    part = emptyPart();
  }
  if (part.writes.length > 0) yield part;
}

function emptyPart(): { readonly writes: WindowWrite[]; bytes: number; late: LateCounts } {
  return { writes: [], bytes: 0, late: NO_LATE_ROWS };
}

/** Behind the last key of a turn; it has one at least. */
function endOfTurn(entities: readonly EntityRows[], start: number, most: number): number {
  let end = start + 1;
  let rows = entities[start]!.rows.length;
  for (; end < entities.length && end - start < most; end++) {
    rows += entities[end]!.rows.length;
    if (rows > ROWS_A_TURN) break;
  }
  return end;
}

/** What the kernel gives for all rows, some of them a turn. */
async function inputsOf(set: WindowedFeatureSet, rows: ColumnBatch): Promise<ColumnBatch['columns']> {
  const parts: ColumnBatch[] = [];
  for (let start = 0; start < rows.rowCount; start += ROWS_A_STEP) {
    if (start > 0) await turn();
    parts.push(set.kernel(sliceRows(rows, start, Math.min(start + ROWS_A_STEP, rows.rowCount))));
  }
  return concatBatches(parts).columns;
}

/** The part that some keys are, and how many bytes of blocks were read for them and are in them. */
async function writesOf(
  stored: Stored,
  state: StateOfSet,
  update: WindowUpdate,
  entities: readonly EntityRows[],
): Promise<WindowPart & { readonly bytes: number }> {
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
  let late = NO_LATE_ROWS;
  let bytes = 0;
  const writes = planned.map((plan, i) => {
    const write = update.finish(plan, blocks[i]!);
    for (const block of blocks[i]!) bytes += block?.length ?? 0;
    for (const block of write.blocks) bytes += block.bytes.length;
    late = addedLate(late, plan.late);
    return write;
  });
  return { writes, bytes, late };
}

/** Rows by key, those of a key in their order. Rows without a whole key are of no entity; one that came before its set may be too long. */
async function entitiesOf(set: WindowedFeatureSet, rows: ColumnBatch): Promise<readonly EntityRows[]> {
  const nameOf = keyNames(set, rows);
  const entities = new Map<unknown, { readonly key: Uint8Array; readonly rows: number[] }>();
  for (let row = 0; row < rows.rowCount; row++) {
    if (row % ROWS_A_STEP === 0) await turn();
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
