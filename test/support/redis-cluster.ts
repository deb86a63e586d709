import { requireCounterpart } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { FaultProxy } from './fault-proxy.js';
import { reservePorts } from './ports.js';
import { newSecurity, orClosed, type RedisOptions, type RedisServers, serversOf, until } from './redis.js';
import { type RedisNode, redisNode } from './redis-node.js';

type RedisCluster = RedisServers & {
  /** What stands before each node, where that was asked for: clients and replicas come through it. */
  readonly proxies: readonly FaultProxy[];
};

type RedisClusterOptions = RedisOptions & {
  /** With one, a replica takes over when its primary is killed. */
  readonly replicas?: 0 | 1;
  readonly proxied?: boolean;
};

/**
 * A Redis Cluster of three primaries, the first three nodes; the replica of primary `i` is node `i + 3`. Two seconds.
 * A lost node takes its own slots with it and no others.
 */
export async function startRedisCluster({
  replicas = 0,
  secured = false,
  proxied = false,
  directives = [],
}: RedisClusterOptions = {}): Promise<RedisCluster> {
  requireCounterpart(REDIS);
  const security = secured ? newSecurity() : null;
  const count = PRIMARIES * (1 + replicas);
  const reserved = await reservePorts(2 * count);
  const [ports, buses] = [reserved.slice(0, count), reserved.slice(count)];
  const proxies = await Promise.all(proxied ? ports.map((port) => FaultProxy.open(port)) : []);
  const announced = secured ? 'cluster-announce-tls-port' : 'cluster-announce-port';
  const nodes = ports.map((port, i) => {
    const places = [
      ['cluster-port', buses[i]!],
      [announced, proxies[i]?.port ?? port],
    ] as const;
    return redisNode({ port, security, directives: [...CLUSTER, ...places, ...directives] });
  });
  const servers = serversOf(nodes, security);
  const addresses = proxied
    ? proxies.map((proxy) => ({ host: '127.0.0.1', port: proxy.port }))
    : servers.addresses;
  const close = async (): Promise<void> => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await servers.close();
  };
  const cluster = { ...servers, addresses, proxies, close };
  await orClosed(cluster, async () => {
    await Promise.all(nodes.map((node) => node.start()));
    await join(nodes, buses);
  });
  return cluster;
}

/** What `redis-cli --cluster create` does, without its pauses. */
async function join(nodes: readonly RedisNode[], buses: readonly number[]): Promise<void> {
  const primaries = nodes.slice(0, PRIMARIES);
  for (const [i, primary] of primaries.entries()) {
    await primary.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot(i), firstSlot(i + 1) - 1);
    await primary.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const [i, node] of nodes.entries()) {
    if (i > 0) await nodes[0]!.call('CLUSTER', 'MEET', '127.0.0.1', node.port, buses[i]!);
  }
  for (const node of nodes) {
    await until('nodes of a cluster to know each other', () => knowsAll(node, nodes.length));
  }
  const ids = await Promise.all(primaries.map((primary) => primary.call('CLUSTER', 'MYID')));
  for (const [i, replica] of nodes.slice(PRIMARIES).entries()) {
    await replica.call('CLUSTER', 'REPLICATE', String(ids[i]));
  }
  for (const node of nodes) await until('a cluster to serve', () => isWhole(node));
}

function firstSlot(primary: number): number {
  return Math.round((SLOTS * primary) / PRIMARIES);
}

async function knowsAll(node: RedisNode, count: number): Promise<boolean> {
  const known = String(await node.call('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return known.length === count && known.every((line) => !line.includes('handshake'));
}

async function isWhole(node: RedisNode): Promise<boolean> {
  const cluster = String(await node.call('CLUSTER', 'INFO'));
  const replication = String(await node.call('INFO', 'replication'));
  return (
    cluster.includes('cluster_state:ok') &&
    cluster.includes(`cluster_slots_ok:${SLOTS}`) &&
    !replication.includes('master_link_status:down')
  );
}

const PRIMARIES = 3;
const SLOTS = 16_384;
const CLUSTER = [
  ['cluster-enabled', 'yes'],
  ['cluster-config-file', 'nodes.conf'],
  // A node is lost, and a replica elected, after one second of silence.
  ['cluster-node-timeout', 1000],
  ['cluster-replica-validity-factor', 0],
  ['cluster-require-full-coverage', 'no'],
] as const;
