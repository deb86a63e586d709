import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { REDIS } from '../counterparts/redis.js';
import { type KafkaBroker, startKafka } from './kafka.js';
import { ELECTION_TEST_MS, type RedisServers, startRedis, until } from './redis.js';
import { startRedisCluster } from './redis-cluster.js';
import { startRedisSentinel } from './redis-sentinel.js';

describe.skipIf(!isAsked(REDIS))('one Redis', () => {
  it.each([{ secured: false }, { secured: true }])(
    'keeps what it was told over a kill: %o',
    async (options) => {
      const servers = await startRedis(options);
      const [node] = servers.nodes;
      await node!.call('SET', 'a', '1');
      await node!.kill();
      await expect(node!.call('GET', 'a')).rejects.toThrow();
      await node!.start();
      expect(await node!.call('GET', 'a')).toBe('1');
      await node!.stop();
      await node!.start();
      expect(await node!.call('GET', 'a')).toBe('1');
      await servers.close();
    },
  );
});

describe.skipIf(!isAsked(REDIS))('a Redis Cluster', () => {
  let servers: RedisServers;
  beforeAll(async () => {
    servers = await startRedisCluster({ replicas: 1, secured: true });
  });
  afterAll(() => servers.close());

  it(
    'goes on with a replica when a primary is killed, and takes the primary back',
    async () => {
      const [primary, , , replica] = servers.nodes;
      const key = await keyOf(primary!);
      await primary!.call('SET', key, 'kept');
      expect(await primary!.call('WAIT', 1, 5000)).toBe(1);
      await primary!.kill();
      await until('a takeover', async () => (await replica!.call('SET', key, 'newer')) === 'OK');
      await primary!.start();
      await until('the old primary to follow', async () => roleOf(await primary!.call('ROLE')) === 'slave');
    },
    ELECTION_TEST_MS,
  );
});

describe.skipIf(!isAsked(REDIS))('a Redis Cluster behind proxies', () => {
  it('sends clients through them', async () => {
    const { nodes, proxies, addresses, close } = await startRedisCluster({ proxied: true });
    const ports = proxies.map((proxy) => proxy.port);
    expect(addresses.map(({ port }) => port)).toEqual(ports);
    for (const node of nodes) {
      const slots = await node.call('CLUSTER', 'SLOTS');
      const told = Array.isArray(slots) ? slots.map(([, , [, port]]) => Number(port)) : [];
      expect(told.toSorted()).toEqual(ports.toSorted());
    }
    await close();
  });
});

describe.skipIf(!isAsked(REDIS))('Redis with Sentinel', () => {
  it(
    'names the replica when the primary is killed',
    async () => {
      const { nodes, sentinels, primaryName, close } = await startRedisSentinel({ secured: true });
      const primaryPort = async () => {
        const answer = await sentinels[0]!.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primaryName);
        return Array.isArray(answer) ? Number(answer[1]) : null;
      };
      expect(await primaryPort()).toBe(nodes[0]!.port);
      await nodes[0]!.kill();
      await until('a failover', async () => (await primaryPort()) === nodes[1]!.port);
      await until('the new primary to write', async () => (await nodes[1]!.call('SET', 'a', 1)) === 'OK');
      await close();
    },
    ELECTION_TEST_MS,
  );
});

describe.skipIf(!isAsked(KAFKA))('a Kafka broker', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.close());

  it('comes back on its port after a kill', async () => {
    await broker.kill();
    await broker.start();
  });
});

/** A key whose slot is the node's. */
async function keyOf(node: RedisServers['nodes'][number]): Promise<string> {
  for (let i = 0; i < 100; i++) {
    const refused = await node.call('GET', `k${i}`).catch((error: Error) => error);
    if (!(refused instanceof Error)) return `k${i}`;
  }
  throw new Error('a node has no slot');
}

function roleOf(answer: unknown): unknown {
  return Array.isArray(answer) ? answer[0] : null;
}
