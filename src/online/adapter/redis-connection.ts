import { Cluster, Command, Redis, type RedisOptions } from 'ioredis';
import type { RedisSettings } from '../../platform/redis-settings.js';
import { unavailable, within } from './redis-errors.js';

/** A command by its name in capitals, which keeps replies as they come. */
export type RedisCommand = { readonly name: string; readonly args: readonly (Buffer | string)[] };

/** Bytes, a number, null, or some of them; an error in the place of what the server refused. */
export type RedisReply = unknown;

/** Pauses between tries to connect, milliseconds. */
const FIRST_RECONNECT_MS = 50;
const LONGEST_RECONNECT_MS = 1_000;

/** Without a word for so long, a connection counts as dead: at least two deadlines, so that a slow server is not. */
const SILENCE_DEADLINES = 2;
const LEAST_SILENCE_MS = 1_000;

/** Slots of a cluster are asked for so often, beside after each error that tells of a change, milliseconds. */
const SLOTS_EVERY_MS = 5_000;

/**
 * How often a command, or all that went with it, is led elsewhere or sent again before it counts as failed, and after which pause,
 * milliseconds: others that went with it wait so long.
 */
const MAX_REDIRECTIONS = 3;
const REDIRECTED_AFTER_MS = 50;

/** A way to Redis: one server, the master that sentinels name, or a cluster. */
export class RedisConnection {
  private readonly onConnect: (() => void)[] = [];
  private lastError: unknown = null;

  private constructor(
    private readonly client: Redis | Cluster,
    readonly deadlineMs: number,
  ) {
    // Of a cluster the first slots, and each node that comes, are a connection; of one server each time it is ready.
    client.on(client instanceof Cluster ? '+node' : 'ready', () => {
      for (const listener of this.onConnect) listener();
    });
    client.on('error', (error: unknown) => {
      this.lastError ??= error;
    });
    // A cluster says of itself only that no node answered.
    client.on('node error', (error: unknown) => {
      this.lastError = error;
    });
  }

  /** Connects. Throws UNAVAILABLE, naming the address, when nothing answers in ten deadlines. */
  static async open(settings: RedisSettings): Promise<RedisConnection> {
    const connection = new RedisConnection(clientOf(settings), settings.commandTimeoutMs);
    const what = addressText(settings);
    try {
      await within(10 * settings.commandTimeoutMs, connection.connected(), what);
      return connection;
    } catch (error) {
      connection.close();
      throw unavailable(connection.lastError ?? error, what);
    }
  }

  /** The slot of a key. */
  slotOf(key: Buffer): number {
    const slot = new Command('get', [key]).getSlot();
    if (slot === null) throw new Error('a key has a slot');
    return slot;
  }

  /** Which slots may be asked in one round trip: those with one answer here. */
  groupOf(slot: number): number {
    // A slot that changes its place has no group for a moment.
    return this.client instanceof Cluster ? (this.client._groupsBySlot[slot] ?? -1 - slot) : 0;
  }

  /** Commands on keys of one group, in one round trip; their replies in order. Throws UNAVAILABLE when there is none in time. */
  async run(
    commands: readonly RedisCommand[],
    deadlineMs: number = this.deadlineMs,
  ): Promise<readonly RedisReply[]> {
    return run(this.client, commands, deadlineMs);
  }

  /** Keys of all masters that fit a pattern, in parts; some may come twice, and those that are written meanwhile or not. */
  async *scan(pattern: string): AsyncIterable<readonly Buffer[]> {
    const nodes = this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
    for (const node of nodes) {
      let cursor = '0';
      do {
        const args = [cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE];
        const [reply] = await run(node, [{ name: 'SCAN', args }], SCAN_DEADLINES * this.deadlineMs);
        const [next, keys] = scanned(reply);
        yield keys;
        cursor = next;
      } while (cursor !== '0');
    }
  }

  /** Calls after each connection that was made anew. */
  connectedAgain(listener: () => void): void {
    this.onConnect.push(listener);
  }

  /** Ends connections; what is under way fails. */
  close(): void {
    this.client.disconnect();
  }

  private async connected(): Promise<void> {
    const ready = new Promise<void>((resolve) => this.client.once('ready', resolve));
    this.client.connect().catch(() => undefined);
    await ready;
  }
}

/** Keys looked at in one SCAN: some tenths of a millisecond, in which nobody else is served. */
const SCANNED_AT_ONCE = '1000';

/** Deadlines of one step through all keys. */
const SCAN_DEADLINES = 10;

async function run(
  client: Redis | Cluster,
  commands: readonly RedisCommand[],
  deadlineMs: number,
): Promise<readonly RedisReply[]> {
  const what = commands[0]?.name ?? 'nothing';
  try {
    return await within(deadlineMs, replied(client, commands, deadlineMs / 2), what);
  } catch (error) {
    throw unavailable(error, what);
  }
}

async function replied(
  client: Redis | Cluster,
  commands: readonly RedisCommand[],
  eachMs: number,
): Promise<readonly RedisReply[]> {
  const pipeline = client.pipeline();
  for (const { name, args } of commands) pipeline.callBuffer(name, [...args]);
  const found = await pipeline.exec().catch((error: unknown) => {
    if (isRegrouped(error)) return null;
    throw error;
  });
  if (found === null) return oneByOne(client, commands, eachMs);
  const replies = found.map(([error, reply]) => error ?? reply);
  const first = client instanceof Cluster ? replies.findIndex(isElsewhere) : -1;
  if (first < 0) return replies;
  return [...replies.slice(0, first), ...(await oneByOne(client, commands.slice(first), eachMs))];
}

/**
 * Slots changed their place, or do so: commands on their own are led there, and those of a slot that is under way fail alone.
 * The last one still comes behind the others.
 */
async function oneByOne(
  client: Redis | Cluster,
  commands: readonly RedisCommand[],
  eachMs: number,
): Promise<readonly RedisReply[]> {
  const call = ({ name, args }: RedisCommand): Promise<RedisReply> =>
    within(eachMs, client.callBuffer(name, [...args]), name).catch((error: unknown) => error);
  const replies = await Promise.all(commands.slice(0, -1).map(call));
  return [...replies, await call(commands.at(-1)!)];
}

/** Slots changed their nodes between being grouped and being asked: nothing was sent. */
function isRegrouped(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('All keys in the pipeline should belong');
}

function isElsewhere(reply: RedisReply): boolean {
  return reply instanceof Error && /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /.test(reply.message);
}

function scanned(reply: RedisReply): readonly [cursor: string, keys: readonly Buffer[]] {
  if (!Array.isArray(reply)) throw unavailable(reply, 'SCAN');
  return [String(reply[0]), reply[1]];
}

function clientOf(settings: RedisSettings): Redis | Cluster {
  const options = optionsOf(settings);
  switch (settings.kind) {
    case 'single':
      return new Redis({ ...options, ...settings.address, db: settings.database });
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: [...settings.sentinels],
        name: settings.master,
        db: settings.database,
        ...(settings.sentinelUsername === null ? {} : { sentinelUsername: settings.sentinelUsername }),
        ...(settings.sentinelPassword === null ? {} : { sentinelPassword: settings.sentinelPassword }),
        ...(options.tls === undefined ? {} : { sentinelTLS: options.tls, enableTLSForSentinelMode: true }),
        sentinelRetryStrategy: reconnectMs,
      });
    case 'cluster':
      return new Cluster([...settings.nodes], {
        redisOptions: options,
        lazyConnect: true,
        clusterRetryStrategy: reconnectMs,
        slotsRefreshInterval: SLOTS_EVERY_MS,
        maxRedirections: MAX_REDIRECTIONS,
        retryDelayOnFailover: REDIRECTED_AFTER_MS,
        retryDelayOnClusterDown: REDIRECTED_AFTER_MS,
        retryDelayOnTryAgain: REDIRECTED_AFTER_MS,
        slotsRefreshTimeout: Math.max(LEAST_SILENCE_MS, settings.commandTimeoutMs),
      });
  }
}

function optionsOf({ tls, username, password, commandTimeoutMs }: RedisSettings) {
  return {
    lazyConnect: true,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls === null ? {} : { tls }),
    connectionName: 'plumbline',
    connectTimeout: Math.max(LEAST_SILENCE_MS, commandTimeoutMs),
    retryStrategy: reconnectMs,
    // What was under way when a connection went is told at once; whoever wants to, tries again.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    socketTimeout: Math.max(LEAST_SILENCE_MS, SILENCE_DEADLINES * commandTimeoutMs),
    // A master that became a replica: the next connection leads to the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

function reconnectMs(times: number): number {
  return Math.min(FIRST_RECONNECT_MS * 2 ** Math.min(times - 1, 10), LONGEST_RECONNECT_MS);
}

function addressText(settings: RedisSettings): string {
  const text = ({ host, port }: { readonly host: string; readonly port: number }): string =>
    `${host}:${port}`;
  switch (settings.kind) {
    case 'single':
      return `at ${text(settings.address)}`;
    case 'sentinel':
      return `master "${settings.master}" of the sentinels ${settings.sentinels.map(text).join(', ')}`;
    case 'cluster':
      return `the cluster at ${settings.nodes.map(text).join(', ')}`;
  }
}
