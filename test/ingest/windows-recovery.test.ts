import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import type { WindowedFeatureSet } from '../../src/compile/windowed-feature-set.js';
import { columnOf } from '../../src/definition/column-batch.js';
import type { SourceDocument } from '../../src/definition/document.js';
import { EmbeddedLog } from '../../src/ingest/adapter/embedded-log.js';
import { LmdbIdentities } from '../../src/ingest/adapter/lmdb-identities.js';
import { lateFigures } from '../../src/ingest/late-rows.js';
import type { LogEntry } from '../../src/ingest/log.js';
import { type SourceDefinitions, SourcePipeline } from '../../src/ingest/pipeline.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { History } from '../../src/offline/history.js';
import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import type { OnlineStore, StoredWindows, WindowWrite } from '../../src/online/store.js';
import { ManualClock } from '../../src/platform/clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const running = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of [...running]) await close().catch(() => undefined);
});

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'readings',
  eventTime: 'at',
  createdTime: 'created',
  columns: [
    { name: 'k', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'created', type: 'TIMESTAMP' },
    { name: 'v', type: 'INT64' },
    { name: 'x', type: 'FLOAT64' },
  ],
};
/** The source once it says which rows delete. */
const GROWN: SourceDocument = {
  ...SOURCE,
  tombstone: 'gone',
  columns: [...SOURCE.columns, { name: 'gone', type: 'BOOL' }],
};
const FIRST = windowedSet(1);
const SECOND = windowedSet(2);

function windowedSet(id: number, source = SOURCE): WindowedFeatureSet {
  const features = [
    { name: 'rows', aggregate: 'COUNT(*)', windows: ['20us', '90us'], hop: '2us' },
    { name: 'sum', aggregate: 'SUM(x)', window: '50us', hop: '5us', filter: 'v > 3' },
    { name: 'old', aggregate: 'AVG(v)', window: 'lifetime', hop: '2us', offset: '10us' },
    { name: 'ever', aggregate: 'MAX(x)', window: 'lifetime' },
    { name: 'last', aggregate: 'LAST_N(v, 3)', window: '30us', hop: '1us', max: 5 },
  ];
  const entity = { kind: 'Entity', name: 'one', keys: [{ name: 'k', type: 'STRING' }] } as const;
  const document = {
    kind: 'FeatureSet',
    name: `set${id}`,
    entity: 'one',
    source: 'readings',
    features,
  } as const;
  return compileWindowedFeatureSet({ document, source, entity, version: 1, id });
}

/** Rows of three keys, a third of them late, some twice over in one entry. */
const ENTRIES: readonly LogEntry[] = Array.from({ length: 12 }, (_, entry) => {
  const rows = Array.from({ length: 9 }, (__, i) => 9 * entry + i);
  const times = rows.map((n) => BigInt(3 * n - (n % 3 === 0 ? (n * 7) % 60 : 0)));
  const columns = {
    k: columnOf(
      'STRING',
      rows.map((n) => 'abc'[((n * 5) % 7) % 3]!),
    ),
    at: columnOf('TIMESTAMP', times),
    created: columnOf(
      'TIMESTAMP',
      rows.map((n) => BigInt(3 * n + 1)),
    ),
    v: columnOf(
      'INT64',
      rows.map((n) => (n % 5 === 0 ? null : BigInt(n % 11))),
    ),
    x: columnOf(
      'FLOAT64',
      rows.map((n) => n * 0.1),
    ),
  };
  const batch = { rowCount: rows.length, columns: new Map(Object.entries(columns)) };
  return { rows: batch, arrivalUs: 1_000n, door: { kind: 'push' } };
});

/** Deletion rows of two keys, the second one late. */
const DELETIONS: readonly LogEntry[] = [
  { key: 'a', at: 400n },
  { key: 'b', at: 250n },
].map(({ key, at }) => {
  const columns = {
    k: columnOf('STRING', [key]),
    at: columnOf('TIMESTAMP', [at]),
    created: columnOf('TIMESTAMP', [401n]),
    v: columnOf('INT64', [7n]),
    x: columnOf('FLOAT64', [1000]),
    gone: columnOf('BOOL', [true]),
  };
  const batch = { rowCount: 1, columns: new Map(Object.entries(columns)) };
  return { rows: batch, arrivalUs: 1_000n, door: { kind: 'push' } };
});

describe('windows', () => {
  it('are what one application gives, wherever a crash or a failure cut it short (S9, S11, S12)', async () => {
    const wanted = await applied();
    expect(wanted.map(([, { header }]) => header.lateRows > 0n && header.missedRows > 0n)).toContain(true);
    for (const written of [0, 1, 2]) {
      const service = await started();
      for (const [i, entry] of ENTRIES.entries()) {
        // Some entities of the entry are written, others and the mark are not; the log has it.
        if (i % 4 === 2) service.cutShort(written);
        await service.accept(entry).catch(() => undefined);
      }
      const again = await service.reopened();
      expect(await again.windows(FIRST), `${written} entities written`).toEqual(wanted);
    }
  });

  it('count late rows since the service started, those of a rebuild or of rows that come again not (S23)', async () => {
    const service = await started();
    const sums = [0n, 0n];
    for (const [, { header }] of await applied()) {
      sums[0]! += header.lateRows;
      sums[1]! += header.missedRows;
    }
    service.cutShort(1);
    for (const entry of ENTRIES) await service.accept(entry).catch(() => undefined);
    await service.pipeline.rebuild(() => undefined, new AbortController().signal);
    const [[set, counts] = [], ...others] = [...service.pipeline.late.all()];
    expect([set, others]).toEqual(['set1@1', []]);
    expect(counts!.lateRows).toBeGreaterThan(0);
    // What one transaction wrote that then failed is in the windows and not in these figures.
    expect([BigInt(counts!.lateRows) <= sums[0]!, BigInt(counts!.missedRows) <= sums[1]!]).toEqual([
      true,
      true,
    ]);
    const again = await service.reopened();
    expect([...again.pipeline.late.all()]).toEqual([]);
    const whole = await started();
    for (const entry of ENTRIES) await whole.accept(entry);
    const late = { lateRows: Number(sums[0]), missedRows: Number(sums[1]) };
    expect([...whole.pipeline.late.all()]).toEqual([['set1@1', late]]);
    expect(lateFigures([['p/set1@1', late]])).toEqual({
      ...late,
      'p/set1@1 lateRows': late.lateRows,
      'p/set1@1 missedRows': late.missedRows,
    });
  });

  it('are the same once they are rebuilt, rows coming in meanwhile (S12)', async () => {
    const service = await started();
    for (const entry of ENTRIES.slice(0, 8)) await service.accept(entry);
    const rebuilding = service.pipeline.rebuild(() => undefined, new AbortController().signal);
    await Promise.all([rebuilding, ...ENTRIES.slice(8).map((entry) => service.accept(entry))]);
    expect(await service.windows(FIRST)).toEqual(await applied());
    await service.pipeline.rebuild(() => undefined, new AbortController().signal);
    expect(await service.windows(FIRST)).toEqual(await applied());
  });

  it.each([
    { how: 'rebuilt', sets: [1] },
    { how: 'primed', sets: [1, 2] },
  ])(
    'take deletion rows as such where the source learns of them while they are $how (S13)',
    async ({ how, sets }) => {
      const grown = definitions(
        sets.map((id) => windowedSet(id, GROWN)),
        GROWN,
      );
      const wanted = await started();
      for (const entry of ENTRIES) await wanted.accept(entry);
      await wanted.pipeline.use(grown);
      for (const entry of DELETIONS) await wanted.accept(entry);

      const service = await started();
      for (const entry of ENTRIES) await service.accept(entry);
      let using: Promise<void> | null = null;
      // The first row comes while the state is built, the second one when it is in its place.
      service.onceBuilt(async () => {
        using = service.pipeline.use(grown);
        await service.accept(DELETIONS[0]!);
      });
      if (how === 'primed') await service.pipeline.use(definitions([FIRST, SECOND]));
      else await service.pipeline.rebuild(() => undefined, new AbortController().signal);
      await using;
      await service.accept(DELETIONS[1]!);
      const set = how === 'primed' ? SECOND : FIRST;
      expect(await service.windows(set)).toEqual(await wanted.windows(set));
    },
  );

  it('of a later version are as if it had been there from the beginning, and go with it', async () => {
    const service = await started();
    for (const entry of ENTRIES.slice(0, 6)) await service.accept(entry);
    await service.pipeline.use(definitions([FIRST, SECOND]));
    for (const entry of ENTRIES.slice(6)) await service.accept(entry);
    expect(await service.windows(SECOND)).toEqual(await applied());
    await service.pipeline.use(definitions([FIRST]));
    expect(await service.windows(SECOND)).toEqual([]);
    expect(await service.windows(FIRST)).toEqual(await applied());
  });
});

/** What all entries give where nothing goes wrong. */
async function applied() {
  const service = await started();
  for (const entry of ENTRIES) await service.accept(entry);
  const found = await service.windows(FIRST);
  await service.close();
  return found;
}

function definitions(
  featureSets: readonly WindowedFeatureSet[],
  source: SourceDocument = SOURCE,
): SourceDefinitions {
  return { source, featureSets, active: new Set(featureSets.map(({ id }) => id)) };
}

/** A pipeline on real stores of its own. */
async function started(folder = temporaryFolder('windows')) {
  const log = new EmbeddedLog(join(folder, 'log'));
  const online = LmdbOnlineStore.open(join(folder, 'online'));
  const offline = await DuckdbOfflineStore.open(join(folder, 'history.duckdb'), {
    memoryLimit: '512MB',
    threads: 1,
  });
  const history = new History(offline);
  const identities = LmdbIdentities.open(join(folder, 'identities'));
  const cut: Interference = { next: null, onceBuilt: null };
  const parts = {
    log,
    online: interfered(online, cut),
    history,
    identities,
    activations: { record: async () => undefined, forget: async () => undefined },
    clock: new ManualClock(2_000n),
    onDefect: (cause: unknown) => {
      throw cause;
    },
  };
  const pipeline = await SourcePipeline.open(parts, 'p', definitions([FIRST]));
  const close = async (): Promise<void> => {
    running.delete(close);
    await pipeline.close();
    await history.close();
    await online.close();
    await identities.close();
    await log.close();
  };
  running.add(close);
  return {
    pipeline,
    close,
    accept: async (entry: LogEntry): Promise<void> => pipeline.accept(entry).visible,
    /** The next write of windows fails, so many entities written. */
    cutShort: (written: number) => {
      cut.next = written;
    },
    /** Happens once, before the next write to a state that is built aside. */
    onceBuilt: (work: () => Promise<void>) => {
      cut.onceBuilt = work;
    },
    reopened: async () => {
      await close();
      return started(folder);
    },
    windows: async ({ id }: WindowedFeatureSet) => {
      const found: [string, StoredWindows][] = [];
      for await (const { key, windows } of online.scanWindows(id))
        found.push([Buffer.from(key).toString('hex'), windows]);
      return found;
    },
  };
}

type Interference = { next: number | null; onceBuilt: (() => Promise<void>) | null };

function interfered(store: OnlineStore, cut: Interference): OnlineStore {
  const writeWindows: OnlineStore['writeWindows'] = async (writes, owner) => {
    const { next } = cut;
    cut.next = null;
    const written: readonly WindowWrite[] = next === null ? writes : writes.slice(0, next);
    await store.writeWindows(written, owner);
    if (next !== null) throw new Error('the disk is full');
  };
  const buildWindows: OnlineStore['buildWindows'] = async (...build) => {
    const { onceBuilt } = cut;
    cut.onceBuilt = null;
    await onceBuilt?.();
    await store.buildWindows(...build);
  };
  const changed = new Map<unknown, unknown>(Object.entries({ writeWindows, buildWindows }));
  return new Proxy(store, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      return changed.get(name) ?? (typeof found === 'function' ? found.bind(target) : found);
    },
  });
}
