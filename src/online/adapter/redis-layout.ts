import { PlumblineError } from '../../definition/error.js';
import type { RedisSettings } from '../../platform/redis-settings.js';
import { RedisCalls } from './redis-calls.js';
import type { RedisConnection } from './redis-connection.js';
import { unavailable } from './redis-errors.js';
import { marksKey, RedisKeys } from './redis-keys.js';

/** What keys and values look like; a change of either is another layout. */
const LAYOUT = '1';

/** Deadlines of a read that the first look may take, as connecting may: a service that starts rather waits than ends. */
const FIRST_DEADLINES = 10;

/** Buckets of a cluster: some for each of many nodes, and few enough to write all marks in milliseconds. */
const CLUSTER_BUCKETS = 256;

/**
 * How many buckets the state under a prefix has, noted when it is first opened; in every bucket, so that it is known without
 * the first one too. Throws CONFLICT for a number that differs from the one asked for, and for state in another layout.
 */
export async function bucketCountOf(connection: RedisConnection, settings: RedisSettings): Promise<number> {
  const { kind, keyPrefix, buckets } = settings;
  const wanted = buckets ?? (kind === 'cluster' ? CLUSTER_BUCKETS : 1);
  const noted = await layoutIn(connection, keyPrefix, `${LAYOUT} ${wanted}`).catch((error: unknown) =>
    elsewhere(connection, keyPrefix, wanted, error),
  );
  const [layout, count] = noted.split(' ');
  if (layout !== LAYOUT) {
    const message = `online state under the prefix "${keyPrefix}" has layout ${layout}, this version writes ${LAYOUT}; set another online.redis.keyPrefix, it is then made anew from the log`;
    throw new PlumblineError('CONFLICT', message);
  }
  if (buckets !== null && Number(count) !== buckets) {
    const message = `online state under the prefix "${keyPrefix}" has ${count} buckets, not ${buckets}; remove online.redis.buckets, or set another online.redis.keyPrefix`;
    throw new PlumblineError('CONFLICT', message);
  }
  await noteEverywhere(connection, keyPrefix, Number(count));
  return Number(count);
}

/** What the first bucket has noted; where that is nothing, `first` from now on. */
async function layoutIn(connection: RedisConnection, keyPrefix: string, first: string): Promise<string> {
  const key = marksKey(keyPrefix, 0);
  const commands = [
    { name: 'HSETNX', args: [key, FIELD, first] },
    { name: 'HGET', args: [key, FIELD] },
  ];
  const [set, held] = await connection.run(commands, FIRST_DEADLINES * connection.deadlineMs);
  if (set instanceof Error) throw unavailable(set, 'HSETNX');
  if (!Buffer.isBuffer(held)) throw unavailable(held, 'HGET');
  return held.toString();
}

/** The first bucket was not reached: what another one has noted, else why not. */
async function elsewhere(
  connection: RedisConnection,
  keyPrefix: string,
  wanted: number,
  cause: unknown,
): Promise<string> {
  const calls = new RedisCalls(connection, new RedisKeys(keyPrefix, wanted));
  const replies = await calls.runSome(
    calls.allBuckets.map((bucket) => ({
      bucket,
      command: { name: 'HGET', args: [marksKey(keyPrefix, bucket), FIELD] },
    })),
  );
  const found = replies.find((reply) => Buffer.isBuffer(reply));
  if (found === undefined) throw cause;
  return String(found);
}

/** Buckets that are not reached are noted another time. */
async function noteEverywhere(connection: RedisConnection, keyPrefix: string, count: number): Promise<void> {
  const calls = new RedisCalls(connection, new RedisKeys(keyPrefix, count));
  const args = [FIELD, `${LAYOUT} ${count}`];
  await calls.runSome(
    calls.allBuckets.map((bucket) => ({
      bucket,
      command: { name: 'HSETNX', args: [marksKey(keyPrefix, bucket), ...args] },
    })),
  );
}

/** Among the marks of a bucket. */
const FIELD = 'layout';

/** Whether anybody ever opened the state under a prefix. */
export async function isLaidOut(connection: RedisConnection, { keyPrefix }: RedisSettings): Promise<boolean> {
  const [held] = await connection.run([{ name: 'HGET', args: [marksKey(keyPrefix, 0), FIELD] }]);
  if (held instanceof Error) throw unavailable(held, 'HGET');
  return held !== null;
}
