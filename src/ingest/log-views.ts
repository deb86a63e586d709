import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { WindowedFeatureSet } from '../compile/windowed-feature-set.js';
import { PlumblineError } from '../definition/error.js';
import type { History } from '../offline/history.js';
import type { SourceRef } from '../offline/store.js';
import type { OnlineStore, Owner } from '../online/store.js';
import type { Clock } from '../platform/clock.js';
import { type GroupRows, groupRows } from './group-rows.js';
import type { Identities } from './identities.js';
import { appendToHistory, learnRows } from './kept-views.js';
import { LateRows } from './late-rows.js';
import { type LoggedRows, lastOf, type SourceLog } from './log.js';
import { beyond, loggedGroups } from './logged-groups.js';
import { OneUnderWay } from './one-under-way.js';
import { onlineWrites } from './online-rows.js';
import { windowWrites } from './window-writes.js';

export type ViewParts = {
  readonly log: SourceLog;
  readonly online: OnlineStore;
  readonly history: History;
  readonly identities: Identities;
  readonly clock: Clock;
};

/** Whose log it is, and which feature set versions follow it online. */
export type Followed = {
  readonly ref: SourceRef;
  /** Throws UNAVAILABLE while that is not known: what went by then would be missing. */
  readonly sets: () => readonly SourceFeatureSet[];
};

/** What becomes of logged rows. */
export type OnTheirWay = {
  /** Resolves when lookups see them; rejects when that failed, and then it is tried again. */
  readonly visible: Promise<void>;
  /** Resolves when every view has them, however often that had to be tried; never rejects. */
  readonly learnt: Promise<void>;
};

/** Rows applied together: the more, the fewer writes for keys that come again; the store writes them in small parts. */
const MAX_GROUP_ROWS = 262_144;

/** Durable rows that may wait to be applied; beyond that the doors wait too, or close while a view cannot be written. */
const MAX_WAITING_ROWS = MAX_GROUP_ROWS;

/** Pauses between tries to write what could not be written, milliseconds. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

type Waiting = {
  readonly logged: LoggedRows;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The views of one log: online state, history and what was seen, each in the order of sequences. Every view says how far
 * it was applied, so what one lacks, after a crash or a failed write, is applied from the log (S9, S11).
 */
export class LogViews {
  readonly late = new LateRows();
  private turn: Promise<void> = Promise.resolve();
  private waiting: Waiting[] = [];
  private waitingRows = 0;
  /** Rows that could not be applied, and are applied from the log when that works again. */
  private strandedRows = 0;
  private failure: unknown = null;
  /** Sequence behind the last row that every view has; null when the log must tell what they lack. */
  private next: bigint | null = null;
  private unlearnt: { readonly last: bigint; readonly resolve: () => void }[] = [];
  private retry: NodeJS.Timeout | null = null;
  private retryMs = FIRST_RETRY_MS;
  private closed = false;

  constructor(
    private readonly parts: ViewParts,
    private readonly name: string,
    private readonly followed: () => Followed,
  ) {}

  /** Runs work while nothing is applied. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  /** Resolves when more rows may be logged. Throws UNAVAILABLE when too many could not be applied. */
  async room(): Promise<void> {
    while (this.waitingRows >= MAX_WAITING_ROWS) await this.inTurn(async () => undefined);
    if (this.strandedRows < MAX_WAITING_ROWS) return;
    const message = `${this.strandedRows} rows of source "${this.name}" are logged and cannot be applied: ${textOf(this.failure)}; no more are taken until they are`;
    throw new PlumblineError('UNAVAILABLE', message);
  }

  /** Takes durable rows, in the order of their sequences. */
  enqueue(logged: LoggedRows): OnTheirWay {
    const learnt = new Promise<void>((resolve) => {
      this.unlearnt.push({ last: lastOf(logged), resolve });
    });
    const visible = new Promise<void>((resolve, reject) => {
      this.waiting.push({ logged, resolve, reject });
      this.waitingRows += logged.rows.rowCount;
      void this.inTurn(() => this.applyWaiting());
    });
    return { visible, learnt };
  }

  /**
   * Resolves when every view has the rows that were enqueued before: what could not be applied is tried again now. Throws
   * UNAVAILABLE where it still cannot.
   */
  async haveAll(): Promise<void> {
    await this.inTurn(async () => (this.next === null ? this.catchUp() : undefined)).catch(
      async (cause: unknown) => {
        if (await this.isInHistory()) return;
        if (cause instanceof PlumblineError && cause.code !== 'UNAVAILABLE') throw cause;
        const message = `rows of source "${this.name}" are logged, and could not be applied yet: ${textOf(cause)}; try again`;
        throw new PlumblineError('UNAVAILABLE', message);
      },
    );
  }

  /** Learns identities up to the end of the log, whatever other views can be written; to be called in turn. */
  async learnAll(): Promise<void> {
    const learnt = this.parts.identities.learntThrough(this.name);
    for await (const group of loggedGroups(this.parts.log.read(this.name, learnt + 1n)))
      await this.learn(beyond(group, learnt));
  }

  /** Brings every view up to the log; to be called in turn. Throws INTERNAL for a log that lacks what the views have. */
  async catchUp(): Promise<void> {
    const online = await this.parts.online.appliedThrough(this.name);
    const history = await this.parts.history.takenThrough(this.followed().ref);
    const learnt = this.parts.identities.learntThrough(this.name);
    const marks = [online, history, learnt];
    this.requireLog(await this.parts.log.lastSequence(this.name), marks);
    const first = marks.reduce((least, each) => (each < least ? each : least)) + 1n;
    let next = online + 1n;
    for await (const group of loggedGroups(this.parts.log.read(this.name, first))) {
      await this.applyOnline(beyond(group, online));
      const visibleUs = this.parts.clock.nowUs();
      for (const logged of beyond(group, history)) await this.applyHistory(logged, visibleUs);
      await this.learn(beyond(group, learnt));
      next = lastOf(group.at(-1)!) + 1n;
    }
    this.strandedRows = 0;
    this.retryMs = FIRST_RETRY_MS;
    this.advance(next);
  }

  /** Applies what is on its way, and tries no more after that. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.inTurn(async () => undefined);
    // What is left is learnt from the log, by whoever owns it next.
    for (const { resolve } of this.unlearnt.splice(0)) resolve();
  }

  /** Applies what waits, as one group; what came while a group was applied is the next one. */
  private async applyWaiting(): Promise<void> {
    const group = this.takeGroup();
    if (group.length === 0) return;
    try {
      await this.applyOrCatchUp(group.map(({ logged }) => logged));
      for (const { resolve } of group) resolve();
    } catch (error) {
      this.next = null;
      this.failure = error;
      for (const { logged, reject } of group) {
        this.strandedRows += logged.rows.rowCount;
        reject(error);
      }
      this.retryLater();
    }
  }

  /** Rows come in the order of sequences; where some are missing before them, the log has them. */
  private async applyOrCatchUp(group: readonly LoggedRows[]): Promise<void> {
    const { next } = this;
    if (next === null || group[0]!.firstSequence > next) return this.catchUp();
    const fresh = group.filter(({ firstSequence }) => firstSequence >= next);
    if (fresh.length === 0) return;
    await this.applyOnline(fresh);
    const visibleUs = this.parts.clock.nowUs();
    for (const logged of fresh) await this.applyHistory(logged, visibleUs);
    await this.learn(fresh);
    this.advance(lastOf(fresh.at(-1)!) + 1n);
  }

  private takeGroup(): readonly Waiting[] {
    let count = 0;
    let rows = 0;
    for (; count < this.waiting.length && rows < MAX_GROUP_ROWS; count++)
      rows += this.waiting[count]!.logged.rows.rowCount;
    this.waitingRows -= rows;
    return this.waiting.splice(0, count);
  }

  /** Rows come in order, so those that every view has now are at the front. */
  private advance(next: bigint): void {
    this.next = next;
    const still = this.unlearnt.findIndex(({ last }) => last >= next);
    const learnt = this.unlearnt.splice(0, still < 0 ? this.unlearnt.length : still);
    for (const { resolve } of learnt) resolve();
  }

  private retryLater(): void {
    if (this.closed || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.inTurn(async () => (this.next === null ? this.catchUp() : undefined)).catch((error) => {
        this.failure = error;
        this.retryLater();
      });
    }, this.retryMs);
    this.retry.unref();
    this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
  }

  private requireLog(last: bigint, marks: readonly bigint[]): void {
    if (marks.every((mark) => mark <= last)) return;
    const message = `the log of source "${this.name}" ends at ${last}, and its views have rows up to ${marks.reduce((a, b) => (a > b ? a : b))}: it is older than they are; restore the whole log, or remove the folders online (of Redis: set another online.redis.keyPrefix) and identities and the file history.duckdb to make them anew from it`;
    throw new PlumblineError('INTERNAL', message);
  }

  private async applyOnline(group: readonly LoggedRows[]): Promise<void> {
    const last = group.at(-1);
    if (last === undefined) return;
    const followed = this.followed();
    const sets = followed.sets();
    const { online } = this.parts;
    const rows = groupRows(followed.ref.source, group);
    const owner = { source: this.name, epoch: await this.parts.log.epoch(this.name) };
    for (const set of sets) if (set.kind === 'windowed') await this.applyWindows(set, rows, owner);
    // The mark moves last: what a crash cuts short comes again, and windows know by themselves what they have.
    const latest = sets.filter((set) => set.kind === 'stored');
    await online.write(await onlineWrites(latest, rows), { ...owner, sequence: lastOf(last) });
  }

  /** While a part is written, the next one is computed. Nothing is under way any more once this ends, well or not. */
  private async applyWindows(set: WindowedFeatureSet, rows: GroupRows, owner: Owner): Promise<void> {
    const { online } = this.parts;
    const writing = new OneUnderWay();
    const windows = { set, which: 'active', written: () => writing.ended() } as const;
    try {
      for await (const { writes, late } of windowWrites(online, windows, rows))
        await writing.begin(async () => {
          await online.writeWindows(writes, owner);
          this.late.add(`${set.name}@${set.version}`, late);
        });
    } finally {
      await writing.ended();
    }
  }

  /** Whether history lacks no row, whatever online state does. */
  private async isInHistory(): Promise<boolean> {
    const taken = await this.parts.history.takenThrough(this.followed().ref);
    return taken >= (await this.parts.log.lastSequence(this.name));
  }

  private applyHistory(logged: LoggedRows, visibleUs: bigint): Promise<void> {
    return appendToHistory(this.parts.history, this.followed().ref, logged, visibleUs);
  }

  private learn(group: readonly LoggedRows[]): Promise<void> {
    return learnRows(this.parts.identities, this.name, this.followed().ref.source, group);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
