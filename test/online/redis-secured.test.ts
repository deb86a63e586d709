import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisOnlineStore } from '../../src/online/adapter/redis.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { type RedisServers, startRedis } from '../support/redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { startRedisSentinel } from '../support/redis-sentinel.js';
import { redisSettings } from '../support/redis-settings.js';
import { onlineStoreSuite } from './online-store.suite.js';

describe.skipIf(!isAsked(REDIS)).each([
  ['a cluster of six', () => startRedisCluster({ replicas: 1, secured: true })],
  ['Sentinel', () => startRedisSentinel({ secured: true })],
] as const)('TLS and ACL: %s', (name, start) => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.close());

  onlineStoreSuite(
    `${name} with TLS and ACL`,
    () => RedisOnlineStore.open(redisSettings(servers, { buckets: 4, commandTimeoutMs: 2_000 })),
    { isRemote: true },
  );

  it('says what to do about a wrong password', async () => {
    const wrong = { ...redisSettings(servers, { commandTimeoutMs: 200 }), password: 'another' };
    await expect(RedisOnlineStore.open(wrong)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('online.redis.password'),
    });
  });
});

describe.skipIf(!isAsked(REDIS)).each([
  ['one server', () => startRedis()],
  ['a cluster', () => startRedisCluster()],
] as const)('an account with the rights that the documentation lists: %s', (name, start) => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await start();
    const documentation = readFileSync('docs/engines.md', 'utf8').replaceAll(/\s+/g, ' ');
    const [, commands, ofConnections] =
      /the commands `([^`]+)`, and of a connection `([^`]+)`/.exec(documentation) ?? [];
    const rights = `${commands} ${ofConnections}`.split(' ').map((command) => `+${command}`);
    for (const node of servers.nodes)
      await node.call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~{limited:*}*', ...rights);
  });
  afterAll(() => servers.close());

  onlineStoreSuite(
    `${name} with few rights`,
    () => {
      const settings = redisSettings(servers, { keyPrefix: 'limited', buckets: 4 });
      return RedisOnlineStore.open({ ...settings, username: 'limited', password: 'secret' });
    },
    { isRemote: true },
  );
});
