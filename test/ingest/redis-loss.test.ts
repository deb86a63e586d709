import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import { EmbeddedLog } from '../../src/ingest/adapter/embedded-log.js';
import { LmdbIdentities } from '../../src/ingest/adapter/lmdb-identities.js';
import type { LogEntry } from '../../src/ingest/log.js';
import { SourcePipeline } from '../../src/ingest/pipeline.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { History } from '../../src/offline/history.js';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import type { OnlineStore } from '../../src/online/store.js';
import { ManualClock } from '../../src/platform/clock.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { ELECTION_TEST_MS, type RedisServers, startRedis, until } from '../support/redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { startRedisSentinel } from '../support/redis-sentinel.js';
import { redisSettings } from '../support/redis-settings.js';
import { temporaryFolder } from '../support/temporary-folder.js';

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
const ENTITY: EntityDocument = { kind: 'Entity', name: 'one', keys: [{ name: 'k', type: 'STRING' }] };
const LATEST = compileFeatureSet({
  document: {
    kind: 'FeatureSet',
    name: 'latest',
    entity: 'one',
    source: 'readings',
    features: [{ name: 'v' }],
  },
  source: SOURCE,
  entity: ENTITY,
  version: 1,
  id: 1,
});
const WINDOWS = compileWindowedFeatureSet({
  document: {
    kind: 'FeatureSet',
    name: 'windows',
    entity: 'one',
    source: 'readings',
    features: [
      { name: 'sum', aggregate: 'SUM(v)', window: '20us', hop: '2us' },
      { name: 'ever', aggregate: 'SUM(v)', window: 'lifetime' },
      { name: 'last', aggregate: 'LAST_N(v, 3)', window: '30us', hop: '1us', max: 5 },
    ],
  },
  source: SOURCE,
  entity: ENTITY,
  version: 1,
  id: 2,
});

describe.skipIf(!isAsked(REDIS))('a pipeline whose Redis loses what it acknowledged', () => {
  /** It keeps what SAVE wrote, and nothing since: what a failover to a replica that was behind leaves. */
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await startRedis({ directives: [['appendonly', 'no']] });
  });
  afterAll(() => servers.close());
  const save = async (): Promise<void> => void (await servers.nodes[0]!.call('SAVE'));

  it.each([
    { lost: 'rows, before more of them come', saved: 2, until: 4, since: 4 },
    { lost: 'rows, and nothing comes any more', saved: 2, until: 6, since: 6 },
    { lost: 'the activation of its feature sets', saved: 0, until: 3, since: 3 },
  ])('has all of it again: $lost', async ({ lost, saved, until: end, since }) => {
    const untouched = await started(servers, `${lost}-not`);
    await untouched.accept(ENTRIES);
    const wanted = await untouched.state();
    await untouched.close();

    const service = await started(servers, lost, saved === 0 ? save : nothing);
    await service.accept(ENTRIES.slice(0, saved));
    if (saved > 0) await save();
    await service.accept(ENTRIES.slice(saved, end));
    await servers.nodes[0]!.kill();
    await servers.nodes[0]!.start();
    // They are logged, and some are told not to be visible yet.
    await service.accept(ENTRIES.slice(since)).catch(nothing);
    await until('all rows to be there again', async () => same(await service.state(), wanted));
    expect(await service.state()).toEqual(wanted);
    await service.close();
  });
});

describe.skipIf(!isAsked(REDIS)).each([
  { what: 'a cluster', start: () => startRedisCluster({ replicas: 1 }), deaths: 2 },
  { what: 'Sentinel', start: () => startRedisSentinel(), deaths: 1 },
])('a pipeline over $what with replicas', ({ start, deaths }) => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.close());

  it(
    'has every row once after primaries died one by one while rows came',
    async () => {
      const untouched = await started(servers, 'untouched');
      for (const round of ROUNDS) await untouched.accept(round);
      const wanted = await untouched.state();
      await untouched.close();

      const service = await started(servers, 'failover');
      for (const [i, round] of ROUNDS.entries()) {
        const accepted = service.accept(round).catch(nothing);
        if (i < deaths) await servers.nodes[i]!.kill();
        await accepted;
        await until('a replica to serve', async () => (await service.state().catch(() => null)) !== null);
      }
      await until('all rows to be there', async () => same(await service.state(), wanted));
      expect(await service.state()).toEqual(wanted);
      await service.close();
    },
    ELECTION_TEST_MS,
  );
});

const ENTRIES: readonly LogEntry[] = Array.from({ length: 6 }, (_, entry) => {
  const rows = Array.from({ length: 20 }, (__, i) => 20 * entry + i);
  const columns = {
    k: columnOf(
      'STRING',
      rows.map((n) => `key ${n % 7}`),
    ),
    at: columnOf(
      'TIMESTAMP',
      rows.map((n) => BigInt(n - (n % 3 === 0 ? (n * 7) % 15 : 0))),
    ),
    v: columnOf('INT64', rows.map(BigInt)),
  };
  return {
    rows: { rowCount: rows.length, columns: new Map(Object.entries(columns)) },
    arrivalUs: BigInt(100 + entry),
    door: { kind: 'push' },
  };
});

/** A primary may die in each. */
const ROUNDS = [ENTRIES.slice(0, 3), ENTRIES.slice(3)];

async function nothing(): Promise<void> {}

async function started(servers: RedisServers, prefix: string, beforeSets: () => Promise<void> = nothing) {
  const folder = temporaryFolder('redis-loss');
  const log = new EmbeddedLog(join(folder, 'log'));
  const online = await RedisOnlineStore.open(redisSettings(servers, { keyPrefix: prefix, buckets: 8 }));
  await beforeSets();
  const limits = { memoryLimit: '256MB', threads: 1 };
  const history = new History(await DuckdbOfflineStore.open(join(folder, 'history.duckdb'), limits));
  const identities = LmdbIdentities.open(join(folder, 'identities'));
  const parts = {
    log,
    online,
    history,
    identities,
    activations: { record: async () => undefined, forget: async () => undefined },
    clock: new ManualClock(200n),
    onDefect: () => undefined,
  };
  const featureSets = [LATEST, WINDOWS];
  const definitions = { source: SOURCE, featureSets, active: new Set(featureSets.map(({ id }) => id)) };
  const pipeline = await SourcePipeline.open(parts, 'p', definitions);
  online.onLoss(() => pipeline.recover());
  return {
    /** Logs all of them, one after the other. */
    accept: async (entries: readonly LogEntry[]): Promise<void> => {
      const outcomes = await Promise.allSettled(entries.map((entry) => pipeline.accept(entry).visible));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    state: () => stateOf(online),
    close: async (): Promise<void> => {
      await pipeline.close();
      for (const store of [history, online, identities, log]) await store.close();
    },
  };
}

async function stateOf(online: OnlineStore): Promise<unknown> {
  const found: unknown[] = [await online.isActive(LATEST.id), await online.isActive(WINDOWS.id)];
  for await (const { key, row } of online.scan(LATEST.id))
    found.push([hex(key), { ...row, payload: hex(row.payload) }]);
  for await (const { key, windows } of online.scanWindows(WINDOWS.id)) {
    const blocks = windows.blocks.map(({ bytes, ...id }) => ({ ...id, bytes: hex(bytes) }));
    found.push([hex(key), windows.header, blocks]);
  }
  return found;
}

function same(a: unknown, b: unknown): boolean {
  const text = (state: unknown): string =>
    JSON.stringify(state, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return text(a) === text(b);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
