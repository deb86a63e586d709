import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { REDIS_SERVER } from '../counterparts/redis.js';
import type { Certificates } from './certificates.js';
import { type ServerControl, ServerProcess } from './server-process.js';
import { temporaryFolder } from './temporary-folder.js';

/** What a client has to know of a server that takes TLS alone, and one user alone (ACL). */
export type RedisSecurity = {
  readonly certificates: Certificates;
  readonly username: string;
  readonly password: string;
};

/** One process of Redis: its port, and what a test may do to it. */
export type RedisNode = ServerControl & {
  readonly port: number;
  /** Runs one command on this node, over a connection of its own. */
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>;
};

type RedisNodeOptions = {
  readonly port: number;
  readonly security: RedisSecurity | null;
  /** Lines of redis.conf: directive and value. */
  readonly directives: readonly (readonly [name: string, value: string | number])[];
  readonly isSentinel?: boolean;
};

/** A node that is not started yet. What it writes is on the disk, so that it survives its process. */
export function redisNode({ port, security, directives, isSentinel = false }: RedisNodeOptions): RedisNode {
  const folder = temporaryFolder(isSentinel ? 'sentinel' : 'redis');
  const lines = [
    ['bind', '127.0.0.1'],
    ['dir', folder],
    ...(isSentinel ? [] : DURABLE),
    ...securityLines(port, security),
    ...directives,
  ];
  const file = join(folder, 'redis.conf');
  writeFileSync(file, lines.map(([name, value]) => `${name} ${value}\n`).join(''));
  const call: RedisNode['call'] = (command, ...args) => callRedis({ port, security }, command, args);
  const server = new ServerProcess({
    name: REDIS_SERVER,
    file: REDIS_SERVER,
    args: [file, ...(isSentinel ? ['--sentinel'] : [])],
    folder,
    probe: () => call('PING'),
  });
  return Object.assign(server, { port, call });
}

async function callRedis(
  { port, security }: Pick<RedisNodeOptions, 'port' | 'security'>,
  command: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_DEADLINE_MS,
    connectTimeout: COMMAND_DEADLINE_MS,
    ...(security !== null && {
      username: security.username,
      password: security.password,
      tls: { ca: readFileSync(security.certificates.caFile) },
    }),
  });
  // Told by the command as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

function securityLines(
  port: number,
  security: RedisSecurity | null,
): readonly (readonly [string, string | number])[] {
  if (security === null) return [['port', port]];
  const { certificates, username, password } = security;
  return [
    ['port', 0],
    ['tls-port', port],
    ['tls-cluster', 'yes'],
    ['tls-replication', 'yes'],
    ['tls-auth-clients', 'no'],
    ['tls-ca-cert-file', certificates.caFile],
    ['tls-cert-file', certificates.certFile],
    ['tls-key-file', certificates.keyFile],
    ['user', 'default off'],
    ['user', `${username} on >${password} ~* &* +@all`],
    ['masteruser', username],
    ['masterauth', password],
  ];
}

const DURABLE = [
  ['appendonly', 'yes'],
  ['save', '""'],
  ['enable-debug-command', 'local'],
  ['repl-diskless-sync-delay', 0],
] as const;
/** A node that starts answers in microseconds; one that hangs is asked again. */
const COMMAND_DEADLINE_MS = 2000;
