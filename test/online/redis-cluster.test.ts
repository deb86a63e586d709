import { afterAll, beforeAll, describe } from 'vitest';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import type { RedisServers } from '../support/redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { redisSettings } from '../support/redis-settings.js';
import { onlineStoreSuite } from './online-store.suite.js';
import { onlineWindowsSuite } from './online-windows.suite.js';

describe.skipIf(!isAsked(REDIS))('a Redis Cluster', () => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await startRedisCluster();
  });
  afterAll(() => servers.close());

  const open = (keyPrefix: string) => () =>
    RedisOnlineStore.open(redisSettings(servers, { keyPrefix, buckets: 16 }));

  onlineStoreSuite('Redis Cluster', open('rows'), { isRemote: true });
  onlineWindowsSuite('Redis Cluster', open('windows'));
});
