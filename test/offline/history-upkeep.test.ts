import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { columnOf } from '../../src/definition/column-batch.js';
import type { Document, SourceDocument } from '../../src/definition/document.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { HistoryUpkeep } from '../../src/offline/history-upkeep.js';
import type { CompactionReport, HistoryRows, RetentionReport } from '../../src/offline/store.js';
import { ManualClock } from '../../src/platform/clock.js';
import { Catalog, CatalogHolder } from '../../src/registry/catalog.js';
import type { StoredVersion } from '../../src/registry/project-definitions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'readings',
  eventTime: 'at',
  historyRetention: '10s',
  columns: [
    { name: 'sensor', type: 'INT64' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'v', type: 'INT64' },
  ],
};

const DOCUMENTS: readonly Document[] = [
  { kind: 'Entity', name: 'sensor', keys: [{ name: 'sensor', type: 'INT64' }] },
  SOURCE,
  { kind: 'FeatureSet', name: 'latest', entity: 'sensor', source: 'readings', features: [{ name: 'v' }] },
];

const REF = { project: 'p', source: SOURCE };
const SECOND = 1_000_000n;

describe('upkeep of history', () => {
  let store: DuckdbOfflineStore;
  let upkeep: HistoryUpkeep;
  const clock = new ManualClock(0n);
  const compacted: CompactionReport[] = [];
  const retained: RetentionReport[] = [];
  const defects: unknown[] = [];

  beforeAll(async () => {
    const limits = { memoryLimit: '512MB', threads: 2 };
    store = await DuckdbOfflineStore.open(join(temporaryFolder('upkeep'), 'history.duckdb'), limits);
  });

  beforeEach(() => {
    upkeep = new HistoryUpkeep({
      store,
      clock,
      catalogs: new CatalogHolder(Catalog.of(DOCUMENTS.map(storedVersion))),
      onCompacted: (_, report) => compacted.push(report),
      onRetained: (_, report) => retained.push(report),
      onDefect: (cause) => defects.push(cause),
    });
  });

  afterAll(() => store.close());

  it('compacts a source once it has many rows more and gains none, and lets old rows go when the clock says so', async () => {
    await store.append(REF, [rows(0n, 60_000), rows(60_000n, 60_000)]);
    await upkeep.look();
    expect(compacted).toEqual([]);
    await upkeep.look();
    expect(compacted).toMatchObject([{ through: 119_999n, rowsRead: 120_000, rowsKept: 120_000 }]);
    await upkeep.look();
    expect(compacted.length).toBe(1);
    clock.set(3_600n * SECOND);
    await upkeep.look();
    expect(retained).toEqual([{ horizonUs: 3_590n * SECOND, rowsRemoved: 119_900 }]);
    await upkeep.look();
    expect(retained.length).toBe(1);
    expect(defects).toEqual([]);
  });

  it('gives a compaction up when the store closes, which leaves history as it was', async () => {
    const path = join(temporaryFolder('closing'), 'history.duckdb');
    const limits = { memoryLimit: '512MB', threads: 2 };
    const ref = { ...REF, keys: [['sensor']] };
    const closing = await DuckdbOfflineStore.open(path, limits);
    await closing.append(REF, [rows(0n, 120_000)]);
    const compaction = closing.compact(ref).catch((error: unknown) => error);
    await closing.close();
    await compaction;
    const again = await DuckdbOfflineStore.open(path, limits);
    expect(await again.appliedThrough(REF)).toBe(119_999n);
    expect(await again.compact(ref)).toMatchObject({ rowsRead: 120_000, rowsKept: 120_000 });
    await again.close();
  });

  it('begins nothing after it was stopped', async () => {
    retained.length = 0;
    upkeep.stop();
    clock.set(7_200n * SECOND);
    await upkeep.look();
    expect(retained).toEqual([]);
  });
});

/** Rows of a hundred sensors, a microsecond apart. */
function rows(first: bigint, count: number): HistoryRows {
  const places = Array.from({ length: count }, (_, i) => first + BigInt(i));
  const at = columnOf('TIMESTAMP', places);
  const sensors = columnOf(
    'INT64',
    places.map((place) => place % 100n),
  );
  return {
    rows: {
      rowCount: count,
      columns: new Map([
        ['sensor', sensors],
        ['at', at],
        ['v', columnOf('INT64', places)],
      ]),
    },
    firstSequence: first,
    createdTimes: BigInt64Array.from(places),
    orderTimes: BigInt64Array.from(places),
    createdAssumed: false,
    arrivalUs: 0n,
    visibleUs: 0n,
    epoch: 0n,
  };
}

function storedVersion(document: Document, id: number): StoredVersion {
  return {
    id,
    project: 'p',
    kind: document.kind,
    name: document.name,
    version: 1,
    revision: 1,
    fingerprint: '',
    document,
    pins: {},
    state: 'active',
    stateDetails: {},
    createdAt: new Date(0),
  } as StoredVersion;
}
