import { readFileSync } from 'node:fs';
import type { RedisSettings } from '../../src/platform/redis-settings.js';
import type { RedisServers } from './redis.js';

/** What is to be known of servers; `primaryName` says that these are sentinels. */
type Reached = Pick<RedisServers, 'addresses' | 'security'> & { readonly primaryName?: string };

type Changed = Partial<Pick<RedisSettings, 'keyPrefix' | 'buckets' | 'commandTimeoutMs'>>;

/** The settings of a service whose online state is on these servers: one alone, what sentinels name, or a cluster. */
export function redisSettings(servers: Reached, changed: Changed = {}): RedisSettings {
  const { security } = servers;
  return {
    ...targetOf(servers),
    tls: security === null ? null : { ca: readFileSync(security.certificates.caFile, 'utf8') },
    username: security?.username ?? null,
    password: security?.password ?? null,
    keyPrefix: 'plumbline',
    commandTimeoutMs: 500,
    buckets: null,
    ...changed,
  };
}

function targetOf({ addresses, security, primaryName }: Reached) {
  if (primaryName !== undefined) {
    return {
      kind: 'sentinel',
      sentinels: addresses,
      master: primaryName,
      database: 0,
      sentinelUsername: security?.username ?? null,
      sentinelPassword: security?.password ?? null,
    } as const;
  }
  if (addresses.length > 1) return { kind: 'cluster', nodes: addresses } as const;
  return { kind: 'single', address: addresses[0]!, database: 0 } as const;
}
