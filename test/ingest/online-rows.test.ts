import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf } from '../../src/definition/column-batch.js';
import type { EntityDocument, FeatureSetDocument, SourceDocument } from '../../src/definition/document.js';
import type { GroupRows } from '../../src/ingest/group-rows.js';
import { onlineWrites } from '../../src/ingest/online-rows.js';
import { featureCodec } from '../../src/online/lookup.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'rides',
  eventTime: 'at',
  tombstone: 'gone',
  columns: [
    { name: 'driver', type: 'INT64' },
    { name: 'city', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'trips', type: 'INT64' },
    { name: 'gone', type: 'BOOL' },
  ],
};

const DRIVER: EntityDocument = { kind: 'Entity', name: 'driver', keys: [{ name: 'driver', type: 'INT64' }] };
const CITY: EntityDocument = { kind: 'Entity', name: 'city', keys: [{ name: 'city', type: 'STRING' }] };

function setOf(id: number, entity: EntityDocument, expression: string) {
  const features = [{ name: 'value', expression }];
  const document: FeatureSetDocument = {
    kind: 'FeatureSet',
    name: `set_${id}`,
    entity: entity.name,
    source: SOURCE.name,
    features,
  };
  return compileFeatureSet({ document, source: SOURCE, entity, version: 1, id });
}

/** Row `i` happened `i % 7` microseconds after the first, is of driver `i % drivers` and city `i % 3`, and every tenth is a deletion. */
function rowsOf(count: number, drivers: number): GroupRows {
  const each = <T>(valueAt: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => valueAt(i));
  const times = each((i) => BigInt(i % 7));
  return {
    rows: {
      rowCount: count,
      columns: new Map([
        [
          'driver',
          columnOf(
            'INT64',
            each((i) => BigInt(i % drivers)),
          ),
        ],
        [
          'city',
          columnOf(
            'STRING',
            each((i) => `c${i % 3}`),
          ),
        ],
        ['at', columnOf('TIMESTAMP', times)],
        ['trips', columnOf('INT64', each(BigInt))],
        [
          'gone',
          columnOf(
            'BOOL',
            each((i) => i % 10 === 0),
          ),
        ],
      ]),
    },
    orders: {
      eventTimes: BigInt64Array.from(times),
      orderTimes: BigInt64Array.from(times),
      orderColumn: null,
      sequences: BigInt64Array.from(each((i) => BigInt(100 + i))),
    },
  };
}

describe('online writes of logged rows', () => {
  it('are the newest row of each key in every set, whichever entity it is of', async () => {
    const sets = [setOf(1, DRIVER, 'trips'), setOf(2, CITY, 'trips + 1'), setOf(3, DRIVER, 'trips * 2')];
    const count = 200;
    const writes = await onlineWrites(sets, rowsOf(count, 11));
    for (const [set, keys, value] of [
      [sets[0]!, 11, (i: number) => i],
      [sets[1]!, 3, (i: number) => i + 1],
      [sets[2]!, 11, (i: number) => i * 2],
    ] as const) {
      const own = writes.filter(({ setId }) => setId === set.id);
      expect(own.length).toBe(keys);
      own.forEach(({ row }, key) => {
        const rows = Array.from({ length: count }, (_, i) => i).filter((i) => i % keys === key);
        const newest = rows.reduce((a, b) => (b % 7 >= a % 7 ? b : a));
        expect(row.order).toMatchObject({ eventTime: BigInt(newest % 7), sequence: BigInt(100 + newest) });
        expect(row.through).toBe(BigInt(100 + rows.at(-1)!));
        expect(row.tombstone).toBe(newest % 10 === 0);
        if (!row.tombstone) expect(featureCodec(set).decode(row.payload)).toEqual([BigInt(value(newest))]);
      });
    }
  });

  it('of many rows and sets give others their turns', async () => {
    const sets = Array.from({ length: 4 }, (_, i) => setOf(i, DRIVER, 'trips'));
    let [turns, isDone] = [0, false];
    const counting = (async () => {
      while (!isDone) {
        await nextTurn();
        turns++;
      }
    })();
    const writes = await onlineWrites(sets, rowsOf(10_000, 10_000));
    isDone = true;
    await counting;
    expect(writes.length).toBe(40_000);
    expect(turns).toBeGreaterThanOrEqual(9);
  });
});
