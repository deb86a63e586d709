import { PlumblineError } from '../../definition/error.js';
import type { RedisSettings } from '../../platform/redis-settings.js';
import type { RedisConnection } from './redis-connection.js';
import { unavailable } from './redis-errors.js';
import { marksKey } from './redis-keys.js';

/** What keys and values look like; a change of either is another layout. */
const LAYOUT = '1';

/** Deadlines of a read that the first look may take, as connecting may: a service that starts rather waits than ends. */
const FIRST_DEADLINES = 10;

/** Buckets of a cluster: some for each of many nodes, and few enough to write all marks in milliseconds. */
const CLUSTER_BUCKETS = 256;

/**
 * How many buckets the state under a prefix has, noted when it is first opened. Throws CONFLICT for a number that differs from
 * the one asked for, and for state in another layout.
 */
export async function bucketCountOf(connection: RedisConnection, settings: RedisSettings): Promise<number> {
  const { kind, keyPrefix, buckets } = settings;
  const wanted = buckets ?? (kind === 'cluster' ? CLUSTER_BUCKETS : 1);
  const key = marksKey(keyPrefix, 0);
  const commands = [
    { name: 'HSETNX', args: [key, 'layout', `${LAYOUT} ${wanted}`] },
    { name: 'HGET', args: [key, 'layout'] },
  ];
  const [set, held] = await connection.run(commands, FIRST_DEADLINES * connection.deadlineMs);
  if (set instanceof Error) throw unavailable(set, 'HSETNX');
  if (!Buffer.isBuffer(held)) throw unavailable(held, 'HGET');
  const [layout, count] = held.toString().split(' ');
  if (layout !== LAYOUT) {
    const message = `online state under the prefix "${keyPrefix}" has layout ${layout}, this version writes ${LAYOUT}; set another online.redis.keyPrefix, it is then made anew from the log`;
    throw new PlumblineError('CONFLICT', message);
  }
  if (buckets !== null && Number(count) !== buckets) {
    const message = `online state under the prefix "${keyPrefix}" has ${count} buckets, not ${buckets}; remove online.redis.buckets, or set another online.redis.keyPrefix`;
    throw new PlumblineError('CONFLICT', message);
  }
  return Number(count);
}

/** Whether anybody ever opened the state under a prefix. */
export async function isLaidOut(connection: RedisConnection, { keyPrefix }: RedisSettings): Promise<boolean> {
  const [held] = await connection.run([{ name: 'HGET', args: [marksKey(keyPrefix, 0), 'layout'] }]);
  if (held instanceof Error) throw unavailable(held, 'HGET');
  return held !== null;
}
