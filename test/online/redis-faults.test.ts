import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import type { LatestRead, OnlineStore, OnlineWrite } from '../../src/online/store.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { type RedisServers, startRedis, until } from '../support/redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import type { RedisNode } from '../support/redis-node.js';
import { redisSettings } from '../support/redis-settings.js';

const SET = 1;
const SOURCE = 'p/readings';
const KEYS = Array.from({ length: 60 }, (_, i) => Buffer.from(`key ${i}`));

/** What a test opened, closed behind it. */
const opened: OnlineStore[] = [];

async function storeOf(servers: RedisServers, keyPrefix: string, buckets = 32): Promise<RedisOnlineStore> {
  const store = await RedisOnlineStore.open(redisSettings(servers, { keyPrefix, buckets }));
  opened.push(store);
  return store;
}

async function closeAll(servers: RedisServers): Promise<void> {
  for (const store of opened.splice(0)) await store.close();
  await servers.close();
}

describe.skipIf(!isAsked(REDIS))('Redis Cluster', () => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await startRedisCluster();
  });
  afterAll(() => closeAll(servers));

  it('answers for the entities of other nodes while one is lost, names those that are, and goes on when it is back', async () => {
    const store = await storeOf(servers, 'lost');
    await store.activate(SET, SOURCE);
    await store.write(rowsAt(1n), markAt(1n));
    expect(await store.appliedThrough(SOURCE)).toBe(1n);
    const slot = Number(await servers.nodes[0]!.call('CLUSTER', 'KEYSLOT', '{lost:0}'));
    const [, dead] = await ownerAndOther(servers, slot);
    await dead.kill();
    const outcomes = await Promise.all(KEYS.map((key) => outcomeOf(store, [key])));
    const [reached, lost] = [placesOf(outcomes, 'found'), placesOf(outcomes, 'UNAVAILABLE')];
    expect(reached.length + lost.length).toBe(KEYS.length);
    expect(Math.min(reached.length, lost.length)).toBeGreaterThan(5);
    // One request of all of them says which ones.
    const all = store.read({ latest: [{ setId: SET, keys: KEYS }], windows: [] });
    await expect(all).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { entities: lost } });
    await expect(store.write(rowsAt(2n), markAt(2n))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // So does a process that begins meanwhile.
    const other = await storeOf(servers, 'lost');
    expect(await Promise.all(KEYS.map((key) => outcomeOf(other, [key])))).toEqual(outcomes);
    await dead.start();
    await until('the lost node to be asked again', async () => (await outcomeOf(store, KEYS)) === 'found');
    // The others have more, and get it again.
    expect(await store.appliedThrough(SOURCE)).toBe(1n);
    await store.write(rowsAt(3n), markAt(3n));
    expect(await store.appliedThrough(SOURCE)).toBe(3n);
    const [found] = (await store.read({ latest: [{ setId: SET, keys: KEYS }], windows: [] })).latest;
    expect(found!.map((row) => row?.through)).toEqual(KEYS.map(() => 3n));
  });

  it('follows a bucket to another node, and reads the others while it moves', async () => {
    const store = await storeOf(servers, 'moves', 8);
    await store.activate(SET, SOURCE);
    await store.write(rowsAt(1n), markAt(1n));
    const slot = Number(await servers.nodes[0]!.call('CLUSTER', 'KEYSLOT', '{moves:0}'));
    const [from, to] = await ownerAndOther(servers, slot);
    const [fromId, toId] = [await from.call('CLUSTER', 'MYID'), await to.call('CLUSTER', 'MYID')].map(String);
    await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId!);
    await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId!);
    const names = await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 1_000);
    const moving = Array.isArray(names) ? names.map(String) : [];
    expect(moving.length).toBeGreaterThan(2);
    await from.call('MIGRATE', '127.0.0.1', to.port, moving[0]!, 0, 1_000);
    const outcomes = await Promise.all(KEYS.map((key) => outcomeOf(store, [key])));
    expect(placesOf(outcomes, 'missing')).toEqual([]);
    expect(placesOf(outcomes, 'found').length).toBeGreaterThan(KEYS.length - moving.length);
    for (const name of moving.slice(1)) await from.call('MIGRATE', '127.0.0.1', to.port, name, 0, 1_000);
    for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId!);
    expect(await outcomeOf(store, KEYS)).toBe('found');
    await store.write(rowsAt(2n), markAt(2n));
    expect(await store.appliedThrough(SOURCE)).toBe(2n);
  });

  it('knows no rows below a sequence that a read must have', async () => {
    const store = await storeOf(servers, 'least');
    await store.activate(SET, SOURCE);
    await store.write(rowsAt(1n), markAt(1n));
    await store.write(rowsAt(2n, KEYS.slice(0, 1)), markAt(2n));
    const least = { source: SOURCE, sequence: 2n };
    expect(await outcomeOf(store, KEYS.slice(0, 1), { least })).toBe('found');
    await until('marks to follow', async () => (await outcomeOf(store, KEYS, { least })) === 'found');
    expect(await outcomeOf(store, KEYS, { least: { ...least, sequence: 3n } })).toBe('UNAVAILABLE');
  });
});

describe.skipIf(!isAsked(REDIS))('several processes on one Redis', () => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await startRedis();
  });
  afterAll(() => closeAll(servers));

  it('takes nothing of an owner that another one followed, in no bucket (S9)', async () => {
    const [before, after] = [await storeOf(servers, 'owners'), await storeOf(servers, 'owners')];
    await before.activate(SET, SOURCE);
    await before.write(rowsAt(1n), markAt(1n, 1n));
    await after.appliedThrough(SOURCE);
    await after.write(rowsAt(2n, KEYS.slice(0, 1)), markAt(2n, 2n));
    for (const key of KEYS) {
      const late = before.write(rowsAt(3n, [key]), markAt(3n, 1n));
      await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await before.appliedThrough(SOURCE);
    }
    const [rows] = (await after.read({ latest: [{ setId: SET, keys: KEYS }], windows: [] })).latest;
    expect(rows!.map((row) => row?.through)).toEqual(KEYS.map((_, i) => (i === 0 ? 2n : 1n)));
  });

  it('shows a state that another process activated, at once, and removes what was there before', async () => {
    const [owner, reader] = [await storeOf(servers, 'activated'), await storeOf(servers, 'activated')];
    await owner.activate(SET, SOURCE);
    await owner.write(rowsAt(1n), markAt(1n));
    expect(await outcomeOf(reader, KEYS)).toBe('found');
    const builtKeys = KEYS.slice(0, 20);
    const built = rowsAt(5n, builtKeys).filter(({ setId }) => setId === SET);
    await owner.build(SET, built, { after: -1n, through: 5n });
    await owner.activate(SET, SOURCE);
    const [rows] = (await reader.read({ latest: [{ setId: SET, keys: KEYS }], windows: [] })).latest;
    expect(rows!.map((row) => row?.through ?? null)).toEqual(KEYS.map((_, i) => (i < 20 ? 5n : null)));
    await owner.close();
    const names = await servers.nodes[0]!.call('KEYS', '{activated:*}r*');
    expect(names).toHaveLength(20);
  });

  it('reads all sets and entities of a request, and of others beside it, in one round trip', async () => {
    const store = await storeOf(servers, 'trips', 1);
    for (const setId of [1, 2, 3]) await store.activate(setId, SOURCE);
    await store.write(rowsAt(1n), markAt(1n));
    const asked = { latest: [1, 2, 3].map((setId) => ({ setId, keys: KEYS })), windows: [] };
    await servers.nodes[0]!.call('CONFIG', 'RESETSTAT');
    await Promise.all([store.read(asked), store.read(asked)]);
    const stats = String(await servers.nodes[0]!.call('INFO', 'commandstats'));
    const calls = [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, name, count]) => [name, count]);
    expect(calls.filter(([name]) => name?.includes('get'))).toEqual(
      expect.arrayContaining([
        ['mget', '1'],
        ['hmget', '1'],
      ]),
    );
    expect(calls.filter(([name]) => name?.includes('get'))).toHaveLength(2);
  });

  it('refuses another number of buckets than there are, and an address where nobody listens', async () => {
    await storeOf(servers, 'layout', 4);
    await expect(storeOf(servers, 'layout', 8)).rejects.toMatchObject({ code: 'CONFLICT' });
    const nobody = { kind: 'single', address: { host: '127.0.0.1', port: 1 }, database: 0 } as const;
    const settings = { ...redisSettings(servers, { commandTimeoutMs: 50 }), ...nobody };
    const message = expect.stringMatching(/127\.0\.0\.1:1.*ECONNREFUSED/);
    await expect(RedisOnlineStore.open(settings)).rejects.toMatchObject({ code: 'UNAVAILABLE', message });
  });

  it('opens where an answer takes longer than a read may', async () => {
    const proxy = await FaultProxy.open(servers.addresses[0]!.port);
    proxy.delay(60);
    const address = { host: '127.0.0.1', port: proxy.port };
    const store = await RedisOnlineStore.open({
      ...redisSettings(servers, { keyPrefix: 'slow', commandTimeoutMs: 100 }),
      ...({ kind: 'single', address, database: 0 } as const),
    });
    await store.activate(SET, SOURCE);
    expect(await outcomeOf(store, KEYS)).toBe('UNAVAILABLE');
    proxy.resume();
    await until('it to be fast again', async () => (await outcomeOf(store, KEYS)) === 'missing');
    await store.close();
    await proxy.close();
  });

  it('answers all that wait for a node which answers, however long that takes a busy process', async () => {
    const settings = redisSettings(servers, { keyPrefix: 'busy', commandTimeoutMs: 100 });
    const store = await RedisOnlineStore.open(settings);
    opened.push(store);
    await store.activate(SET, SOURCE);
    await store.write(rowsAt(1n), markAt(1n));
    expect(await outcomeOf(store, KEYS)).toBe('found');
    // Each is some round trips, and behind each turn of the event loop something else is done.
    const many = Array.from({ length: 1_200 }, (_, i) => KEYS[i % KEYS.length]!);
    let isDone = false;
    const busy = (): void => {
      for (const until = performance.now() + 20; performance.now() < until; );
      if (!isDone) setImmediate(busy);
    };
    busy();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(store, many)));
    isDone = true;
    expect(new Set(outcomes)).toEqual(new Set(['found']));
  });

  it.each(['cut', 'halfOpen', 'loseAnswers'] as const)(
    'fails within its deadline when connections are %s, and is whole again behind it',
    async (fault) => {
      const proxy = await FaultProxy.open(servers.addresses[0]!.port);
      const address = { host: '127.0.0.1', port: proxy.port };
      const store = await RedisOnlineStore.open({
        ...redisSettings(servers, { keyPrefix: fault, commandTimeoutMs: 100 }),
        ...({ kind: 'single', address, database: 0 } as const),
      });
      opened.push(store);
      await store.activate(SET, SOURCE);
      await store.write(rowsAt(1n), markAt(1n));
      proxy[fault]();
      expect(await outcomeOf(store, KEYS)).toBe('UNAVAILABLE');
      await expect(store.write(rowsAt(2n), markAt(2n))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      proxy.resume();
      await until('the way to be open again', async () => (await outcomeOf(store, KEYS)) === 'found');
      const through = await store.appliedThrough(SOURCE);
      // Whether it was done is not known where the answer alone was lost.
      expect(through).toBe(fault === 'loseAnswers' ? 2n : 1n);
      await store.write(rowsAt(3n), markAt(3n));
      expect(await store.appliedThrough(SOURCE)).toBe(3n);
      await proxy.close();
    },
  );
});

async function ownerAndOther(
  { nodes }: RedisServers,
  slot: number,
): Promise<readonly [owner: RedisNode, other: RedisNode]> {
  for (const [i, node] of nodes.entries()) {
    const own = String(await node.call('CLUSTER', 'NODES'))
      .split('\n')
      .find((line) => line.includes('myself'));
    const [first, last] = own!.trim().split(' ').at(-1)!.split('-').map(Number);
    if (slot >= first! && slot <= last!) return [node, nodes[(i + 1) % nodes.length]!];
  }
  throw new Error(`nobody has slot ${slot}`);
}

function rowsAt(sequence: bigint, keys: readonly Buffer[] = KEYS): readonly OnlineWrite[] {
  const order = { eventTime: sequence, orderTime: 0n, orderColumn: null, sequence };
  const row = { order, through: sequence, tombstone: false, payload: Buffer.from(String(sequence)) };
  return [1, 2, 3].flatMap((setId) => keys.map((key) => ({ setId, key, row })));
}

function markAt(sequence: bigint, epoch = 1n) {
  return { source: SOURCE, sequence, epoch };
}

async function outcomeOf(
  store: OnlineStore,
  keys: readonly Buffer[],
  more: Pick<LatestRead, 'least'> = {},
): Promise<string> {
  try {
    const { latest } = await store.read({ latest: [{ setId: SET, keys, ...more }], windows: [] });
    return latest[0]!.every((row) => row !== null) ? 'found' : 'missing';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function placesOf(outcomes: readonly string[], wanted: string): readonly number[] {
  return outcomes.flatMap((outcome, place) => (outcome === wanted ? [place] : []));
}
