import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueAt } from '../../src/definition/column-batch.js';
import { compareOrder } from '../../src/definition/order.js';
import type { KeyRows, KeyRowsQuery, OfflineStore } from '../../src/offline/store.js';
import { batchesOf, cases, instant, sourceNamed } from './history-cases.js';
import type { OracleRow } from './oracle.js';

/** Rows of one key, as every offline store lists them. */
export function keyRowsSuite(engine: string, open: () => Promise<OfflineStore>): void {
  describe(`rows of a key: ${engine}`, () => {
    let store: OfflineStore;
    let run = 0;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('are those that history has, deletions too, the newest first, as many as are asked for', async () => {
      const asked = fc.record({
        key: fc.constantFrom(['x', 1n] as const, ['X', 2n] as const, ["x'; --", 1n] as const),
        afterUs: fc.option(instant),
        throughUs: instant,
        throughSequence: fc.option(fc.bigInt(-1n, 30n)),
        knownThrough: fc.option(fc.record({ time: fc.constantFrom('created', 'visible'), us: instant })),
        limit: fc.integer({ min: 1, max: 12 }),
      });
      await fc.assert(
        fc.asyncProperty(cases, asked, async ({ rows, compactAfter }, query) => {
          const ref = { project: 'p', source: sourceNamed(`listed${run++}`) };
          for (const [i, batch] of batchesOf(rows).entries()) {
            await store.append(ref, [batch]);
            if (compactAfter.includes(i)) await store.compact({ ...ref, keys: [['a', 'B']] });
          }
          const found = await store.keyRows({ ...ref, keyColumns: ['a', 'B'], ...query });
          expect(listed(found)).toEqual(expected(rows, query));
        }),
        { numRuns: 60 },
      );
    });
  });
}

type Asked = Omit<KeyRowsQuery, 'project' | 'source' | 'keyColumns'>;

function expected(rows: readonly OracleRow[], asked: Asked): readonly object[] {
  const numbered = rows.map((each, i) => ({ ...each, sequence: BigInt(i) }));
  return numbered
    .filter(
      ({ a, b, event, sequence, ...each }) =>
        a === asked.key[0] &&
        b === asked.key[1] &&
        event <= asked.throughUs &&
        (asked.afterUs === null || event > asked.afterUs) &&
        (asked.throughSequence === null || sequence <= asked.throughSequence) &&
        (asked.knownThrough === null || each[asked.knownThrough.time] <= asked.knownThrough.us),
    )
    .sort((a, b) => compareOrder(orderOf(b), orderOf(a)))
    .slice(0, asked.limit)
    .map(({ a, b, event, created, visible, seq, gone, v, V, sequence }) => ({
      values: { a, B: b, event_ts: event, created_ts: created, seq, gone, v, V },
      ...orderOf({ event, created, seq, sequence }),
      created,
      assumed: 0,
      visible,
    }));
}

function orderOf({
  event,
  created,
  seq,
  sequence,
}: Pick<OracleRow, 'event' | 'created' | 'seq'> & { readonly sequence: bigint }) {
  return { eventTime: event, orderTime: created, orderColumn: seq, sequence };
}

function listed({ rows, orders, createdTimes, createdAssumed, visibleTimes }: KeyRows): readonly object[] {
  return Array.from({ length: rows.rowCount }, (_, row) => ({
    values: Object.fromEntries([...rows.columns].map(([name, column]) => [name, valueAt(column, row)])),
    eventTime: orders.eventTimes[row],
    orderTime: orders.orderTimes[row],
    orderColumn: valueAt(orders.orderColumn!, row),
    sequence: orders.sequences[row],
    created: createdTimes[row],
    assumed: createdAssumed[row],
    visible: visibleTimes[row],
  }));
}
