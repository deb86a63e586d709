import { basename } from 'node:path';
import type { Configuration } from '../../src/platform/configuration.js';
import type { RedisServers } from './redis.js';
import { redisSettings } from './redis-settings.js';

/** The variable that names the Redis Cluster of test services, as JSON; without it their online state is embedded. */
export const ONLINE_SERVERS = 'TEST_ONLINE_SERVERS';

/** A slow machine that runs other tests too is no lost node. */
const COMMAND_TIMEOUT_MS = 5_000;

/** Where the online state of a test service is: a service that starts on the folder again finds it again. */
export function testOnline(dataDir: string): Configuration['online'] {
  const addresses = process.env[ONLINE_SERVERS];
  if (addresses === undefined) return { engine: 'lmdb' };
  const servers: Pick<RedisServers, 'addresses' | 'security'> = {
    addresses: JSON.parse(addresses),
    security: null,
  };
  const keyPrefix = basename(dataDir);
  const changed = { keyPrefix, buckets: 8, commandTimeoutMs: COMMAND_TIMEOUT_MS };
  return { engine: 'redis', redis: redisSettings(servers, changed) };
}
