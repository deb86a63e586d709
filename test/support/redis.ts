import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireCounterpart } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { makeCertificates } from './certificates.js';
import { reservePorts } from './ports.js';
import { type RedisNode, type RedisSecurity, redisNode } from './redis-node.js';
import { temporaryFolder } from './temporary-folder.js';

/** A Redis for one test file: where it is, its nodes, and its end. */
export type RedisServers = {
  /** Where clients begin: every node. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** What clients need beside; null takes plain connections of anybody. */
  readonly security: RedisSecurity | null;
  readonly nodes: readonly RedisNode[];
  close(): Promise<void>;
};

export type RedisOptions = {
  /** TLS alone, with certificates of its own, and one user with a password. */
  readonly secured?: boolean;
  /** More lines of redis.conf. */
  readonly directives?: readonly (readonly [name: string, value: string | number])[];
};

/** One process. A tenth of a second. */
export async function startRedis({
  secured = false,
  directives = [],
}: RedisOptions = {}): Promise<RedisServers> {
  requireCounterpart(REDIS);
  const security = secured ? newSecurity() : null;
  const [port] = await reservePorts(1);
  const servers = serversOf([redisNode({ port: port!, security, directives })], security);
  await orClosed(servers, () => servers.nodes[0]!.start());
  return servers;
}

/** Certificates and an account of its own. */
export function newSecurity(): RedisSecurity {
  const certificates = makeCertificates(temporaryFolder('certificates'));
  return { certificates, username: 'plumbline', password: 'plumbline-secret' };
}

export function serversOf(nodes: readonly RedisNode[], security: RedisSecurity | null): RedisServers {
  return {
    addresses: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    security,
    nodes,
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      if (security !== null) rmSync(dirname(security.certificates.caFile), { recursive: true, force: true });
    },
  };
}

/** Nothing is left running when `begin` fails. */
export async function orClosed(servers: RedisServers, begin: () => Promise<void>): Promise<void> {
  try {
    await begin();
  } catch (error) {
    await servers.close();
    throw error;
  }
}

/** How long a test may take in which nodes elect each other, milliseconds. */
export const ELECTION_TEST_MS = 180_000;

/** Waits until nodes agree; throws, naming what for, when they do not. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited for ${what} in vain`);
    await sleep(POLL_EVERY_MS);
  }
}

/** Sentinel only looks on for 30 s after a busy machine held it up for two (its TILT), and takes another 10 to begin. */
const DEADLINE_MS = 75_000;
const POLL_EVERY_MS = 20;
