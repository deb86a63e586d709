import type { RedisCalls } from './redis-calls.js';
import type { RedisConnection } from './redis-connection.js';
import { buildName } from './redis-sets.js';
import { RedisStream } from './redis-stream.js';

/** Marks of buckets that rows did not touch follow so much later, milliseconds: one small write a bucket. */
const FOLLOW_AFTER_MS = 250;

/** How often marks are compared with what was left there, milliseconds. */
const COMPARE_EVERY_MS = 5_000;

/** A connection was made anew: marks are compared so much later, when those of other nodes are there as well. */
const COMPARE_AFTER_MS = 100;

/** Streams of sources and builds that this process writes, and what time brings them. */
export class RedisStreams {
  private readonly sources = new Map<string, RedisStream>();
  private readonly builds = new Map<number, RedisStream>();
  private readonly lossListeners: (() => void)[] = [];
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private isClosed = false;

  constructor(
    private readonly calls: RedisCalls,
    connection: RedisConnection,
  ) {
    connection.connectedAgain(() => this.compareIn(COMPARE_AFTER_MS));
    this.compareIn(COMPARE_EVERY_MS);
  }

  source(name: string): RedisStream {
    return this.streamOf(this.sources, name, `source/${name}`);
  }

  /** Of a set's build. */
  build(setId: number): RedisStream {
    return this.streamOf(this.builds, setId, buildName(setId));
  }

  /** Calls when writes of a source turn out to be lost. */
  onLoss(listener: () => void): void {
    this.lossListeners.push(listener);
  }

  /** Marks of a source that lag behind follow soon. */
  followSoon(): void {
    this.after('follow', FOLLOW_AFTER_MS, async () => {
      await Promise.all([...this.sources.values()].map(followIn));
    });
  }

  /** Brings all marks to where they belong, so that nothing is applied again at the next start. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all([...this.sources.values(), ...this.builds.values()].map(followIn));
  }

  private streamOf<K>(streams: Map<K, RedisStream>, key: K, name: string): RedisStream {
    const known = streams.get(key);
    if (known !== undefined) return known;
    const stream = new RedisStream(this.calls, name, () => {
      for (const listener of this.lossListeners) listener();
    });
    streams.set(key, stream);
    return stream;
  }

  private compareIn(afterMs: number): void {
    const timer = this.timers.get('compare');
    if (timer !== undefined) clearTimeout(timer);
    this.timers.delete('compare');
    this.after('compare', afterMs, async () => {
      // Whoever cannot be asked is asked again.
      for (const stream of this.sources.values()) await stream.check().catch(() => undefined);
      this.compareIn(COMPARE_EVERY_MS);
    });
  }

  private after(name: string, ms: number, work: () => Promise<void>): void {
    if (this.isClosed || this.timers.has(name)) return;
    const timer = setTimeout(() => {
      this.timers.delete(name);
      void work();
    }, ms);
    timer.unref();
    this.timers.set(name, timer);
  }
}

/** What fails is told by the next write, or read again. */
async function followIn(stream: RedisStream): Promise<void> {
  await stream.inTurn(() => (stream.lags ? stream.follow() : Promise.resolve())).catch(() => undefined);
}
