import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { valuesOf } from '../../src/offline/adapter/duckdb-values.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type { HistoryRows, LatestPlan, RetrievalQuery } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'readings',
  eventTime: 'at',
  columns: [
    { name: 'k', type: 'INT64' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'x', type: 'FLOAT64' },
    { name: 'zero', type: 'FLOAT64' },
    { name: 'item', type: 'ARRAY<FLOAT64>' },
  ],
};
const THING: EntityDocument = { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] };

const FEATURES = [
  { name: 'x', of: ({ x }: Reading) => x },
  { name: 'zero', of: ({ zero }: Reading) => zero },
  { name: 'item', of: ({ item }: Reading) => item },
  { name: 'negated', expression: '-x', of: ({ x }: Reading) => (x === null ? null : -x) },
  { name: 'is_zero', expression: 'x = 0.0', of: ({ x }: Reading) => (x === null ? null : x === 0) },
  { name: 'is_less', expression: 'x < 1.0', of: ({ x }: Reading) => (x === null ? null : x < 1) },
  { name: 'either', expression: 'COALESCE(x, 0.0)', of: ({ x }: Reading) => x ?? 0 },
  { name: 'other', expression: 'COALESCE(x, -0.0)', of: ({ x }: Reading) => x ?? -0 },
  {
    name: 'angle',
    expression: 'ATAN2(0.0, x)',
    of: ({ x }: Reading) => (x === null ? null : Math.atan2(0, x)),
  },
];

type Reading = { readonly x: number | null; readonly zero: number; readonly item: readonly number[] | null };

/** Zeros of both signs by turns, in runs, and nothing but -0.0, as files hold them otherwise. */
const READINGS: readonly Reading[] = Array.from({ length: 6_000 }, (_, k) => ({
  x: [[0, -0, 1.5, null, -0][k % 5]!, -0, 0][Math.floor(k / 2_000)]!,
  zero: -0,
  item: [[0, -0], [-0], [1.5, -0, 0], [], null][k % 5]!,
}));

describe('a history file', () => {
  it('keeps the sign of zero through a restart, compaction, growth and retention, by every plan (S2)', async () => {
    const path = join(temporaryFolder('zero'), 'history.duckdb');
    await writeReadings(path);
    await expectReadings(path);
    const store = await openStore(path, null);
    await store.compact({ project: 'p', source: SOURCE, keys: [['k']] });
    const grown = { ...SOURCE, columns: [...SOURCE.columns, { name: 'late', type: 'FLOAT64' as const }] };
    await store.retain({ project: 'p', source: grown, keys: [['k']] }, 2n);
    await store.close();
    await expectReadings(path);
  });

  it('of before -0.0 stood there as something else is changed when it is opened', async () => {
    const path = join(temporaryFolder('zero'), 'history.duckdb');
    await writeReadings(path);
    await onFile(path, async (run) => {
      const [[table]] = (await run(
        "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'history_%'",
      )) as [[string]];
      // As it is in files that kept the sign.
      await run("PRAGMA force_compression = 'uncompressed'");
      await run(`UPDATE "${table}" SET x = '-0.0' WHERE isnan(x)`);
      await run(`UPDATE "${table}" SET zero = '-0.0' WHERE isnan(zero)`);
      await run(
        `UPDATE "${table}" SET item = list_transform(item, lambda e: CASE WHEN isnan(e) THEN '-0.0' ELSE e END)`,
      );
      await run('UPDATE "~source_state" SET layout = NULL');
    });
    await expectReadings(path);
    await expectReadings(path);
  });

  it('shows -0.0 to statistics, lists of rows and windows', async () => {
    const path = join(temporaryFolder('zero'), 'history.duckdb');
    await writeReadings(path);
    const store = await openStore(path, null);
    const ref = { project: 'p', source: SOURCE };
    const listed = await store.keyRows({
      ...ref,
      keyColumns: ['k'],
      key: [1n],
      afterUs: null,
      throughUs: 9n,
      throughSequence: null,
      knownThrough: null,
      limit: 9,
    });
    expect([...listed.rows.columns].map(([name, column]) => [name, valueAt(column, 0)])).toEqual([
      ['k', 1n],
      ['at', 1n],
      ['x', -0],
      ['zero', -0],
      ['item', [-0]],
    ]);
    const featureSet = latestSet();
    const found = await store.statistics({ project: 'p', featureSet, fromUs: null, toUs: null, asOfUs: 9n });
    const { count, nulls, distinct, mean } = found.features.find(({ name }) => name === 'zero')!;
    expect({ count, nulls, distinct: distinct.count, mean }).toEqual({
      count: READINGS.length,
      nulls: 0,
      distinct: 1,
      mean: 0,
    });
    const answers = await answersOf(store, windowedSet());
    const expected = READINGS.map(({ x }) => ({ counted: x === null ? 0n : 1n, zeros: 1n }));
    expect(wrong(answers, expected)).toEqual([]);
    await store.close();
  });

  it('gives -0.0 to answers written as Parquet', async () => {
    const folder = temporaryFolder('zero');
    const path = join(folder, 'history.duckdb');
    await writeReadings(path);
    const store = await openStore(path, null);
    const result = await store.retrieve(queryOf(latestSet()));
    await result.writeParquet(join(folder, 'answer.parquet'));
    await result.close();
    await store.close();
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const rows = await valuesOf(
      connection,
      `SELECT set__x, set__zero, set__item FROM '${folder}/answer.parquet' ORDER BY k`,
      ['FLOAT64', 'FLOAT64', 'ARRAY<FLOAT64>'],
    );
    connection.closeSync();
    database.closeSync();
    const expected = READINGS.map(({ x, zero, item }) => [x, zero, item]);
    expect(wrong(rows, expected)).toEqual([]);
  });
});

/** The first rows that are not as they must be, bit for bit. */
function wrong<Row>(found: readonly Row[], expected: readonly Row[]): readonly object[] {
  expect(found.length).toBe(expected.length);
  return found
    .map((row, k) => ({ k, row, due: expected[k]! }))
    .filter(({ row, due }) => !isDeepStrictEqual(row, due))
    .slice(0, 3);
}

function openStore(path: string, plan: LatestPlan | null): Promise<DuckdbOfflineStore> {
  const choose = ({ compacted }: { readonly compacted: boolean }): LatestPlan =>
    plan === null || (plan === 'compacted' && !compacted) ? 'raw' : plan;
  return DuckdbOfflineStore.open(path, { memoryLimit: '512MB', threads: 2 }, { choose, cheapPairs: 0 });
}

/** Leaves the readings in a file, written out. */
async function writeReadings(path: string): Promise<void> {
  const store = await openStore(path, null);
  const rowCount = READINGS.length;
  const instants = new BigInt64Array(rowCount).fill(1n);
  const rows: HistoryRows = {
    rows: {
      rowCount,
      columns: new Map([
        [
          'k',
          columnOf(
            'INT64',
            READINGS.map((_, k) => BigInt(k)),
          ),
        ],
        [
          'at',
          columnOf(
            'TIMESTAMP',
            READINGS.map(() => 1n),
          ),
        ],
        [
          'x',
          columnOf(
            'FLOAT64',
            READINGS.map(({ x }) => x),
          ),
        ],
        [
          'zero',
          columnOf(
            'FLOAT64',
            READINGS.map(({ zero }) => zero),
          ),
        ],
        [
          'item',
          columnOf(
            'ARRAY<FLOAT64>',
            READINGS.map(({ item }) => item),
          ),
        ],
      ]),
    },
    ...{ firstSequence: 0n, createdTimes: instants, orderTimes: instants, createdAssumed: false },
    ...{ arrivalUs: 1n, visibleUs: 1n, epoch: 1n },
  };
  await store.append({ project: 'p', source: SOURCE }, [rows]);
  await store.close();
}

async function expectReadings(path: string): Promise<void> {
  for (const plan of ['small', 'compacted', 'raw'] as const) {
    const store = await openStore(path, plan);
    const expected = READINGS.map((reading) =>
      Object.fromEntries(FEATURES.map(({ name, of }) => [name, of(reading)])),
    );
    expect(wrong(await answersOf(store, latestSet()), expected)).toEqual([]);
    await store.close();
  }
}

/** Runs statements on the closed file of a store. */
async function onFile(
  path: string,
  work: (run: (sql: string) => Promise<readonly (readonly unknown[])[]>) => Promise<void>,
): Promise<void> {
  const database = await DuckDBInstance.create(path);
  const connection = await database.connect();
  await work(async (sql) => (await connection.runAndReadAll(sql)).getRowsJS());
  connection.closeSync();
  database.closeSync();
}

type AnySet = ReturnType<typeof latestSet> | ReturnType<typeof windowedSet>;

/** An answer a reading, by the names of the features. */
async function answersOf(store: DuckdbOfflineStore, set: AnySet): Promise<readonly Record<string, Value>[]> {
  const result = await store.retrieve(queryOf(set));
  const answers: Record<string, Value>[] = [];
  for await (const { rowCount, columns } of result.batches()) {
    const features = [...columns].filter(([name]) => name.startsWith('set__'));
    for (let row = 0; row < rowCount; row++)
      answers.push(
        Object.fromEntries(features.map(([name, column]) => [name.slice(5), valueAt(column, row)])),
      );
  }
  await result.close();
  return answers;
}

function queryOf(set: AnySet): RetrievalQuery {
  const columns = new Map([
    [
      'k',
      columnOf(
        'INT64',
        READINGS.map((_, k) => BigInt(k)),
      ),
    ],
    [
      't',
      columnOf(
        'TIMESTAMP',
        READINGS.map(() => 5n),
      ),
    ],
  ]);
  const path = join(temporaryFolder('frame'), 'frame.arrow');
  writeFileSync(path, arrowBytes({ rowCount: READINGS.length, columns }));
  const service = compileFeatureService(
    { kind: 'FeatureService', name: 's', entries: [{ featureSet: 'set' }] },
    1,
    () => set,
  );
  return {
    ...{ project: 'p', service, timeColumn: 't', knowledge: 'known', boundary: 'inclusive', include: [] },
    frame: { kind: 'file', path, format: 'arrow' },
    ...{ nowUs: 9n, maxSkewUs: 0n, snapshot: null, activations: new Map() },
  };
}

function latestSet() {
  const features = FEATURES.map(({ of: _, ...feature }) => feature);
  const document = {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'thing',
    source: 'readings',
    features,
  } as const;
  return compileFeatureSet({ document, source: SOURCE, entity: THING, version: 1, id: 1 });
}

function windowedSet() {
  const features = [
    { name: 'counted', aggregate: 'COUNT(x)', window: '1s', hop: '1s' },
    { name: 'zeros', aggregate: 'COUNT(*)', filter: 'zero = 0.0', window: '1s', hop: '1s' },
  ];
  const document = {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'thing',
    source: 'readings',
    features,
  } as const;
  return compileWindowedFeatureSet({ document, source: SOURCE, entity: THING, version: 1, id: 1 });
}
