import { keyCount, ReadBatch, type ReadPart } from './redis-batch.js';
import type { RedisConnection } from './redis-connection.js';
import { unavailable } from './redis-errors.js';
import type { RedisKeys } from './redis-keys.js';
import type { RedisSets } from './redis-sets.js';

export type LaneParts = {
  readonly connection: RedisConnection;
  readonly keys: RedisKeys;
  readonly sets: RedisSets;
};

/** Keys of parts that go together, and round trips under way: more of either made lookups of our size no faster. */
const KEYS_AT_ONCE = 400;
const UNDER_WAY = 2;

/** Keys that may wait for a node: what a slow second brings. */
const MAX_WAITING_KEYS = 200_000;

type Waiting = { readonly part: ReadPart; readonly deadlineAtMs: number; readonly resolve: () => void };

/**
 * The way to one node: parts of reads that come in one turn of the event loop, or while others are under way, go together. A
 * deadline is for the node's silence: where many wait, or this process is busy, it begins anew with each answer of the node.
 */
export class RedisLane {
  private waiting: Waiting[] = [];
  private waitingKeys = 0;
  private underWay = 0;
  private isScheduled = false;
  /** When the node answered last. */
  private answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: LaneParts) {}

  /** Resolves when the part has what it asks for, or its failure. */
  run(part: ReadPart, deadlineAtMs: number): Promise<void> {
    if (this.waitingKeys > MAX_WAITING_KEYS) {
      part.failure = failure(`${this.waitingKeys} keys wait already`);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.waiting.push({ part, deadlineAtMs, resolve });
      this.waitingKeys += keyCount(part);
      if (this.isScheduled) return;
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.pump();
      });
    });
  }

  private pump(): void {
    while (this.waiting.length > 0 && this.underWay < UNDER_WAY) void this.send(this.take());
  }

  private take(): readonly Waiting[] {
    let [count, keys] = [0, 0];
    for (; count < this.waiting.length && (count === 0 || keys < KEYS_AT_ONCE); count++)
      keys += keyCount(this.waiting[count]!.part);
    this.waitingKeys -= keys;
    return this.waiting.splice(0, count);
  }

  private async send(all: readonly Waiting[]): Promise<void> {
    const nowMs = performance.now();
    const silentAtMs = this.answeredAtMs + this.parts.connection.deadlineMs;
    const late = silentAtMs > nowMs ? [] : all.filter(({ deadlineAtMs }) => deadlineAtMs <= nowMs);
    for (const { part } of late) part.failure = failure('no answer in time');
    const some = late.length === 0 ? all : all.filter((each) => !late.includes(each));
    this.underWay++;
    if (some.length > 0) {
      const lastMs = Math.max(silentAtMs, ...some.map(({ deadlineAtMs }) => deadlineAtMs));
      await this.ask(some, lastMs - nowMs);
    }
    this.underWay--;
    for (const { resolve } of all) resolve();
    this.pump();
  }

  private async ask(some: readonly Waiting[], deadlineMs: number): Promise<void> {
    const { connection, keys, sets } = this.parts;
    const asked = some.map(({ part }) => part);
    try {
      const batch = new ReadBatch(keys, sets, asked);
      batch.take(await connection.run(batch.asked, deadlineMs));
      this.answeredAtMs = performance.now();
    } catch (error) {
      for (const part of asked) part.failure ??= { error: unavailable(error, 'a read'), isFinal: false };
    }
  }
}

function failure(message: string): ReadPart['failure'] {
  return { error: unavailable(message, 'a read'), isFinal: false };
}
