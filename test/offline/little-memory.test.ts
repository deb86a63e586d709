import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { type Column, type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type { HistoryRows } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Entries of one service, each with as many features, of two sources in turn. */
const ENTRIES = 8;
const WINDOWS = ['1s', '2s', '3s', '4s', '5s', '6s'] as const;

const KEYS = 50;
const HISTORY_ROWS = 20_000;
const FRAME_ROWS = 80_000;

/** Between two rows of the history, whose keys take turns, microseconds. */
const STEP_US = 10_000n;

const ENTITY: EntityDocument = { kind: 'Entity', name: 'sensor', keys: [{ name: 'k', type: 'INT64' }] };

const SOURCES = ['left', 'right'].map(
  (name): SourceDocument => ({
    kind: 'Source',
    name,
    eventTime: 'at',
    columns: [
      { name: 'k', type: 'INT64' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'v', type: 'INT64' },
    ],
  }),
);

const SERVICE = compileFeatureService(
  {
    kind: 'FeatureService',
    name: 'wide',
    entries: Array.from({ length: ENTRIES }, (_, i) => ({ featureSet: `set${i}` })),
  },
  1,
  ({ featureSet }) => {
    const place = Number(featureSet.slice('set'.length));
    return compileWindowedFeatureSet({
      document: {
        kind: 'FeatureSet',
        name: featureSet,
        entity: ENTITY.name,
        source: SOURCES[place % 2]!.name,
        features: [{ name: 'rows', aggregate: 'COUNT(v)', windows: WINDOWS, hop: '10ms' }],
      },
      source: SOURCES[place % 2]!,
      entity: ENTITY,
      version: 1,
      id: place + 1,
    });
  },
);

let store: DuckdbOfflineStore;

beforeAll(async () => {
  const limits = { memoryLimit: '80MiB', threads: 1 };
  store = await DuckdbOfflineStore.open(join(temporaryFolder('little-memory'), 'history.duckdb'), limits);
  for (const source of SOURCES) await store.append({ project: 'p', source }, [historyRows()]);
});

afterAll(() => store.close());

it('joins a wide frame of windows in less memory than its values take, in the order of its rows', async () => {
  const asked = Array.from({ length: FRAME_ROWS }, (_, i) => ({
    last: (i * 7_919) % HISTORY_ROWS,
    key: (i * 31) % KEYS,
  }));
  const result = await store.retrieve({
    ...{ project: 'p', service: SERVICE, timeColumn: 't', knowledge: 'known', boundary: 'inclusive' },
    ...{ frame: { kind: 'file', path: frameOf(asked), format: 'arrow' }, include: [], snapshot: null },
    ...{ nowUs: 1_000_000_000_000n, maxSkewUs: 0n, activations: new Map() },
  });
  expect(result.report).toMatchObject({ rows: FRAME_ROWS, leakCount: 0 });
  const wrong: string[] = [];
  let row = 0;
  for await (const batch of result.batches()) {
    for (let i = 0; i < batch.rowCount; i++) wrong.push(...wrongCells(batch, i, asked[row++]!));
  }
  await result.close();
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(row).toBe(FRAME_ROWS);
});

/** A question: a key, as of the instant of a row of the history. */
type Asked = { readonly key: number; readonly last: number };

function frameOf(asked: readonly Asked[]): string {
  const path = join(temporaryFolder('little-memory'), 'frame.arrow');
  const keys = asked.map(({ key }) => BigInt(key));
  const times = asked.map(({ last }) => BigInt(last) * STEP_US);
  const columns = new Map([
    ['k', columnOf('INT64', keys)],
    ['t', columnOf('TIMESTAMP', times)],
  ]);
  writeFileSync(path, arrowBytes({ rowCount: asked.length, columns }));
  return path;
}

function wrongCells({ columns }: ColumnBatch, row: number, asked: Asked): readonly string[] {
  return [...columns].flatMap(([name, column]) => {
    const seconds = /__rows_(\d)s$/.exec(name)?.[1];
    const found = valueAt(column, row);
    if (seconds === undefined || found === BigInt(countOf(asked, Number(seconds)))) return [];
    return [`${name} of key ${asked.key} as of row ${asked.last}: ${String(found)}`];
  });
}

/** Row i is of key i modulo {@link KEYS}, at i steps. */
function historyRows(): HistoryRows {
  const times = BigInt64Array.from({ length: HISTORY_ROWS }, (_, i) => BigInt(i) * STEP_US);
  const numbers = BigInt64Array.from({ length: HISTORY_ROWS }, (_, i) => BigInt(i % KEYS));
  const columns = new Map<string, Column>([
    ['k', { type: 'INT64', values: numbers, valid: null }],
    ['at', { type: 'TIMESTAMP', values: times, valid: null }],
    ['v', { type: 'INT64', values: numbers, valid: null }],
  ]);
  return {
    rows: { rowCount: HISTORY_ROWS, columns },
    firstSequence: 0n,
    createdTimes: times,
    orderTimes: times,
    createdAssumed: false,
    arrivalUs: 0n,
    visibleUs: 0n,
    epoch: 1n,
  };
}

/** Rows of the key among those of so many seconds, of which each has a hundred. */
function countOf({ key, last }: Asked, seconds: number): number {
  const through = (row: number): number => (row < key ? 0 : Math.floor((row - key) / KEYS) + 1);
  return through(last) - through(last - seconds * 100);
}
