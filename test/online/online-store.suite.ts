import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareOrder, type RowOrder } from '../../src/definition/order.js';
import type { OnlineStore, OnlineWrite, StoredRow } from '../../src/online/store.js';
import { readLatest } from '../support/read-latest.js';

/** What every online store must do; an adapter's test calls it once. */
export function onlineStoreSuite(
  engine: string,
  open: () => Promise<OnlineStore>,
  { isRemote }: { readonly isRemote: boolean },
): void {
  describe(`online store: ${engine}`, () => {
    let store: OnlineStore;
    let nextSet = 1;
    const activeSet = async (): Promise<number> => {
      await store.activate(nextSet, SOURCE);
      return nextSet++;
    };
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('gives back what was written, per set and key, and null for the rest', async () => {
      const [a, b] = [await activeSet(), await activeSet()];
      const row = rowAt({ eventTime: 5n, sequence: 1n });
      await store.write([write(a, 'x', row)], { source: 's/roundtrip', sequence: 1n, epoch: 1n });
      const read = await readLatest(store, [
        { setId: a, keys: [key('x'), key('y'), null] },
        { setId: b, keys: [key('x')] },
      ]);
      expect(read).toEqual([[row, null, null], [null]]);
    });

    it('keeps order members to all 64 bits, before 1970 too, and an absent order column apart from zero', async () => {
      const setId = await activeSet();
      const extremes: RowOrder = {
        eventTime: -(2n ** 63n),
        orderTime: 2n ** 63n - 1n,
        orderColumn: -1n,
        sequence: 2n ** 53n + 1n,
      };
      const stored: StoredRow = {
        order: extremes,
        through: 2n ** 62n,
        tombstone: true,
        payload: Buffer.from([0, 255]),
      };
      await store.write([write(setId, 'k', stored)], { source: 's/extremes', sequence: 0n, epoch: 1n });
      expect(await readLatest(store, [{ setId, keys: [key('k')] }])).toEqual([[stored]]);
    });

    it('ignores a row older than, or the same as, what is stored', async () => {
      const setId = await activeSet();
      const newest = rowAt({ eventTime: 10n, sequence: 2n }, 'new');
      await store.write([write(setId, 'k', newest)], { source: 's/older', sequence: 2n, epoch: 1n });
      const others = [
        rowAt({ eventTime: 9n, sequence: 3n }, 'old'),
        rowAt({ eventTime: 10n, orderTime: -1n, sequence: 4n }, 'older by order time'),
        rowAt({ eventTime: 10n, sequence: 2n }, 'again'),
      ];
      for (const row of others)
        await store.write([write(setId, 'k', row)], { source: 's/older', sequence: 5n, epoch: 1n });
      expect(await readLatest(store, [{ setId, keys: [key('k')] }])).toEqual([[{ ...newest, through: 4n }]]);
    });

    it('ends in the same state whatever the order and the batches of arrival (S10)', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(orders, { minLength: 1, maxLength: 12 }),
          fc.func(fc.nat(3)),
          async (all, cut) => {
            const setId = await activeSet();
            const rows = all.map((order, sequence) =>
              rowAt({ ...order, sequence: BigInt(sequence) }, String(sequence)),
            );
            const shuffled = [...rows].sort((a, b) => cut(a.order.sequence) - cut(b.order.sequence));
            for (let i = 0; i < shuffled.length; i += 3) {
              const batch = shuffled.slice(i, i + 3).map((row) => write(setId, 'k', row));
              await store.write(batch, { source: `s/${setId}`, sequence: 100n, epoch: 1n });
            }
            const newest = rows.reduce((a, b) => (compareOrder(a.order, b.order) > 0 ? a : b));
            const through = BigInt(rows.length - 1);
            expect(await readLatest(store, [{ setId, keys: [key('k')] }])).toEqual([
              [{ ...newest, through }],
            ]);
          },
        ),
        { numRuns: 50 },
      );
    });

    it('moves a source mark forwards only', async () => {
      expect(await store.appliedThrough('s/mark')).toBe(-1n);
      await store.write([], { source: 's/mark', sequence: 7n, epoch: 1n });
      await store.write([], { source: 's/mark', sequence: 3n, epoch: 1n });
      expect(await store.appliedThrough('s/mark')).toBe(7n);
    });

    it('refuses an owner whose epoch is over, and takes nothing of what it brings (S9)', async () => {
      const setId = await activeSet();
      const row = rowAt({ sequence: 1n });
      await store.write([], { source: 's/epoch', sequence: 0n, epoch: 2n });
      const stale = store.write([write(setId, 'k', row)], { source: 's/epoch', sequence: 1n, epoch: 1n });
      await expect(stale).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await readLatest(store, [{ setId, keys: [key('k')] }])).toEqual([[null]]);
      expect(await store.appliedThrough('s/epoch')).toBe(0n);
    });

    it('makes the writes of a source in the order in which they are asked for, each whole', async () => {
      const setId = await activeSet();
      const many = (text: string) =>
        Array.from({ length: MANY_ROWS }, (_, i) => write(setId, `k${i}`, rowAt({ sequence: 1n }, text)));
      const source = 's/in-order';
      const all = store.write(many('many'), { source, sequence: 1n, epoch: 1n });
      const one = store.write([write(setId, 'k0', rowAt({ sequence: 2n }, 'one'))], {
        source,
        sequence: 2n,
        epoch: 1n,
      });
      await one;
      const last = key(`k${MANY_ROWS - 1}`);
      const [found] = await readLatest(store, [{ setId, keys: [key('k0'), last] }]);
      expect(found?.map((row) => row && Buffer.from(row.payload).toString())).toEqual(['one', 'many']);
      await all;
      const failed = store.write([], { source, sequence: 3n, epoch: 0n });
      const next = store.write([], { source, sequence: 4n, epoch: 1n });
      await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await next;
      expect(await store.appliedThrough(source)).toBe(4n);
    });

    it('says which sets it holds, active or being built, until they are dropped', async () => {
      const [active, built, both] = [await activeSet(), nextSet++, await activeSet()];
      for (const setId of [built, both]) await store.build(setId, [], { after: -1n, through: 3n });
      const heldOf = async () => {
        const held = await store.heldSets();
        return [active, built, both].map((setId) => held.filter((each) => each === setId).length);
      };
      expect(await heldOf()).toEqual([1, 1, 1]);
      await store.drop(built);
      await store.drop(both);
      expect(await heldOf()).toEqual([1, 0, 0]);
    });

    it.skipIf(isRemote)(
      'reads many keys as they were when it was asked, whatever is written meanwhile',
      async () => {
        const setId = await activeSet();
        const source = 's/one-moment';
        const keys = Array.from({ length: MANY_ROWS }, (_, i) => `m${i}`);
        for (const sequence of [1n, 2n, 3n]) {
          const rows = keys.map((name) => write(setId, name, rowAt({ sequence, eventTime: sequence })));
          const written = store.write(rows, { source, sequence, epoch: 1n });
          if (sequence === 1n) await written;
          const [found] = await readLatest(store, [{ setId, keys: keys.map(key) }]);
          expect(new Set(found?.map((row) => row?.order.sequence))).toEqual(
            new Set([max(1n, sequence - 1n)]),
          );
          await written;
        }
      },
    );

    it('leaves out rows of sets that are not active', async () => {
      const setId = nextSet++;
      expect(await store.isActive(setId)).toBe(false);
      const mark = { source: 's/inactive', sequence: 1n, epoch: 1n };
      await store.write([write(setId, 'k', rowAt({ sequence: 1n }))], mark);
      await store.activate(setId, SOURCE);
      expect(await store.isActive(setId)).toBe(true);
      expect(await readLatest(store, [{ setId, keys: [key('k')] }])).toEqual([[null]]);
    });

    it('builds a state aside while the active one is read and written, and then shows it whole', async () => {
      const setId = await activeSet();
      const [old, built] = [rowAt({ sequence: 1n }, 'old'), rowAt({ eventTime: 1n, sequence: 2n }, 'built')];
      await store.write([write(setId, 'old', old)], { source: 's/build', sequence: 1n, epoch: 1n });
      expect(await store.builtThrough(setId)).toBe(-1n);
      await store.build(setId, [write(setId, 'new', built)], { after: -1n, through: 7n });
      const again = store.build(setId, [], { after: 3n, through: 9n });
      await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await store.builtThrough(setId)).toBe(7n);
      expect(await readLatest(store, [{ setId, keys: [key('old'), key('new')] }])).toEqual([[old, null]]);
      await store.activate(setId, SOURCE);
      expect(await store.builtThrough(setId)).toBe(-1n);
      expect(await readLatest(store, [{ setId, keys: [key('old'), key('new')] }])).toEqual([[null, built]]);
      expect(await scanned(store, setId)).toEqual([['new', built]]);
    });

    it('drops a set, and begins anew when it is activated again', async () => {
      const setId = await activeSet();
      const mark = { source: 's/drop', sequence: 1n, epoch: 1n };
      await store.write([write(setId, 'k', rowAt({ sequence: 1n }))], mark);
      await store.drop(setId);
      expect(await store.isActive(setId)).toBe(false);
      await store.activate(setId, SOURCE);
      expect(await scanned(store, setId)).toEqual([]);
    });
  });
}

/** Whose log sets are built from. */
const SOURCE = 's/activated';

/** More than any engine writes, or reads, in one step. */
const MANY_ROWS = 20_000;

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

async function scanned(
  store: OnlineStore,
  setId: number,
): Promise<readonly (readonly [string, StoredRow])[]> {
  const found: [string, StoredRow][] = [];
  for await (const { key, row } of store.scan(setId)) found.push([Buffer.from(key).toString(), row]);
  return found;
}

const orders = fc.record({
  eventTime: fc.bigInt(-2n, 2n),
  orderTime: fc.bigInt(-1n, 1n),
  orderColumn: fc.option(fc.bigInt(-1n, 1n)),
});

function rowAt(order: Partial<RowOrder>, text = ''): StoredRow {
  const whole = { eventTime: 0n, orderTime: 0n, orderColumn: null, sequence: 0n, ...order };
  return { order: whole, through: whole.sequence, tombstone: false, payload: Buffer.from(text) };
}

function write(setId: number, name: string, row: StoredRow): OnlineWrite {
  return { setId, key: key(name), row };
}

function key(name: string): Buffer {
  return Buffer.from(name);
}
