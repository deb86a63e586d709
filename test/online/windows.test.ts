import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import {
  BASE_BLOCK,
  firstBlock,
  keptAfterUs,
  mostBlocks,
  type RowSeries,
  windowSeries,
} from '../../src/compile/window/series.js';
import type { WindowedFeatureSet } from '../../src/compile/windowed-feature-set.js';
import { columnOf } from '../../src/definition/column-batch.js';
import { encodeKey } from '../../src/definition/key.js';
import { compareOrder } from '../../src/definition/order.js';
import { spanOf } from '../../src/definition/window.js';
import type { GroupRows } from '../../src/ingest/group-rows.js';
import { OneUnderWay } from '../../src/ingest/one-under-way.js';
import { windowWrites } from '../../src/ingest/window-writes.js';
import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import { Lookup, type LookupAnswer } from '../../src/online/lookup.js';
import type { KeyBlocks, StoredWindows, WindowBlock } from '../../src/online/store.js';
import { LEAF_ROWS } from '../../src/online/window/leaf-tree.js';
import { decodeRows, eventTimeOf } from '../../src/online/window/row-block.js';
import { encodeBlock, TileCodec } from '../../src/online/window/tile-block.js';
import { WindowValues } from '../../src/online/window/window-values.js';
import { ManualClock } from '../../src/platform/clock.js';
import { copiedFolder, temporaryFolder } from '../support/temporary-folder.js';
import { ascending, groupOf, type ListedWindow, listingSet, type SourceRow } from './window-fixture.js';

const RUNS = 150;
const KEYS = ['a', 'b'] as const;
const OWNER = { source: 's/s', epoch: 0n };

/** Nothing is written to the disk but when a store closes. */
const IN_MEMORY = { waitMs: 3_600_000 };

let path = temporaryFolder('windows');
let store: LmdbOnlineStore;
let nextId = 1;
beforeAll(() => {
  store = LmdbOnlineStore.open(path, IN_MEMORY);
});
afterAll(() => store.close());

/** How rows come: cut into groups, some of which come twice, in part, after a restart, or after a crash with all before them. */
type Delivery = {
  readonly rows: number;
  readonly again: 'no' | 'from the first' | 'after a part' | 'after a restart' | 'after a crash';
};

async function deliver(
  set: WindowedFeatureSet,
  rows: readonly SourceRow[],
  deliveries: readonly Delivery[],
): Promise<void> {
  let start = 0;
  for (let i = 0; start < rows.length; i++) {
    const { rows: count, again } = deliveries[i % deliveries.length]!;
    const end = Math.min(start + count, rows.length);
    const isFromTheFirst = again === 'from the first' || again === 'after a crash';
    const group = groupOf(rows.slice(isFromTheFirst ? 0 : start, end));
    if (again !== 'no') await apply(set, group, 1);
    if (again === 'after a restart') {
      await store.close();
      store = LmdbOnlineStore.open(path, IN_MEMORY);
    }
    if (again === 'after a crash') await crash();
    await apply(set, group, Number.POSITIVE_INFINITY);
    start = end;
  }
}

/** Goes on with what is on the disk. */
async function crash(): Promise<void> {
  const left = copiedFolder(path);
  await store.close();
  rmSync(path, { recursive: true });
  path = left;
  store = LmdbOnlineStore.open(path, IN_MEMORY);
}

/** Applies rows; a crash may leave some of the entities unwritten. */
async function apply(set: WindowedFeatureSet, group: GroupRows, written: number): Promise<void> {
  for await (const { writes } of windowWrites(store, { set, which: 'active' }, group))
    await store.writeWindows(writes.slice(0, written), OWNER);
}

async function lookup(set: WindowedFeatureSet, keys: readonly (string | null)[], nowUs: bigint) {
  const entries = [{ featureSet: set.name }];
  const service = compileFeatureService({ kind: 'FeatureService', name: 'f', entries }, 1, () => set);
  const asked = { rowCount: keys.length, columns: new Map([['k', columnOf('STRING', keys)]]) };
  return new Lookup(store, new ManualClock(nowUs)).lookup(service, asked);
}

/** S20, S21 and S13, row by row. */
function listed(rows: readonly SourceRow[], { window, max, filtered }: ListedWindow, tUs: bigint) {
  const { afterUs, throughUs } = spanOf(window, tUs);
  const inSpan = rows.filter(
    (row) =>
      (afterUs === null || row.eventUs > afterUs) &&
      row.eventUs <= throughUs &&
      !row.tombstone &&
      (!filtered || row.filter === true),
  );
  const newestFirst = inSpan.toSorted((a, b) => compareOrder(orderOf(b), orderOf(a)));
  const values = newestFirst.slice(0, max ?? undefined).map(({ x }) => x);
  return values.filter((x) => x !== null).toSorted(ascending);
}

/** The answer for one key; T is the later of the clock and the newest row (S14). */
function naive(
  windows: readonly ListedWindow[],
  rows: readonly SourceRow[],
  key: string | null,
  nowUs: bigint,
): LookupAnswer {
  const own = rows.filter((row) => key !== null && row.key === key);
  const newestUs = newestOf(own) ?? nowUs;
  const asOfUs = newestUs > nowUs ? newestUs : nowUs;
  const entry = {
    states: ['ALIVE'],
    values: [windows.map((window) => listed(own, window, asOfUs))],
    eventTimes: [null],
    sequences: [own.at(-1)?.sequence ?? -1n],
  } as const;
  return { asOfUs, entityCount: 1, entries: [entry], reads: [] };
}

function orderOf({ eventUs, orderUs, orderColumn, sequence }: SourceRow) {
  return { eventTime: eventUs, orderTime: orderUs, orderColumn, sequence };
}

function newestOf(rows: readonly SourceRow[]): bigint | null {
  return (
    rows
      .map(({ eventUs }) => eventUs)
      .toSorted(ascending)
      .at(-1) ?? null
  );
}

/** Hops of some microseconds, so that few rows fill many tiles and blocks. */
const tiled = fc
  .record({
    sizeUs: fc.constantFrom(null, 3n, 10n, 33n, 100n),
    hopUs: fc.constantFrom(2n, 3n),
    offsetUs: fc.constantFrom(0n, 0n, 1n, 7n, 60n),
  })
  .map((window) => ({ window, max: null }));
const exact = fc.record({
  window: fc.record({
    sizeUs: fc.constantFrom(null, 1n, 9n, 40n),
    hopUs: fc.constant(1n),
    offsetUs: fc.constant(0n),
  }),
  max: fc.constantFrom(1, 2, 3, 100),
});
/** Of so many rows that they lie in several leaves, and that more come than are kept. */
const large = fc.record({
  window: fc.record({
    sizeUs: fc.constantFrom(null, 1_000n, 100_000n),
    hopUs: fc.constant(1n),
    offsetUs: fc.constant(0n),
  }),
  max: fc.constantFrom(100, 150, 300, 1_000),
});
const anyOf = (window: fc.Arbitrary<Omit<ListedWindow, 'filtered'>>): fc.Arbitrary<ListedWindow> =>
  fc.tuple(window, fc.boolean()).map(([each, filtered]) => ({ ...each, filtered }));
const rowAt = (eventUs: fc.Arbitrary<bigint>) =>
  fc.record({
    key: fc.constantFrom(...KEYS, ...KEYS, ...KEYS, null),
    eventUs,
    orderUs: fc.bigInt(0n, 2n),
    orderColumn: fc.constantFrom(null, 0n, 1n),
    isArgumentNull: fc.constantFrom(false, false, false, true),
    filter: fc.constantFrom(true, true, false, null),
    tombstone: fc.constantFrom(false, false, false, false, true),
  });
const anyRows = (eventUs: fc.Arbitrary<bigint>, minLength: number, maxLength: number) =>
  fc.array(rowAt(eventUs), { minLength, maxLength }).map((rows) =>
    rows.map(
      ({ isArgumentNull, ...row }, i): SourceRow => ({
        ...row,
        x: isArgumentNull ? null : BigInt(i),
        sequence: BigInt(i),
      }),
    ),
  );
const deliveriesOf = (max: number): fc.Arbitrary<readonly Delivery[]> =>
  fc.array(
    fc.record({
      rows: fc.integer({ min: 1, max }),
      again: fc.constantFrom(
        'no',
        'no',
        'from the first',
        'after a part',
        'after a restart',
        'after a crash',
      ),
    }),
    { minLength: 1, maxLength: 5 },
  );

const CASES = [
  {
    of: 'many small windows',
    runs: RUNS,
    windows: fc.array(anyOf(fc.oneof(tiled, exact)), { minLength: 1, maxLength: 6 }),
    rows: anyRows(fc.oneof(fc.bigInt(-60n, 120n), fc.bigInt(50n, 60n)), 0, 60),
    deliveries: deliveriesOf(20),
    clocks: fc.array(fc.bigInt(-100n, 300n), { minLength: 1, maxLength: 6 }),
  },
  {
    of: 'exact windows of many rows',
    runs: 12,
    windows: fc.array(anyOf(large), { minLength: 1, maxLength: 3 }),
    rows: anyRows(
      fc.oneof(fc.bigInt(-60n, 5_000n), fc.bigInt(900n, 1_100n), fc.constant(2_000n)),
      600,
      1_500,
    ),
    deliveries: deliveriesOf(300),
    clocks: fc.array(fc.bigInt(-100n, 8_000n), { minLength: 1, maxLength: 3 }),
  },
];

describe('windows online', () => {
  it.each(CASES)(
    'answer as a look at every row does, whatever the order, the groups and what comes twice: $of (S11, S14, S20-S23)',
    async ({ runs, ...of }) => {
      await fc.assert(
        fc.asyncProperty(
          ...([of.windows, of.rows, of.deliveries, of.clocks] as const),
          async (windows, rows, deliveries, clocks) => {
            const set = listingSet(nextId++, windows);
            await store.activate(set.id);
            await deliver(set, rows, deliveries);
            for (const nowUs of clocks) {
              for (const key of [...KEYS, 'unknown', null])
                expect(await lookup(set, [key], nowUs)).toEqual(naive(windows, rows, key, nowUs));
            }
          },
        ),
        { numRuns: runs },
      );
    },
  );

  it.each(CASES)(
    'are the same bytes whatever the order of arrival, and no more than what some T can still need: $of (S10, S23)',
    async ({ runs, ...of }) => {
      await fc.assert(
        fc.asyncProperty(
          ...([of.windows, of.rows, of.deliveries] as const),
          fc.infiniteStream(fc.nat()),
          async (windows, inOrder, deliveries, ranks) => {
            const rows = inOrder.map((row, i) => ({ ...row, orderUs: BigInt(i) }));
            const shuffled = rows
              .map((row) => ({ row, rank: ranks.next().value as number }))
              .sort((a, b) => a.rank - b.rank)
              .map(({ row }, i) => ({ ...row, sequence: BigInt(i) }));
            const states = [];
            for (const arrived of [rows, shuffled]) {
              const set = listingSet(nextId++, windows);
              await store.activate(set.id);
              await deliver(set, arrived, deliveries);
              states.push(await storedOf(set));
              requireBounds(set, await storedOf(set));
            }
            const set = listingSet(0, windows);
            const shown = states.map((found) =>
              found.map(({ key, windows }) => [key, comparable(set, windows)]),
            );
            expect(shown[1]).toEqual(shown[0]);
          },
        ),
        { numRuns: runs },
      );
    },
  );

  it('counts late rows, and those of them that came too late for a tile, once (S23)', async () => {
    const window = { sizeUs: 10n, hopUs: 2n, offsetUs: 0n };
    const set = listingSet(nextId++, [{ window, max: null, filtered: false }]);
    await store.activate(set.id);
    const times = [100n, 99n, 101n, 20n, 90n, 101n];
    const rows = times.map(
      (eventUs, i): SourceRow => ({
        key: 'a',
        eventUs,
        orderUs: 0n,
        orderColumn: null,
        sequence: BigInt(i),
        x: BigInt(i),
        filter: true,
        tombstone: i === 4,
      }),
    );
    await deliver(set, rows, [{ rows: 4, again: 'from the first' }]);
    const [{ windows } = { windows: null }] = await storedOf(set);
    expect(windows?.header).toEqual({
      ...{ newestUs: 101n, through: 5n, lateRows: 2n, missedRows: 1n },
      leaves: new Uint8Array(0),
    });
  });

  it('finds nothing in a version that is not active, and aggregates of nothing in one that is (S15, S18)', async () => {
    const window = { sizeUs: 10n, hopUs: 2n, offsetUs: 0n };
    const set = listingSet(nextId++, [{ window, max: null, filtered: false }]);
    const ask = async () => (await lookup(set, ['a', null], 0n)).entries[0];
    const nothing = { values: [[], []], eventTimes: [null, null] };
    expect(await ask()).toEqual({ ...nothing, states: ['NOT_FOUND', 'NOT_FOUND'], sequences: [null, null] });
    await store.activate(set.id);
    const values = [[[]], [[]]];
    expect(await ask()).toEqual({ ...nothing, values, states: ['ALIVE', 'ALIVE'], sequences: [-1n, -1n] });
  });
});

describe('windows online, part by part', () => {
  const few = { sizeUs: 10n, hopUs: 2n, offsetUs: 0n };
  const row = (i: number, name: string): SourceRow => ({
    key: name,
    eventUs: 0n,
    orderUs: 0n,
    orderColumn: null,
    sequence: BigInt(i),
    x: BigInt(i),
    filter: true,
    tombstone: false,
  });
  /** The keys of each part. */
  const partsOf = async (set: WindowedFeatureSet, rows: readonly SourceRow[]) => {
    const parts: string[][] = [];
    for await (const { writes } of windowWrites(store, { set, which: 'active' }, groupOf(rows))) {
      parts.push(writes.map(({ key }) => Buffer.from(key).toString('hex')));
      await store.writeWindows(writes, OWNER);
    }
    return parts;
  };

  it('are written some hundred keys at a time, each key once, and go on where they were cut off', async () => {
    const set = listingSet(nextId++, [{ window: few, max: null, filtered: false }]);
    await store.activate(set.id);
    const rows = Array.from({ length: 1_000 }, (_, i) => row(i, `key ${i % 500}`));
    for await (const { writes } of windowWrites(store, { set, which: 'active' }, groupOf(rows))) {
      expect(writes).toHaveLength(256);
      await store.writeWindows(writes.slice(0, 32), OWNER);
      break;
    }
    const rest = await partsOf(set, rows);
    expect(rest.map((keys) => keys.length)).toEqual([256, 212]);
    expect(new Set(rest.flat()).size).toBe(468);
    const { entries } = await lookup(set, ['key 0', 'key 32', 'key 499'], 0n);
    expect(entries[0]!.values).toEqual([[[0n, 500n]], [[32n, 532n]], [[499n, 999n]]]);
    expect(await partsOf(set, rows)).toEqual([]);
  });

  it('are written some of the rows of a key at a time, the others at once', async () => {
    const set = listingSet(nextId++, [{ window: few, max: null, filtered: false }]);
    await store.activate(set.id);
    const rows = Array.from({ length: 3_000 }, (_, i) => row(i, i % 1_000 === 7 ? 'cold' : 'hot'));
    const through: Record<string, bigint[]> = {};
    for await (const { writes } of windowWrites(store, { set, which: 'active' }, groupOf(rows))) {
      for (const { key, header } of writes) {
        through[Buffer.from(key).subarray(4).toString()] ??= [];
        through[Buffer.from(key).subarray(4).toString()]!.push(header.through);
      }
      await store.writeWindows(writes, OWNER);
    }
    expect(through).toEqual({ hot: [1_025n, 2_050n, 2_999n], cold: [2_007n] });
    const { entries } = await lookup(set, ['hot', 'cold'], 0n);
    const own = (name: string) => rows.filter(({ key }) => key === name).map(({ x }) => x);
    expect(entries[0]!.values).toEqual([[own('hot')], [own('cold')]]);
  });

  it('are computed while the part before is written, and rest on it where its keys come again', async () => {
    const set = listingSet(nextId++, [{ window: few, max: null, filtered: false }]);
    await store.activate(set.id);
    const rows = Array.from({ length: 6_384 }, (_, i) => row(i, i < 384 ? `key ${i}` : 'hot'));
    const writing = new OneUnderWay();
    const given: number[] = [];
    const written: number[] = [];
    const windows = { set, which: 'active', written: () => writing.ended() } as const;
    const second = Promise.withResolvers<void>();
    for await (const { writes } of windowWrites(store, windows, groupOf(rows))) {
      given.push(written.length);
      if (given.length === 2) second.resolve();
      await writing.begin(async () => {
        await second.promise;
        await store.writeWindows(writes, OWNER);
        written.push(writes.length);
      });
    }
    await writing.ended();
    expect(written).toEqual([256, 129, 1, 1, 1, 1, 1]);
    // Only the second part has no key of the one before.
    expect(given).toEqual([0, 0, 2, 3, 4, 5, 6]);
    const { entries } = await lookup(set, ['key 0', 'key 383', 'hot'], 0n);
    const hot = rows.slice(384).map(({ x }) => x);
    expect(entries[0]!.values).toEqual([[[0n]], [[383n]], [hot]]);
  });

  it('are not written behind a part that failed', async () => {
    const set = listingSet(nextId++, [{ window: few, max: null, filtered: false }]);
    await store.activate(set.id);
    const rows = Array.from({ length: 600 }, (_, i) => row(i, `key ${i}`));
    const writing = new OneUnderWay();
    const windows = { set, which: 'active', written: () => writing.ended() } as const;
    const applying = async (): Promise<void> => {
      let tried = 0;
      for await (const { writes } of windowWrites(store, windows, groupOf(rows)))
        await writing.begin(async () => {
          if (tried++ === 1) throw new Error('the disk is full');
          await store.writeWindows(writes, OWNER);
        });
    };
    await expect(applying()).rejects.toThrow('the disk is full');
    await expect(writing.ended()).rejects.toThrow('the disk is full');
    expect((await partsOf(set, rows)).map((keys) => keys.length)).toEqual([256, 88]);
  });

  it('are written fewer keys at a time where their blocks are large', async () => {
    const set = listingSet(nextId++, [{ window: few, max: null, filtered: false }]);
    await store.activate(set.id);
    const large = {
      windowHeaders: async (_: unknown, keys: readonly Uint8Array[]) => keys.map(() => null),
      windowBlocks: async (_: unknown, asked: readonly KeyBlocks[]) => asked.map(() => [LARGE_BLOCK]),
    };
    const rows = Array.from({ length: 100 }, (_, i) => row(i, `key ${i}`));
    const parts: number[] = [];
    for await (const { writes } of windowWrites(large, { set, which: 'active' }, groupOf(rows)))
      parts.push(writes.length);
    expect(parts).toEqual([32, 16, 14, 15, 15, 8]);
  });

  it('are asked for no series whose features nobody wants', () => {
    const windows = [few, { ...few, hopUs: 3n }].map((window) => ({ window, max: null, filtered: false }));
    const set = listingSet(0, windows);
    const firstOf = (place: number) => firstBlock(windowSeries(set)[place]!, 7n);
    const from = (...wanted: readonly number[]) => new WindowValues(set, new Set(wanted)).from(7n);
    expect([from(), from(1), from(0, 1)]).toEqual([
      [null, null],
      [null, firstOf(1)],
      [firstOf(0), firstOf(1)],
    ]);
  });
});

/** One tile, the last of its block, that lists a number many times over: more than 32 of them are too much for one part. */
const LARGE_BLOCK = largeBlock(40_000);

function largeBlock(count: number): Uint8Array {
  const { aggregate } = listingSet(0, []).states[0]!;
  const codec = new TileCodec([aggregate]);
  const tiles = new Array<Uint8Array | null>(16).fill(null);
  tiles[15] = codec.encode([new Array<bigint>(count).fill(7n)]);
  return encodeBlock(tiles)!;
}

async function storedOf(set: WindowedFeatureSet) {
  const keys = KEYS.map((key) => encodeKey(['STRING'], [key])!);
  const found: { readonly key: string; readonly windows: StoredWindows }[] = [];
  for await (const { key, windows } of store.scanWindows(set.id))
    found.push({ key: KEYS[keys.findIndex((each) => each.equals(key))]!, windows });
  return found;
}

function requireBounds(set: WindowedFeatureSet, found: Awaited<ReturnType<typeof storedOf>>): void {
  const all = windowSeries(set);
  for (const { windows } of found) {
    const { newestUs } = windows.header;
    all.forEach((series, place) => {
      const blocks = windows.blocks.filter((block) => block.series === place);
      if (series.kind === 'rows') {
        requireRowBounds(series, blocks, newestUs);
        return;
      }
      expect(blocks.length).toBeLessThanOrEqual(mostBlocks(series));
      const first = firstBlock(series, newestUs);
      for (const { number } of blocks) expect(number >= first || number === BASE_BLOCK).toBe(true);
    });
  }
}

/** Rows that some T can still need or that leave soon, `max` at most, none in a leaf that does not hold its time. */
function requireRowBounds(series: RowSeries, blocks: readonly WindowBlock[], newestUs: bigint): void {
  const afterUs = keptAfterUs(series, newestUs);
  let [rows, beforeUs] = [0, afterUs];
  for (const { number, bytes } of blocks) {
    const times = [...decodeRows(bytes)].map(eventTimeOf);
    rows += times.length;
    expect(times.length <= LEAF_ROWS || new Set(times).size === 1).toBe(true);
    for (const us of times) expect((beforeUs === null || us > beforeUs) && us <= number).toBe(true);
    beforeUs = number;
  }
  expect(rows).toBeLessThanOrEqual(series.max);
}

/** What is stored without sequences and counts, which tell of the order of arrival. */
function comparable(set: WindowedFeatureSet, { header, blocks }: StoredWindows) {
  const all = windowSeries(set);
  const shown = blocks.map(({ series, number, bytes }) => {
    const each = all[series]!;
    const shownRows = each.kind === 'rows' ? [...decodeRows(bytes)].map(withoutSequence) : [bytes];
    return { series, number, bytes: Buffer.concat(shownRows).toString('hex') };
  });
  return { newestUs: header.newestUs, leaves: header.leaves, blocks: shown };
}

/** The sequence is the last of the members of an order, see `row-block.ts`. */
function withoutSequence(row: Buffer): Buffer {
  return Buffer.from(row).fill(0, 25, 33);
}
