import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import type { Configuration } from '../../src/platform/configuration.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type RedisServers, startRedis } from '../support/redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import type { RedisNode } from '../support/redis-node.js';
import { redisSettings } from '../support/redis-settings.js';
import { CARD_DEFINITIONS } from './card-definitions.js';

const BASE = '/v1/projects/p';
const CARDS = Array.from({ length: 24 }, (_, i) => `card ${i}`);
const SLOTS = 16_384;
const RECOVERED = { timeout: 40_000 };

const opened: { servers: RedisServers | null; service: TestApp | null } = { servers: null, service: null };
afterEach(async () => {
  await opened.service?.close();
  await opened.servers?.close();
  Object.assign(opened, { servers: null, service: null });
});

/** Of the entities that are asked for alone: their values, or null where they are not reached. */
async function valuesOf(service: TestApp): Promise<readonly unknown[]> {
  const answers = CARDS.map((card) =>
    service.post(`${BASE}/online/lookup`, { featureService: 'both', entities: [{ card }] }),
  );
  return (await Promise.all(answers)).map(({ status, body }) => {
    if (status === 503) expect(body.error).toMatchObject({ code: 'UNAVAILABLE', entities: [0] });
    return status === 503 ? null : body.results[0].values;
  });
}

function push(service: TestApp, amount: number, ack: string) {
  const rows = CARDS.map((card) => ({ card, at: `2013-07-01T00:00:0${amount}Z`, amount }));
  const headers = { 'idempotency-key': `of ${amount}` };
  return service.request('POST', `${BASE}/sources/payments/rows?ack=${ack}`, { json: { rows }, headers });
}

async function startOn(servers: RedisServers, buckets: number, dataDir?: string): Promise<TestApp> {
  const online = {
    engine: 'redis',
    redis: redisSettings(servers, { buckets, commandTimeoutMs: 1_000 }),
  } as const;
  const configuration: Partial<Configuration> = { online, logLevel: 'silent' };
  opened.service = await startTestApp({ configuration, ...(dataDir !== undefined && { dataDir }) });
  return opened.service;
}

/** A service that has taken its first rows, and stopped. Gives its folder, without what it had learnt of its log. */
async function livedOn(servers: RedisServers, buckets: number): Promise<string> {
  const service = await startOn(servers, buckets);
  expect((await service.yaml(`${BASE}/apply`, CARD_DEFINITIONS)).status).toBe(200);
  expect((await push(service, 1, 'visible')).body).toMatchObject({ firstSequence: 0 });
  await service.stop();
  rmSync(join(service.dataDir, 'identities'), { recursive: true });
  return service.dataDir;
}

/** Rows of a delivery that came before are known, others are logged, and all of them are there in the end. */
async function recovers(service: TestApp, node: RedisNode): Promise<void> {
  const frame = { text: 'card,event_timestamp\ncard 1,2013-07-02T00:00:00Z\n', type: 'text/csv' };
  expect((await service.request('POST', `${BASE}/retrievals?featureService=both`, frame)).status).toBe(200);
  expect((await push(service, 1, 'logged')).body).toMatchObject({ firstSequence: 0, lastSequence: 23 });
  expect((await push(service, 2, 'logged')).body).toMatchObject({ firstSequence: 24, lastSequence: 47 });
  expect((await push(service, 3, 'visible')).status).toBe(503);
  await node.start();
  await expect.poll(() => valuesOf(service), RECOVERED).toEqual(CARDS.map(() => [3, 6]));
  expect((await push(service, 4, 'visible')).status).toBe(200);
  expect(await valuesOf(service)).toEqual(CARDS.map(() => [4, 10]));
}

describe.skipIf(!isAsked(REDIS))('a service that starts', () => {
  it.each(['that of the first bucket', 'another one'])(
    'while a node is lost, %s, answers for the others, and recovers by itself',
    async (which) => {
      const servers = await startRedisCluster();
      opened.servers = servers;
      const dataDir = await livedOn(servers, 8);
      const slot = Number(await servers.nodes[0]!.call('CLUSTER', 'KEYSLOT', '{plumbline:0}'));
      const owner = Math.floor((slot * servers.nodes.length) / SLOTS);
      const lost = servers.nodes[(owner + (which === 'another one' ? 1 : 0)) % servers.nodes.length]!;
      await lost.kill();
      const service = await startOn(servers, 8, dataDir);
      const values = await valuesOf(service);
      expect(values.filter((each) => each === null).length).toBeGreaterThan(0);
      const reached = values.filter((each) => each !== null);
      expect(reached.length).toBeGreaterThan(0);
      expect(reached).toEqual(reached.map(() => [1, 1]));
      await recovers(service, lost);
    },
    120_000,
  );

  it('while nothing answers, takes rows, and recovers by itself', async () => {
    const servers = await startRedis();
    opened.servers = servers;
    const dataDir = await livedOn(servers, 1);
    await servers.nodes[0]!.kill();
    const service = await startOn(servers, 1, dataDir);
    expect(await valuesOf(service)).toEqual(CARDS.map(() => null));
    await recovers(service, servers.nodes[0]!);
  }, 120_000);

  it('does not, with a wrong password: that does not pass by itself', async () => {
    const servers = await startRedis({ secured: true });
    opened.servers = servers;
    const wrong = { ...redisSettings(servers), password: 'wrong' };
    const opening = RedisOnlineStore.openSoon(wrong, () => undefined);
    await expect(opening).rejects.toThrow(
      /WRONGPASS.*set online\.redis\.username and online\.redis\.password/,
    );
  });
});
