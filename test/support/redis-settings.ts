import type { RedisSettings } from '../../src/platform/redis-settings.js';
import type { RedisServers } from './redis.js';

/** The settings of a service whose online state is on these servers; one of them is a single server unless told. */
export function redisSettings(
  { addresses, security }: RedisServers,
  changed: Partial<Pick<RedisSettings, 'keyPrefix' | 'buckets' | 'commandTimeoutMs'>> = {},
): RedisSettings {
  return {
    ...(addresses.length === 1
      ? { kind: 'single', address: addresses[0]!, database: 0 }
      : { kind: 'cluster', nodes: addresses }),
    tls: security === null ? null : { caFile: security.certificates.caFile, certFile: null, keyFile: null },
    username: security?.username ?? null,
    password: security?.password ?? null,
    keyPrefix: 'plumbline',
    commandTimeoutMs: 500,
    buckets: null,
    ...changed,
  };
}
