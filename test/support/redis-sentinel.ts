import { requireCounterpart } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { reservePorts } from './ports.js';
import { newSecurity, orClosed, type RedisOptions, type RedisServers, serversOf, until } from './redis.js';
import { type RedisNode, type RedisSecurity, redisNode } from './redis-node.js';

/** A primary, node 0, with a replica, node 1, and those who watch them: clients ask `sentinels` for the primary. */
type RedisSentinel = RedisServers & {
  readonly primaryName: string;
  readonly sentinels: readonly RedisNode[];
};

/** Two servers and three sentinels, of which two agree on a lost primary after one second. Two seconds. */
export async function startRedisSentinel({
  secured = false,
  directives = [],
}: RedisOptions = {}): Promise<RedisSentinel> {
  requireCounterpart(REDIS);
  const security = secured ? newSecurity() : null;
  const ports = await reservePorts(2 + SENTINELS);
  const [primary, replica] = ports;
  const nodes = [
    redisNode({ port: primary!, security, directives }),
    redisNode({
      port: replica!,
      security,
      directives: [['replicaof', `127.0.0.1 ${primary}`], ...directives],
    }),
  ];
  const sentinels = ports.slice(2).map((port) => sentinel(port, primary!, security));
  const servers = serversOf([...sentinels, ...nodes], security);
  await orClosed(servers, async () => {
    for (const node of nodes) await node.start();
    await until('a replica to follow', async () => {
      const replication = await nodes[0]!.call('INFO', 'replication');
      return String(replication).includes('state=online');
    });
    await Promise.all(sentinels.map((each) => each.start()));
    for (const each of sentinels) await until('sentinels to know each other', () => knowsAll(each));
  });
  return {
    ...servers,
    addresses: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    nodes,
    sentinels,
    primaryName: PRIMARY_NAME,
  };
}

function sentinel(port: number, primary: number, security: RedisSecurity | null): RedisNode {
  const of = (setting: string, value: string | number) =>
    ['sentinel', `${setting} ${PRIMARY_NAME} ${value}`] as const;
  const account =
    security === null
      ? []
      : [
          of('auth-user', security.username),
          of('auth-pass', security.password),
          ['sentinel', `sentinel-user ${security.username}`] as const,
          ['sentinel', `sentinel-pass ${security.password}`] as const,
        ];
  const directives = [
    of('monitor', `127.0.0.1 ${primary} 2`),
    of('down-after-milliseconds', 1000),
    of('failover-timeout', 5000),
    ...account,
  ];
  return redisNode({ port, security, directives, isSentinel: true });
}

/** It sees the replica and the other sentinels, who can elect each other by then. */
async function knowsAll(each: RedisNode): Promise<boolean> {
  const answer = await each.call('SENTINEL', 'MASTER', PRIMARY_NAME);
  const fields = Array.isArray(answer) ? answer.map(String) : [];
  const field = (name: string) => fields[fields.indexOf(name) + 1];
  return (
    field('num-slaves') === '1' &&
    field('num-other-sentinels') === String(SENTINELS - 1) &&
    field('flags') === 'master'
  );
}

const SENTINELS = 3;
const PRIMARY_NAME = 'plumbline';
