import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import type { RedisServers } from '../support/redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { startRedisSentinel } from '../support/redis-sentinel.js';
import { redisSettings } from '../support/redis-settings.js';
import { onlineStoreSuite } from './online-store.suite.js';

describe.each([
  ['a cluster of six', () => startRedisCluster({ replicas: 1, secured: true })],
  ['Sentinel', () => startRedisSentinel({ secured: true })],
] as const)('TLS and ACL: %s', (name, start) => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.close());

  onlineStoreSuite(`${name} with TLS and ACL`, () =>
    RedisOnlineStore.open(redisSettings(servers, { buckets: 4, commandTimeoutMs: 2_000 })),
  );

  it('says what to do about a wrong password', async () => {
    const wrong = { ...redisSettings(servers, { commandTimeoutMs: 200 }), password: 'another' };
    await expect(RedisOnlineStore.open(wrong)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('online.redis.password'),
    });
  });
});
