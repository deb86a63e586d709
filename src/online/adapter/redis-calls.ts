import type { RedisCommand, RedisConnection, RedisReply } from './redis-connection.js';
import { unavailable } from './redis-errors.js';
import type { RedisKeys } from './redis-keys.js';
import type { RedisScript } from './redis-scripts.js';

/** A command on keys of one bucket. */
export type BucketCall = { readonly bucket: number; readonly command: RedisCommand };

/** A script, with the keys of its bucket and its other arguments. */
export type ScriptCall = {
  readonly bucket: number;
  readonly script: RedisScript;
  readonly keys: readonly Buffer[];
  readonly args: readonly (Buffer | string)[];
};

/** Bytes sent to a node before its answers are waited for: some milliseconds of its time. */
const BYTES_AT_ONCE = 1_048_576;

/** Commands sent so. */
const CALLS_AT_ONCE = 512;

/** Deadlines of one such part: writes rather take long than not happen. */
const DEADLINES = 10;

/** Commands on any buckets: each node gets its own in order, in parts, and nodes go on side by side. */
export class RedisCalls {
  private readonly slots: readonly number[];

  constructor(
    private readonly connection: RedisConnection,
    readonly keys: RedisKeys,
  ) {
    this.slots = this.allBuckets.map((bucket) => connection.slotOf(keys.marks(bucket)));
  }

  get allBuckets(): readonly number[] {
    return Array.from({ length: this.keys.bucketCount }, (_, bucket) => bucket);
  }

  /** Buckets with the same answer are on one node now. */
  groupOf(bucket: number): number {
    return this.connection.groupOf(this.slots[bucket]!);
  }

  /** Replies in the order of the calls. Throws UNAVAILABLE when one failed; others may have happened then. */
  async run(calls: readonly BucketCall[]): Promise<readonly RedisReply[]> {
    const replies = await this.runAll(calls.map(({ bucket, command }) => ({ bucket, command })));
    for (const [i, reply] of replies.entries())
      if (reply instanceof Error) throw unavailable(reply, calls[i]!.command.name);
    return replies;
  }

  /** The same for reads whose replies need not all be there, with errors in the places of those that are not. */
  async runSome(calls: readonly BucketCall[]): Promise<readonly RedisReply[]> {
    const replies = new Array<RedisReply>(calls.length).fill(null);
    const nodes = this.byNode(calls).map(async (places) => {
      const commands = places.map((place) => calls[place]!.command);
      const found = await this.connection.run(commands).catch((error: unknown) => commands.map(() => error));
      places.forEach((place, i) => {
        replies[place] = found[i];
      });
    });
    await Promise.all(nodes);
    return replies;
  }

  /** The same for scripts, which a server is told when it does not know them. */
  async runScripts(calls: readonly ScriptCall[]): Promise<readonly RedisReply[]> {
    const replies = [...(await this.runAll(calls.map((call) => ({ ...call, command: byDigest(call) }))))];
    const unknown = calls.flatMap((_, i) => (isUnknownScript(replies[i]) ? [i] : []));
    if (unknown.length > 0) {
      const again = unknown.map((i) => ({ ...calls[i]!, command: byText(calls[i]!) }));
      const told = await this.runAll(again);
      unknown.forEach((place, i) => {
        replies[place] = told[i];
      });
    }
    for (const reply of replies) if (reply instanceof Error) throw unavailable(reply, 'a script');
    return replies;
  }

  private async runAll(calls: readonly BucketCall[]): Promise<readonly RedisReply[]> {
    const replies = new Array<RedisReply>(calls.length).fill(null);
    const nodes = await Promise.allSettled(
      this.byNode(calls).map((mine) => this.runOnNode(calls, mine, replies)),
    );
    for (const node of nodes) if (node.status === 'rejected') throw node.reason;
    return replies;
  }

  /** Places of the calls that go together. */
  private byNode(calls: readonly BucketCall[]): readonly (readonly number[])[] {
    const places = new Map<number, number[]>();
    for (const [i, { bucket }] of calls.entries()) {
      const group = this.groupOf(bucket);
      const known = places.get(group);
      if (known === undefined) places.set(group, [i]);
      else known.push(i);
    }
    return [...places.values()];
  }

  private async runOnNode(
    calls: readonly BucketCall[],
    places: readonly number[],
    replies: RedisReply[],
  ): Promise<void> {
    for (let start = 0; start < places.length; ) {
      let [end, bytes] = [start, 0];
      for (; end < places.length && end - start < CALLS_AT_ONCE && bytes < BYTES_AT_ONCE; end++)
        bytes += sizeOf(calls[places[end]!]!.command);
      const part = places.slice(start, end);
      const commands = part.map((place) => calls[place]!.command);
      const found = await this.connection.run(commands, DEADLINES * this.connection.deadlineMs);
      part.forEach((place, i) => {
        replies[place] = found[i];
      });
      start = end;
    }
  }
}

function sizeOf({ args }: RedisCommand): number {
  let bytes = 0;
  for (const arg of args) bytes += arg.length;
  return bytes;
}

function byDigest({ script, keys, args }: ScriptCall): RedisCommand {
  return { name: 'EVALSHA', args: [script.digest, String(keys.length), ...keys, ...args] };
}

function byText({ script, keys, args }: ScriptCall): RedisCommand {
  return { name: 'EVAL', args: [script.text, String(keys.length), ...keys, ...args] };
}

function isUnknownScript(reply: RedisReply): boolean {
  return reply instanceof Error && reply.message.startsWith('NOSCRIPT');
}
