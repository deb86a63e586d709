import { PlumblineError } from '../../definition/error.js';
import type { RedisSettings } from '../../platform/redis-settings.js';
import type {
  AppliedMark,
  BuildSpan,
  KeyBlocks,
  OnlineAnswer,
  OnlineRead,
  OnlineStore,
  OnlineWrite,
  Owner,
  StateOfSet,
  StoredRow,
  StoredWindows,
  WindowHeader,
  WindowWrite,
} from '../store.js';
import { LateOnlineStore } from './late-store.js';
import { RedisCalls } from './redis-calls.js';
import { RedisConnection } from './redis-connection.js';
import { isPassing } from './redis-errors.js';
import { RedisKeys } from './redis-keys.js';
import { bucketCountOf, isLaidOut } from './redis-layout.js';
import { RedisReads } from './redis-reads.js';
import { isComplete, type LoadedSet, RedisSets, type SetChange } from './redis-sets.js';
import { RedisStates, type SetState } from './redis-states.js';
import type { RedisStream, StreamWrite } from './redis-stream.js';
import { RedisStreams } from './redis-streams.js';
import { RedisSweep } from './redis-sweep.js';
import { type Generations, rowWrites, windowWrites } from './redis-writes.js';
import { SourceWrites } from './source-writes.js';

/** Latest values and windows in Redis, see docs/adr/0012-online-state-on-redis.md. */
export class RedisOnlineStore implements OnlineStore {
  private readonly calls: RedisCalls;
  private readonly sets: RedisSets;
  private readonly ordered = new SourceWrites();
  private readonly reads: RedisReads;
  private readonly states: RedisStates;
  private readonly streams: RedisStreams;
  private readonly sweep: RedisSweep;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly keys: RedisKeys,
  ) {
    this.calls = new RedisCalls(connection, keys);
    this.sets = new RedisSets(this.calls);
    this.reads = new RedisReads(this.calls, { connection, keys, sets: this.sets });
    this.states = new RedisStates(connection, this.calls);
    this.streams = new RedisStreams(this.calls, connection);
    this.sweep = new RedisSweep(connection, this.calls, this.sets);
  }

  /** Throws UNAVAILABLE when nothing answers at the address, CONFLICT for state of another layout. */
  static async open(settings: RedisSettings): Promise<RedisOnlineStore> {
    const connection = await RedisConnection.open(settings);
    try {
      const count = await bucketCountOf(connection, settings);
      return new RedisOnlineStore(connection, new RedisKeys(settings.keyPrefix, count));
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * The same, but where nothing answers now: then everything is UNAVAILABLE until something does, and `onFailure` hears why.
   */
  static openSoon(settings: RedisSettings, onFailure: (cause: unknown) => void): Promise<OnlineStore> {
    return LateOnlineStore.open({ open: () => RedisOnlineStore.open(settings), isPassing, onFailure });
  }

  /** Whether nothing holds state under this prefix; it makes nothing. Throws what {@link open} does. */
  static async isUnused(settings: RedisSettings): Promise<boolean> {
    const connection = await RedisConnection.open(settings);
    try {
      if (!(await isLaidOut(connection, settings))) return true;
    } finally {
      connection.close();
    }
    const store = await RedisOnlineStore.open(settings);
    try {
      return (await store.heldSets()).length === 0;
    } finally {
      await store.close();
    }
  }

  write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void> {
    return this.ordered.inOrder(mark.source, () => this.writeAll(writes, mark));
  }

  writeWindows(writes: readonly WindowWrite[], owner: Owner): Promise<void> {
    return this.ordered.inOrder(owner.source, () => this.writeAllWindows(writes, owner));
  }

  read(asked: OnlineRead): Promise<OnlineAnswer> {
    return this.reads.read(asked);
  }

  async windowHeaders(
    state: StateOfSet,
    keys: readonly Uint8Array[],
  ): Promise<readonly (WindowHeader | null)[]> {
    const found = await this.stateOf(state);
    return found === null ? keys.map(() => null) : this.states.headers(found, keys);
  }

  async windowBlocks(
    state: StateOfSet,
    asked: readonly KeyBlocks[],
  ): Promise<readonly (readonly (Uint8Array | null)[])[]> {
    const found = await this.stateOf(state);
    if (found === null) return asked.map(({ blocks }) => blocks.map(() => null));
    return this.states.blocks(found, asked);
  }

  async appliedThrough(source: string): Promise<bigint> {
    const stream = this.streams.source(source);
    return stream.inTurn(async () => {
      // What fails here is what the marks say below.
      if (stream.lags) await stream.follow().catch(() => undefined);
      await stream.load();
      return stream.through;
    });
  }

  async heldSets(): Promise<readonly number[]> {
    const held: number[] = [];
    for (const setId of await this.sets.named())
      if (dropped(await this.sets.load(setId)) !== null) held.push(setId);
    return held;
  }

  async isActive(setId: number): Promise<boolean> {
    const loaded = await this.checked(setId);
    this.sweep.start(setId);
    return isComplete(loaded);
  }

  async builtThrough(setId: number): Promise<bigint> {
    const { note } = await this.checked(setId);
    const stream = this.streams.build(setId);
    return stream.inTurn(async () => {
      if (stream.lags) await stream.follow().catch(() => undefined);
      await stream.load();
      return stream.throughOf(note.next);
    });
  }

  async build(setId: number, writes: readonly OnlineWrite[], span: BuildSpan): Promise<void> {
    await this.inBuild(setId, span, (generationOf) => rowWrites(this.keys, writes, generationOf));
  }

  async buildWindows(setId: number, writes: readonly WindowWrite[], span: BuildSpan): Promise<void> {
    await this.inBuild(setId, span, (generationOf) => windowWrites(this.keys, writes, generationOf));
  }

  async activate(setId: number, source: string): Promise<void> {
    const build = this.streams.build(setId);
    await build.inTurn(async () => {
      const { note } = await this.sets.load(setId);
      await build.ensureLoaded();
      const isBuilt = build.epoch === note.next;
      if (isBuilt) await build.beginAnew(note.next);
      // Every bucket has what was built, or this fails.
      if (isBuilt) await build.touch();
      await this.sets.change(setId, (loaded) => activated(loaded, isBuilt ? build.through : null));
    });
    // From here on a loss of what was built is one of the source's marks.
    const stream = this.streams.source(source);
    await stream.inTurn(() => stream.touch());
    this.sweep.start(setId);
  }

  async drop(setId: number): Promise<void> {
    await this.sets.change(setId, dropped);
    this.sweep.start(setId);
  }

  async *scan(setId: number): AsyncIterable<{ readonly key: Uint8Array; readonly row: StoredRow }> {
    const state = await this.stateOf({ setId, which: 'active' });
    if (state !== null) yield* this.states.rows(state);
  }

  async *scanWindows(
    setId: number,
  ): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    const state = await this.stateOf({ setId, which: 'active' });
    if (state !== null) yield* this.states.windows(state);
  }

  onLoss(listener: () => void): void {
    this.streams.onLoss(listener);
  }

  async close(): Promise<void> {
    await this.sweep.close();
    await this.streams.close();
    this.connection.close();
  }

  private async writeAll(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void> {
    const generationOf = await this.activeGenerations(writes);
    const stream = this.streams.source(mark.source);
    await stream.inTurn(async () => {
      await stream.takeOver(mark.epoch);
      const last = await writeAllButLast(stream, rowWrites(this.keys, writes, generationOf));
      await stream.finish(last, mark.sequence);
    });
    this.streams.followSoon();
  }

  private async writeAllWindows(writes: readonly WindowWrite[], owner: Owner): Promise<void> {
    const generationOf = await this.activeGenerations(writes);
    const stream = this.streams.source(owner.source);
    await stream.inTurn(async () => {
      await stream.takeOver(owner.epoch);
      for (const part of windowWrites(this.keys, writes, generationOf)) await stream.write(part);
    });
  }

  /** A set, which is noted not to be whole where some bucket lost what was built. */
  private checked(setId: number): Promise<LoadedSet> {
    return this.sets.change(setId, (loaded) =>
      loaded.note.active !== null && loaded.note.isWhole && !isComplete(loaded) ? { isWhole: false } : null,
    );
  }

  private async inBuild(
    setId: number,
    { after, through }: BuildSpan,
    writesOf: (generationOf: Generations) => Iterable<readonly StreamWrite[]>,
  ): Promise<void> {
    const stream = this.streams.build(setId);
    await stream.inTurn(async () => {
      const { next } = await this.sets.note(setId);
      await stream.beginAnew(next);
      if (stream.through !== after) {
        const message = `the online state of feature set version ${setId} was dropped or begun anew while it was built`;
        throw new PlumblineError('CONFLICT', message);
      }
      const last = await writeAllButLast(
        stream,
        writesOf(() => next),
      );
      await (through === after ? stream.write(last) : stream.finish(last, through));
    });
  }

  private async activeGenerations(writes: readonly { readonly setId: number }[]): Promise<Generations> {
    const active = new Map<number, bigint | null>();
    for (const { setId } of writes)
      if (!active.has(setId)) active.set(setId, (await this.sets.note(setId)).active);
    return (setId) => active.get(setId) ?? null;
  }

  private async stateOf({ setId, which }: StateOfSet): Promise<SetState | null> {
    const { active, next } = await this.sets.note(setId);
    const generation = which === 'active' ? active : next;
    return generation === null ? null : { setId, generation };
  }
}

/** Writes parts as they come, and gives back the last one. */
async function writeAllButLast(
  stream: RedisStream,
  parts: Iterable<readonly StreamWrite[]>,
): Promise<readonly StreamWrite[]> {
  let last: readonly StreamWrite[] = [];
  for (const part of parts) {
    if (last.length > 0) await stream.write(last);
    last = part;
  }
  return last;
}

/** What was built takes the place of what is active; nothing to build from is a build too: a source without rows. */
function activated({ note }: LoadedSet, built: bigint | null): SetChange | null {
  const { active, next, left } = note;
  if (built === null && active !== null) return null;
  return {
    active: next,
    built,
    isWhole: true,
    next: next + 1n,
    left: active === null ? left : [...left, active],
  };
}

/** What may have been built goes too. */
function dropped({ note, builds }: LoadedSet): SetChange | null {
  const { active, next, left } = note;
  const hasBuild = builds.some(({ epoch }) => epoch >= next);
  if (active === null && !hasBuild) return null;
  const gone = [...(active === null ? [] : [active]), ...(hasBuild ? [next] : [])];
  return { active: null, built: null, isWhole: true, next: next + 1n, left: [...left, ...gone] };
}
