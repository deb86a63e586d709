import type { RedisServers } from '../../support/redis.js';

/** Settings as a configuration file has them. */
export type Settings = Readonly<Record<string, unknown>>;

type Patience = { readonly [member in 'commandTimeout' | 'requestTimeout']?: string };

/** Online state on a Redis Cluster, which installations share by their prefixes. */
export function redisOf(
  { addresses }: Pick<RedisServers, 'addresses'>,
  installation: string,
  { commandTimeout = '5s' }: Patience = {},
): Settings {
  const nodes = addresses.map(({ host, port }) => `${host}:${port}`);
  return { online: { engine: 'redis', redis: { nodes, keyPrefix: installation, commandTimeout } } };
}

/** The log on one broker, which installations share by their prefixes. */
export function kafkaOf(
  brokers: readonly string[],
  installation: string,
  { requestTimeout = '10s' }: Patience = {},
): Settings {
  const places = { brokers, topicPrefix: installation, replication: 1, minInSync: 1 };
  return { log: { engine: 'kafka', kafka: { ...places, requestTimeout } } };
}
