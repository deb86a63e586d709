import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '../../support/fault-proxy.js';
import { until } from '../../support/redis.js';
import type { RedisNode } from '../../support/redis-node.js';
import type { Random } from '../rows/random.js';
import type { FaultClients } from './fault-clients.js';
import type { FaultSite } from './fault-site.js';

export const FAULTS = [
  'service-killed',
  'broker-killed',
  'redis-master-killed',
  'postgres-restarted',
  'redis-cut',
  'redis-delayed',
  'redis-half-open',
  'kafka-cut',
  'kafka-delayed',
  'kafka-half-open',
  'postgres-cut',
  'postgres-delayed',
  'postgres-half-open',
] as const;

export type FaultName = (typeof FAULTS)[number];

type Scene = { readonly site: FaultSite; readonly clients: FaultClients; readonly random: Random };

/** What a fault left to be done. */
type Harm = {
  /** How long it goes on, milliseconds. */
  readonly lastsMs: number;
  /** Ends it; from when this resolves everything must recover by itself. */
  readonly end: () => Promise<void>;
  /** Makes the servers whole again for the next round, once everything recovered. */
  readonly restore: () => Promise<void>;
};

/** Each fault, which has begun when its promise resolves. */
export const BEGIN: Readonly<Record<FaultName, (scene: Scene) => Promise<Harm>>> = {
  'service-killed': killService,
  'broker-killed': killBroker,
  'redis-master-killed': killMaster,
  'postgres-restarted': restartPostgres,
  'redis-cut': cut('redis'),
  'redis-delayed': delayed('redis', [
    [100, 200],
    [700, 2_500],
  ]),
  'redis-half-open': halfOpen('redis'),
  'kafka-cut': cut('kafka'),
  'kafka-delayed': delayed('kafka', [
    [100, 400],
    [2_500, 4_000],
  ]),
  'kafka-half-open': halfOpen('kafka'),
  'postgres-cut': cut('postgres'),
  'postgres-delayed': delayed('postgres', [
    [100, 400],
    [1_000, 3_000],
  ]),
  'postgres-half-open': halfOpen('postgres'),
};

/** In the middle of a batch that fills several messages and scripts; its supervisor starts it again. */
async function killService({ site, clients, random }: Scene): Promise<Harm> {
  const sent = clients.pushMuch(random.whole(500, 4_000));
  await sleep(random.whole(5, 250));
  await site.kill();
  await sent;
  return {
    lastsMs: random.whole(0, 500),
    end: async () => void clients.starting(site.start()),
    restore: nothing,
  };
}

async function killBroker({ site, random }: Scene): Promise<Harm> {
  await site.kafka.kill();
  return { lastsMs: random.whole(100, 3_000), end: () => site.kafka.start(), restore: nothing };
}

async function restartPostgres({ site, random }: Scene): Promise<Harm> {
  await (random.chance(0.5) ? site.postgres.kill() : site.postgres.stop());
  return { lastsMs: random.whole(100, 3_000), end: () => site.postgres.start(), restore: nothing };
}

/** Nobody ends it: a replica takes over. In half of the rounds it lacks what the master acknowledged last. */
async function killMaster({ site, random }: Scene): Promise<Harm> {
  const { nodes } = site.redis;
  const roles = await Promise.all(nodes.map(async (node) => ({ node, role: await roleOf(node) })));
  const { node: master } = random.pick(roles.filter(({ role }) => role === 'master'));
  const index = nodes.indexOf(master);
  const announced = site.redis.proxies[index]!.port;
  const replica = roles.find(({ role }) => role === announced)?.node;
  if (replica === undefined) throw new Error('a master has no replica');
  const isBehind = random.chance(0.5);
  if (isBehind) {
    // Its master asks for no password, so it cannot connect again.
    await replica.call('CONFIG', 'SET', 'masterauth', 'wrong');
    await replica.call('CLIENT', 'KILL', 'TYPE', 'master');
    await sleep(random.whole(100, 600));
  }
  await master.kill();
  if (isBehind) await replica.call('CONFIG', 'SET', 'masterauth', '');
  const restore = async (): Promise<void> => {
    await master.start();
    await until('a killed node to follow', () => follows(master));
  };
  return { lastsMs: 0, end: nothing, restore };
}

/** `master`, or as which port it knows its own. */
async function roleOf(node: RedisNode): Promise<'master' | number> {
  const answer = await node.call('ROLE');
  const [kind, , port] = Array.isArray(answer) ? answer.map(String) : [];
  return kind === 'master' ? kind : Number(port);
}

async function follows(node: RedisNode): Promise<boolean> {
  const text = String(await node.call('INFO', 'replication'));
  return text.includes('role:slave') && text.includes('master_link_status:up');
}

type Engine = keyof FaultSite['proxies'];

/** Connections are reset, again and again, or new ones are refused for a while. */
function cut(engine: Engine) {
  return ({ site, random }: Scene): Promise<Harm> =>
    proxied(site, engine, random.whole(0, 3_000), (proxy) => proxy.cut());
}

/** Within what the service waits for, or beyond it: what it took for failed happens later. */
function delayed(engine: Engine, ranges: readonly (readonly [number, number])[]) {
  return ({ site, random }: Scene): Promise<Harm> => {
    const [from, to] = random.pick(ranges);
    return proxied(site, engine, random.whole(1_000, 4_000), (proxy) => proxy.delay(random.whole(from, to)));
  };
}

/** Connections stay, and what they carry is lost. */
function halfOpen(engine: Engine) {
  return ({ site, random }: Scene): Promise<Harm> =>
    proxied(site, engine, random.whole(500, 4_000), (proxy) => {
      if (random.chance(0.5)) proxy.halfOpen();
      else proxy.loseAnswers();
    });
}

async function proxied(
  site: FaultSite,
  engine: Engine,
  lastsMs: number,
  harm: (proxy: FaultProxy) => void,
): Promise<Harm> {
  for (const proxy of site.proxies[engine]) harm(proxy);
  const end = async (): Promise<void> => {
    for (const proxy of site.proxies[engine]) proxy.resume();
  };
  return { lastsMs, end, restore: nothing };
}

async function nothing(): Promise<void> {}
