import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from 'vitest';
import { type CompiledFeatureSet, compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf } from '../../src/definition/column-batch.js';
import type { FeatureSetDocument, SourceDocument } from '../../src/definition/document.js';
import { encodeKey } from '../../src/definition/key.js';
import { EmbeddedLog } from '../../src/ingest/adapter/embedded-log.js';
import { LmdbIdentities } from '../../src/ingest/adapter/lmdb-identities.js';
import type { LogEntry } from '../../src/ingest/log.js';
import { type SourceDefinitions, SourcePipeline } from '../../src/ingest/pipeline.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { History } from '../../src/offline/history.js';
import type { OfflineStore } from '../../src/offline/store.js';
import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import type { OnlineStore, StoredRow } from '../../src/online/store.js';
import { ManualClock } from '../../src/platform/clock.js';
import { readLatest } from '../support/read-latest.js';
import { copiedFolder, temporaryFolder } from '../support/temporary-folder.js';

/** Closes what a test did not close itself. */
const running = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of [...running]) await close().catch(() => undefined);
});

const LIMITS = { memoryLimit: '512MB', threads: 1 };

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'readings',
  eventTime: 'at',
  columns: [
    { name: 'k', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'v', type: 'INT64' },
  ],
};
const GROWN: SourceDocument = { ...SOURCE, columns: [...SOURCE.columns, { name: 'w', type: 'INT64' }] };

const FIRST = featureSet(1, { features: [{ name: 'v' }] });
const SECOND = featureSet(2, { features: [{ name: 'more', expression: 'v + 1' }] });

describe('a pipeline after a crash (S9, S11, S12)', () => {
  it('applies what the log has beyond online state and history', async () => {
    const untouched = await started();
    for (const entry of ENTRIES) await untouched.accept(entry);
    const wanted = await untouched.state();
    for (const lost of ['both', 'online', 'history'] as const) {
      const service = await started();
      await service.accept(ENTRIES[0]!);
      await service.history.settle();
      const away = await service.without(lost);
      for (const entry of ENTRIES.slice(1)) await away.accept(entry).visible;
      const again = await service.reopened();
      expect(await again.state(), lost).toEqual(wanted);
    }
  });

  it('applies again what online state had in memory alone', async () => {
    const folder = temporaryFolder('recovery');
    const service = await started({ folder, onlineWaitMs: 3_600_000 });
    await service.accept(ENTRIES[0]!);
    const again = await service.reopened();
    for (const entry of ENTRIES.slice(1)) await again.accept(entry);
    const left = copiedFolder(join(folder, 'online'));
    const wanted = await again.state();
    rmSync(join(folder, 'online'), { recursive: true });
    renameSync(left, join(folder, 'online'));
    const crashed = LmdbOnlineStore.open(join(folder, 'online'));
    expect(await crashed.appliedThrough('p/readings')).toBe(1n);
    await crashed.close();
    expect(await (await started({ folder })).state()).toEqual(wanted);
  });

  it('doubles nothing when definitions change while rows wait for history', async () => {
    const service = await started();
    for (const entry of ENTRIES) {
      await service.accept(entry);
      await service.pipeline.use(definitions(SOURCE, [FIRST]));
    }
    const accepting = Promise.all(ENTRIES.map((entry) => service.accept(entry)));
    const using = service.pipeline.use(definitions(SOURCE, [FIRST, SECOND]));
    await Promise.all([accepting, using]);
    expect((await service.state()).history.map(([sequence]) => sequence)).toEqual(sequences(2));
  });

  it('takes the columns that the source gained into history, in the order of the log', async () => {
    const service = await started();
    await service.accept(ENTRIES[0]!);
    await service.pipeline.use(definitions(GROWN, [FIRST]));
    await service.accept(withW(ENTRIES[1]!, 5n));
    await service.history.settle();
    await service.accept(withW(ENTRIES[2]!, 6n));
    const { history } = await service.state('w');
    expect(history.map(([, w]) => w)).toEqual([null, null, 5n, 5n, 6n, 6n]);
  });
});

describe('a store that fails', () => {
  it('loses nothing: later rows wait for earlier ones', async () => {
    const untouched = await started();
    for (const entry of ENTRIES) await untouched.accept(entry);
    const wanted = await untouched.state();
    for (const failing of ['online', 'history'] as const) {
      const service = await started({ failing });
      service.fail(1);
      const outcomes = await Promise.allSettled(ENTRIES.map((entry) => service.accept(entry)));
      await service.accept(ENTRIES[0]!).catch(() => undefined);
      if (failing === 'online') expect(outcomes[0]!.status).toBe('rejected');
      const { history, online } = await service.state();
      expect(history.slice(0, 6), failing).toEqual(wanted.history);
      expect(history.length).toBe(8);
      expect(online.length).toBe(wanted.online.length);
    }
  });

  it('holds the doors once too many rows wait for history, and catches up without doubling any', async () => {
    const service = await started({ failing: 'history' });
    service.fail(Number.POSITIVE_INFINITY);
    const large = entryOf(Array.from({ length: 100_000 }, (_, i) => ['a', BigInt(i), BigInt(i)] as const));
    const outcomes: string[] = [];
    for (let i = 0; i < 6; i++) {
      outcomes.push((await settled(service.accept(large))).status);
    }
    expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected']);
    service.fail(0);
    await service.accept(ENTRIES[0]!);
    await service.history.settle();
    expect(await service.count()).toEqual([600_002n, 600_002n]);
  });
});

describe('the way from a log to its views', () => {
  it('is tried again by itself after a failure, and says when every view has the rows', async () => {
    const service = await started({ failing: 'online' });
    service.fail(1);
    const accepted = service.pipeline.accept(ENTRIES[0]!);
    await expect(accepted.visible).rejects.toThrow(/disk is full/);
    await accepted.learnt;
    expect(await service.online.appliedThrough('p/readings')).toBe(1n);
  });

  it('is refused where the log is older than its views (S9)', async () => {
    const folder = temporaryFolder('older');
    const service = await started({ folder });
    await service.accept(ENTRIES[0]!);
    await service.close();
    rmSync(join(folder, 'log'), { recursive: true });
    await expect(started({ folder })).rejects.toThrow(/older than they are/);
  });

  it('leaves no hole in a state that was dropped while it was built', async () => {
    const service = await started();
    for (let i = 0n; i < 3n; i++) await service.accept(manyRows(20_000, i));
    const inactive = { ...definitions(SOURCE, [FIRST]), active: new Set<number>() };
    let dropped: Promise<void> | null = null;
    const rebuilt = service.pipeline.rebuild(() => {
      dropped ??= service.pipeline.use(inactive);
    }, new AbortController().signal);
    await settled(rebuilt);
    await dropped;
    await service.pipeline.use(definitions(SOURCE, [FIRST]));
    expect((await rowsOf(service.online)).length).toBe(100);
  });
});

describe('a rebuild', () => {
  it('makes the same online state from the log, while rows go on', async () => {
    const service = await started();
    for (const entry of ENTRIES) await service.accept(entry);
    const before = await rowsOf(service.online);
    const rebuilding = service.pipeline.rebuild(() => undefined, new AbortController().signal);
    await Promise.all([rebuilding, service.accept(ENTRIES[0]!)]);
    expect(await rebuilding).toBeGreaterThanOrEqual(6);
    const after = await rowsOf(service.online);
    expect(after.map(([key]) => key)).toEqual(before.map(([key]) => key));
    expect(await service.online.appliedThrough('p/readings')).toBe(7n);
  });

  it('goes on where it was stopped, and shows nothing of it before it is whole', async () => {
    const service = await started();
    for (let i = 0n; i < 3n; i++) await service.accept(manyRows(20_000, i));
    const before = await rowsOf(service.online);
    const stop = new AbortController();
    const stopped = service.pipeline.rebuild(() => stop.abort(), stop.signal);
    await expect(stopped).rejects.toThrow(/abort/);
    expect(await service.online.builtThrough(FIRST.id)).toBe(19_999n);
    expect(await rowsOf(service.online)).toEqual(before);
    expect(await service.pipeline.rebuild(() => undefined, new AbortController().signal)).toBe(40_000);
    expect(await rowsOf(service.online)).toEqual(before);
  });
});

describe('a version that is deactivated while it is built', () => {
  it('leaves the rebuild to the others, and nothing behind; once back it is whole', async () => {
    const both = definitions(SOURCE, [FIRST, SECOND]);
    const without = { ...both, active: new Set([FIRST.id]) };
    for (const back of [false, true]) {
      const service = await started({ sets: [FIRST, SECOND] });
      for (let i = 0n; i < 3n; i++) await service.accept(manyRows(20_000, i));
      let using: Promise<unknown> | null = null;
      const rebuilt = service.pipeline.rebuild(() => {
        using ??= Promise.all([without, ...(back ? [both] : [])].map((each) => service.pipeline.use(each)));
      }, new AbortController().signal);
      expect(await rebuilt).toBe(60_000);
      await using;
      const asked = [FIRST, SECOND].map(({ id }) => ({ setId: id, keys: [keyOf('k0')] }));
      const found = (await readLatest(service.online, asked)).map(([row]) => row?.through);
      expect(found).toEqual([59_900n, back ? 59_900n : undefined]);
      expect(await service.online.isActive(SECOND.id)).toBe(back);
      expect(await service.online.builtThrough(SECOND.id)).toBe(-1n);
    }
  });

  it('loses what was built of it, also when a crash came in between', async () => {
    const service = await started();
    await service.accept(ENTRIES[0]!);
    await service.online.build(SECOND.id, [], { after: -1n, through: 1n });
    await service.pipeline.use({
      ...definitions(SOURCE, [FIRST, SECOND]),
      active: new Set([FIRST.id]),
    });
    expect(await service.online.builtThrough(SECOND.id)).toBe(-1n);
  });
});

describe('a new feature set version', () => {
  it('is primed from the beginning of the log before it is active (S9, S18)', async () => {
    const service = await started();
    await service.accept(ENTRIES[0]!);
    expect(await service.online.isActive(SECOND.id)).toBe(false);
    const using = service.pipeline.use(definitions(SOURCE, [FIRST, SECOND]));
    await Promise.all([using, service.accept(ENTRIES[1]!)]);
    expect(await service.online.isActive(SECOND.id)).toBe(true);
    const [found] = await readLatest(service.online, [{ setId: SECOND.id, keys: [keyOf('a'), keyOf('b')] }]);
    expect(found!.map((row) => row?.order.sequence)).toEqual([2n, 1n]);
    expect(service.activated.has(SECOND.id)).toBe(true);
  });

  it('is built once, however often definitions change meanwhile', async () => {
    const service = await started();
    for (let i = 0n; i < 3n; i++) await service.accept(manyRows(20_000, i));
    const both = definitions(SOURCE, [FIRST, SECOND]);
    await Promise.all([service.pipeline.use(both), service.pipeline.use(both), service.pipeline.use(both)]);
    const [found] = await readLatest(service.online, [{ setId: SECOND.id, keys: [keyOf('k0')] }]);
    expect(found![0]?.through).toBe(59_900n);
  });

  it('loses its online state when it is gone, and gets it again from the log', async () => {
    const service = await started();
    await service.accept(ENTRIES[0]!);
    await service.pipeline.use({ ...definitions(SOURCE, [FIRST]), active: new Set() });
    expect(await service.online.isActive(FIRST.id)).toBe(false);
    expect(service.activated.has(FIRST.id)).toBe(false);
    await service.accept(ENTRIES[1]!);
    await service.pipeline.use(definitions(SOURCE, [FIRST]));
    const [found] = await readLatest(service.online, [{ setId: FIRST.id, keys: [keyOf('a'), keyOf('b')] }]);
    expect(found!.map((row) => row?.order.sequence)).toEqual([2n, 1n]);
  });

  it('matches no key that was too long for it, when the rows came before it', async () => {
    const service = await started({ sets: [] });
    await service.accept(entryOf([['x'.repeat(5000), 1n, 1n]]));
    await service.accept(ENTRIES[0]!);
    await service.pipeline.use(definitions(SOURCE, [FIRST]));
    expect(await service.online.isActive(FIRST.id)).toBe(true);
  });
});

function entryOf(rows: readonly (readonly [string, bigint, bigint | null])[]): LogEntry {
  const columns = new Map([
    [
      'k',
      columnOf(
        'STRING',
        rows.map(([k]) => k),
      ),
    ],
    [
      'at',
      columnOf(
        'TIMESTAMP',
        rows.map(([, at]) => at),
      ),
    ],
    [
      'v',
      columnOf(
        'INT64',
        rows.map(([, , v]) => v),
      ),
    ],
  ]);
  return { rows: { rowCount: rows.length, columns }, arrivalUs: 100n, door: { kind: 'push' } };
}

const ENTRIES: readonly LogEntry[] = [
  entryOf([
    ['a', 5n, 1n],
    ['b', 5n, 2n],
  ]),
  entryOf([
    ['a', 7n, 3n],
    ['a', 6n, 4n],
  ]),
  entryOf([
    ['c', 1n, null],
    ['a', 7n, 9n],
  ]),
];

/** Rows of 100 keys, later ones with a later event time. */
function manyRows(count: number, eventUs: bigint): LogEntry {
  return entryOf(Array.from({ length: count }, (_, i) => [`k${i % 100}`, eventUs, BigInt(i)] as const));
}

function withW({ rows, ...entry }: LogEntry, w: bigint): LogEntry {
  const column = columnOf(
    'INT64',
    Array.from({ length: rows.rowCount }, () => w),
  );
  return { ...entry, rows: { ...rows, columns: new Map(rows.columns).set('w', column) } };
}

function sequences(times: number): readonly bigint[] {
  return Array.from({ length: times * 6 }, (_, i) => BigInt(i));
}

function featureSet(id: number, more: Pick<FeatureSetDocument, 'features'>): CompiledFeatureSet {
  return compileFeatureSet({
    document: { kind: 'FeatureSet', name: `set${id}`, entity: 'thing', source: 'readings', ...more },
    source: SOURCE,
    entity: { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
    version: 1,
    id,
  });
}

function definitions(source: SourceDocument, featureSets: readonly CompiledFeatureSet[]): SourceDefinitions {
  return { source, featureSets, active: new Set(featureSets.map(({ id }) => id)) };
}

function keyOf(k: string): Buffer {
  return encodeKey(['STRING'], [k])!;
}

type Options = {
  readonly folder?: string;
  readonly failing?: 'online' | 'history';
  readonly sets?: readonly CompiledFeatureSet[];
  /** How long online state may wait in memory. */
  readonly onlineWaitMs?: number;
};

/** A pipeline on real stores of its own, one of which may fail. */
async function started(options: Options = {}) {
  const {
    folder = temporaryFolder('recovery'),
    failing,
    sets = [FIRST],
    onlineWaitMs: waitMs = 2_000,
  } = options;
  const faults = { left: 0 };
  const log = new EmbeddedLog(join(folder, 'log'));
  const online = LmdbOnlineStore.open(join(folder, 'online'), { waitMs });
  const offline = await DuckdbOfflineStore.open(join(folder, 'history.duckdb'), LIMITS);
  const history = new History(failing === 'history' ? failingAt(offline, 'append', faults) : offline);
  const written = failing === 'online' ? failingAt(online, 'write', faults) : online;
  const identities = LmdbIdentities.open(join(folder, 'identities'));
  const activated = new Map<number, bigint>();
  const parts = {
    log,
    online: written,
    history,
    identities,
    activations: {
      record: async (id: number, { sequence }: { readonly sequence: bigint }) =>
        void activated.set(id, sequence),
      forget: async (id: number) => void activated.delete(id),
    },
    clock: new ManualClock(200n),
    onDefect: (cause: unknown) => {
      throw cause;
    },
  };
  const pipeline = await SourcePipeline.open(parts, 'p', definitions(SOURCE, sets));
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
    accept: async (entry: LogEntry): Promise<void> => pipeline.accept(entry).visible,
    activated,
    online,
    history,
    close,
    fail: (times: number) => {
      faults.left = times;
    },
    /** Appends that reach the log and at most one of the two views, as before a crash. */
    without: async (lost: 'both' | 'online' | 'history') => {
      const lostOnline: OnlineStore = inert(online, 'write');
      const lostHistory = new History(inert(offline, 'append'));
      const views = {
        online: lost === 'history' ? online : lostOnline,
        history: lost === 'online' ? history : lostHistory,
      };
      return SourcePipeline.open({ ...parts, ...views }, 'p', definitions(SOURCE, sets));
    },
    reopened: async () => {
      await close();
      return started({ folder, sets, onlineWaitMs: waitMs });
    },
    count: async () => {
      await close();
      return (await query(folder, 'count(*), count(DISTINCT "~sequence")'))[0]!;
    },
    /** Everything that the views hold; closes them. */
    state: async (column = 'v') => {
      await history.settle().catch(() => history.settle());
      const [rows] = await readLatest(online, [{ setId: 1, keys: ['a', 'b', 'c', 'd'].map(keyOf) }]);
      const applied = await online.appliedThrough('p/readings');
      await close();
      return { online: rows!, applied, history: await query(folder, `"~sequence", "${column}"`) };
    },
  };
}

/** A store of which one method fails as often as told. */
function failingAt<T extends OnlineStore | OfflineStore>(
  store: T,
  method: keyof T,
  faults: { left: number },
): T {
  return new Proxy(store, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]): unknown => {
        if (name === method && faults.left-- > 0) return Promise.reject(new Error('the disk is full'));
        return found.apply(target, args);
      };
    },
  });
}

/** A store of which one method does nothing. */
function inert<T extends OnlineStore | OfflineStore>(store: T, method: keyof T): T {
  return new Proxy(store, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (name === method) return async () => undefined;
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

async function rowsOf(online: OnlineStore): Promise<readonly (readonly [string, StoredRow])[]> {
  const rows: [string, StoredRow][] = [];
  for await (const { key, row } of online.scan(FIRST.id))
    rows.push([Buffer.from(key).toString('hex'), { ...row, payload: Buffer.from(row.payload) }]);
  return rows;
}

async function query(folder: string, columns: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(join(folder, 'history.duckdb'));
  const connection = await instance.connect();
  try {
    const [table] = (await connection.runAndReadAll('SELECT table_name FROM duckdb_tables()')).getRowsJS();
    const order = columns.startsWith('count') ? '' : ' ORDER BY "~sequence"';
    const found = await connection.runAndReadAll(`SELECT ${columns} FROM "${table![0]}"${order}`);
    return found.getRowsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([promise]);
  return outcome!;
}
