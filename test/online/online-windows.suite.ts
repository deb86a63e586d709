import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BASE_BLOCK } from '../../src/compile/window/series.js';
import type {
  OnlineStore,
  StoredWindows,
  WindowBlock,
  WindowHeader,
  WindowRead,
  WindowWrite,
} from '../../src/online/store.js';

/** What every online store must do with windows; an adapter's test calls it once. */
export function onlineWindowsSuite(engine: string, open: () => Promise<OnlineStore>): void {
  describe(`windows of the online store: ${engine}`, () => {
    let store: OnlineStore;
    let nextSet = 1;
    const owner = { source: SOURCE, epoch: 1n };
    const activeSet = async (): Promise<number> => {
      await store.activate(nextSet, SOURCE);
      return nextSet++;
    };
    const readOf = async (setId: number, name: string, from: WindowRead['from'] = FROM_THE_FIRST) => {
      const asked = { setId, keys: [key(name), null], from };
      return (await store.read({ latest: [], windows: [asked] })).windows[0]?.[0] ?? null;
    };
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('gives back headers and blocks, to all 64 bits and by number, null for the rest and for null keys', async () => {
      const [a, b] = [await activeSet(), await activeSet()];
      const state = stateOf([
        [0, BASE_BLOCK],
        [0, -5n],
        [0, 2n ** 53n + 1n],
        [3, 0n],
      ]);
      await store.writeWindows([writeOf(a, 'x', state)], owner);
      const keys = [key('x'), key('xy'), null];
      const asked = [
        { setId: a, keys, from: FROM_THE_FIRST },
        { setId: b, keys: [key('x')], from: [] },
        { setId: 1_000_000, keys, from: [] },
      ];
      const { windows } = await store.read({ latest: [], windows: asked });
      expect(windows).toEqual([[state, null, null], [null], null]);
      const active = { setId: a, which: 'active' } as const;
      expect(await store.windowHeaders(active, [key('x'), key('y')])).toEqual([state.header, null]);
      const blocks = [
        { series: 0, number: -5n },
        { series: 0, number: 7n },
      ];
      const [found] = await store.windowBlocks(active, [{ key: key('x'), blocks }]);
      expect(found).toEqual([state.blocks[1]!.bytes, null]);
    });

    it('gives of each series the blocks from a number on, and always the base, or none', async () => {
      const setId = await activeSet();
      const all = [
        [0, BASE_BLOCK],
        [0, 1n],
        [0, 2n],
        [1, 1n],
        [1, 2n],
      ] as const;
      await store.writeWindows([writeOf(setId, 'k', stateOf(all))], owner);
      const found = await readOf(setId, 'k', [2n, 2n]);
      const idsOf = (state: StoredWindows | null) =>
        state?.blocks.map(({ series, number }) => [series, number]);
      expect(idsOf(found)).toEqual([all[0], all[2], all[4]]);
      expect(idsOf(await readOf(setId, 'k', [null, 2n]))).toEqual([all[4]]);
      expect(await readOf(setId, 'k', [null, null])).toEqual({ ...stateOf(all), blocks: [] });
    });

    it('writes headers and blocks anew, and removes what is gone, of that entity alone', async () => {
      const setId = await activeSet();
      const before = stateOf([
        [0, 1n],
        [0, 2n],
      ]);
      await store.writeWindows([writeOf(setId, 'k', before), writeOf(setId, 'other', before)], owner);
      const after = stateOf([[0, 3n]], { through: 9n });
      const gone = before.blocks.map(({ series, number }) => ({ series, number }));
      await store.writeWindows([{ ...writeOf(setId, 'k', after), gone }], owner);
      expect(await readOf(setId, 'k')).toEqual(after);
      expect(await readOf(setId, 'other')).toEqual(before);
    });

    it('keeps blocks of every size, however they grow and shrink', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 6 }), async (steps) => {
          const setId = await activeSet();
          const held = new Map<string, WindowBlock>();
          for (const [i, step] of steps.entries()) {
            const { blocks, gone } = changed(step, held);
            const { header } = stateOf([], { through: BigInt(i) });
            const others = stateOf([[0, 1n]]);
            await store.writeWindows([{ setId, key: key('k'), header, blocks, gone }], owner);
            await store.writeWindows([writeOf(setId, 'other', others)], owner);
            const expected = {
              header,
              blocks: [...held.values()].sort((a, b) => Number(a.number - b.number)),
            };
            expect(await readOf(setId, 'k')).toEqual(expected);
            expect(await scanned(store, setId)).toEqual([
              ['k', expected],
              ['other', others],
            ]);
          }
        }),
        { numRuns: 60 },
      );
    });

    it('leaves out sets that are not active, and refuses an owner whose epoch is over (S9)', async () => {
      const [setId, inactive] = [await activeSet(), nextSet++];
      const state = stateOf([[0, 1n]]);
      await store.writeWindows([writeOf(inactive, 'k', state)], owner);
      await store.activate(inactive, SOURCE);
      expect(await readOf(inactive, 'k')).toBeNull();
      await store.writeWindows([], { source: 's/epochs', epoch: 2n });
      await store.write([], { source: 's/epochs', sequence: 1n, epoch: 2n });
      const stale = store.writeWindows([writeOf(setId, 'k', state)], { source: 's/epochs', epoch: 1n });
      await expect(stale).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await readOf(setId, 'k')).toBeNull();
    });

    it('makes the writes of a source in the order in which they are asked for, and those of latest values with them', async () => {
      const setId = await activeSet();
      const [old, fresh] = [stateOf([[0, 1n]]), stateOf([[0, 1n]], { through: 9n })];
      const many = Array.from({ length: MANY_KEYS }, (_, i) => writeOf(setId, `k${i}`, old));
      const first = store.writeWindows(many, owner);
      const second = store.writeWindows([writeOf(setId, 'k0', fresh)], owner);
      await store.write([], { ...owner, sequence: 5n });
      expect(await readOf(setId, 'k0')).toEqual(fresh);
      expect(await readOf(setId, `k${MANY_KEYS - 1}`)).toEqual(old);
      await Promise.all([first, second]);
    });

    it('builds aside, part by part, and then shows it whole', async () => {
      const setId = await activeSet();
      const [old, built] = [stateOf([[0, 1n]]), stateOf([[0, 2n]], { through: 4n })];
      await store.writeWindows([writeOf(setId, 'old', old)], owner);
      const aside = { setId, which: 'built' } as const;
      expect(await store.windowHeaders(aside, [key('new')])).toEqual([null]);
      await store.buildWindows(setId, [writeOf(setId, 'new', built)], { after: -1n, through: -1n });
      expect(await store.builtThrough(setId)).toBe(-1n);
      expect(await store.windowHeaders(aside, [key('old'), key('new')])).toEqual([null, built.header]);
      await store.buildWindows(setId, [], { after: -1n, through: 4n });
      const again = store.buildWindows(setId, [], { after: 3n, through: 9n });
      await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await store.builtThrough(setId)).toBe(4n);
      expect(await scanned(store, setId)).toEqual([['old', old]]);
      await store.activate(setId, SOURCE);
      expect(await scanned(store, setId)).toEqual([['new', built]]);
      await store.drop(setId);
      await store.activate(setId, SOURCE);
      expect(await scanned(store, setId)).toEqual([]);
    });
  });
}

/** Whose log sets are built from. */
const SOURCE = 's/windows';

/** Blocks that are written and removed in one step, of sizes that fit into a page and that do not. */
const changes: fc.Arbitrary<Change> = fc.record({
  puts: fc.uniqueArray(
    fc.record({ number: fc.bigInt(-2n, 3n), size: fc.constantFrom(0, 10, 600, 1_000, 2_000, 70_000) }),
    { maxLength: 4, selector: ({ number }) => number },
  ),
  removes: fc.uniqueArray(fc.bigInt(-2n, 3n), { maxLength: 4 }),
});

type Change = {
  readonly puts: readonly { readonly number: bigint; readonly size: number }[];
  readonly removes: readonly bigint[];
};

/** What a step writes and removes; `held` is then what is stored. */
function changed(
  { puts, removes }: Change,
  held: Map<string, WindowBlock>,
): Pick<WindowWrite, 'blocks' | 'gone'> {
  const blocks = puts.map(({ number, size }) => ({ series: 0, number, bytes: Buffer.alloc(size, 1) }));
  const gone = removes
    .filter((number) => !puts.some((put) => put.number === number))
    .map((number) => ({ series: 0, number }));
  for (const { number } of gone) held.delete(String(number));
  for (const block of blocks) held.set(String(block.number), block);
  return { blocks, gone };
}

/** More than any engine writes in one step. */
const MANY_KEYS = 5_000;

const FROM_THE_FIRST = [0, 1, 2, 3].map(() => -(2n ** 62n));

async function scanned(store: OnlineStore, setId: number) {
  const found: [string, StoredWindows][] = [];
  for await (const { key, windows } of store.scanWindows(setId))
    found.push([Buffer.from(key).subarray(1).toString(), windows]);
  return found;
}

function stateOf(
  ids: readonly (readonly [number, bigint])[],
  header: Partial<WindowHeader> = {},
): StoredWindows {
  const blocks = ids.map(([series, number]) => ({
    series,
    number,
    bytes: Buffer.from(`${series} ${number}`),
  }));
  const leaves = Buffer.from([9, ...ids.map(([series]) => series)]);
  const whole = {
    newestUs: -(2n ** 63n),
    through: 2n ** 62n,
    lateRows: 1n,
    missedRows: 0n,
    leaves,
    ...header,
  };
  return { header: whole, blocks };
}

function writeOf(setId: number, name: string, { header, blocks }: StoredWindows): WindowWrite {
  return { setId, key: key(name), header, blocks, gone: [] };
}

/** No key is a prefix of another: its length comes first, as in `definition/key.ts`. */
function key(name: string): Buffer {
  return Buffer.from([name.length, ...Buffer.from(name)]);
}
