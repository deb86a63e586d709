import { afterAll, beforeAll, describe } from 'vitest';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { type RedisServers, startRedis } from '../support/redis.js';
import { redisSettings } from '../support/redis-settings.js';
import { onlineStoreSuite } from './online-store.suite.js';
import { onlineWindowsSuite } from './online-windows.suite.js';

describe.skipIf(!isAsked(REDIS))('Redis', () => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await startRedis();
  });
  afterAll(() => servers.close());

  const open = (keyPrefix: string) => () => RedisOnlineStore.open(redisSettings(servers, { keyPrefix }));

  onlineStoreSuite('Redis', open('rows'), { isRemote: true });
  onlineWindowsSuite('Redis', open('windows'));
});
