import type { CompiledFeatureSet } from '../compile/feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import type { History } from '../offline/history.js';
import type { SourceRef } from '../offline/store.js';
import type { OnlineStore } from '../online/store.js';
import type { Clock } from '../platform/clock.js';
import type { Activations } from '../registry/activations.js';
import { eventsOf } from './event-ids.js';
import type { Identities } from './identities.js';
import { type LogEntry, type LoggedRows, lastOf, type SourceLog } from './log.js';
import { beyond, loggedGroups } from './logged-groups.js';
import { type BuildRequest, OnlineBuild } from './online-build.js';
import { onlineWrites } from './online-rows.js';
import { stampsOf } from './row-stamps.js';

export type PipelineParts = {
  readonly log: SourceLog;
  readonly online: OnlineStore;
  readonly history: History;
  readonly identities: Identities;
  readonly activations: Pick<Activations, 'record' | 'forget'>;
  readonly clock: Clock;
  /** Hears what failed behind everybody's back. */
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** What a source's rows must fit, and which of its feature set versions follow the log online. */
export type SourceDefinitions = {
  readonly source: SourceDocument;
  /** Every version, active or not: the doors check keys of all. */
  readonly featureSets: readonly CompiledFeatureSet[];
  /** Numbers of the versions that are to have online state. */
  readonly active: ReadonlySet<number>;
};

/** Rows applied together: the more, the fewer writes for keys that come again; the store writes them in small parts. */
const MAX_GROUP_ROWS = 131_072;

/** Durable rows that may wait to be applied; beyond that the doors wait too. */
const MAX_WAITING_ROWS = 2 * MAX_GROUP_ROWS;

/** Rows that an apply waits for when a new version is primed from the log; longer logs are read behind its back. */
const PRIMED_AT_ONCE = 200_000n;

type Waiting = {
  readonly logged: LoggedRows;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The one way of a source's rows: log, then online state, then history and what was seen, each in the order of sequences.
 * Every view says how far it was applied, so after a crash the rest is applied from the log (S9, S11).
 */
export class SourcePipeline {
  private turn: Promise<void> = Promise.resolve();
  /** Durable rows that wait to be applied together. */
  private waiting: Waiting[] = [];
  private waitingRows = 0;
  /** Sequence behind the last row that every view has; null when a write failed, and the log tells what they lack. */
  private next: bigint | null = null;
  /** Versions whose online state follows the log. */
  private following: readonly CompiledFeatureSet[] = [];
  private readonly builds: OnlineBuild;
  private building: Promise<unknown> = Promise.resolve();
  /** Versions whose activation is known to be on record. */
  private readonly recorded = new Set<number>();
  private doorDefinitions: SourceDefinitions;

  private constructor(
    private readonly parts: PipelineParts,
    private ref: SourceRef,
  ) {
    this.doorDefinitions = { source: ref.source, featureSets: [], active: new Set() };
    this.builds = new OnlineBuild(parts, this.name);
  }

  /** Opens the pipeline and brings every view up to the log. */
  static async open(
    parts: PipelineParts,
    project: string,
    definitions: SourceDefinitions,
  ): Promise<SourcePipeline> {
    const pipeline = new SourcePipeline(parts, { project, source: definitions.source });
    await pipeline.use(definitions);
    return pipeline;
  }

  /**
   * What rows must fit to be accepted now. It may lag behind the catalog while that changes, so that no row has a column
   * that the views do not know yet.
   */
  get definitions(): SourceDefinitions {
    return this.doorDefinitions;
  }

  /** Project and source, as log and online state name them. */
  get name(): string {
    return `${this.ref.project}/${this.ref.source.name}`;
  }

  /** Resolves when more rows may be accepted: a door that does not wait for visibility must not run away. */
  async room(): Promise<void> {
    while (this.waitingRows >= MAX_WAITING_ROWS) await this.inTurn(async () => undefined);
  }

  /** Appends rows; `logged` resolves when they are durable, `visible` when they are applied online (S12). */
  accept(entry: LogEntry): { readonly logged: Promise<LoggedRows>; readonly visible: Promise<void> } {
    const logged = this.parts.log.append(this.name, entry);
    // Appends resolve in the order of sequences, so rows are queued in that order.
    const visible = logged.then((rows) => this.enqueue(rows));
    // Whoever only waits for the log never looks at this one.
    visible.catch(() => undefined);
    return { logged, visible };
  }

  /**
   * Takes a new state of the definitions: catches up with the log, then primes versions that have no online state yet
   * from the log's beginning before they are active, so that they never show a part of their rows (S9, S18), and drops
   * the state of versions that are gone or inactive. A long log is read in the background.
   */
  async use(definitions: SourceDefinitions): Promise<void> {
    const fresh = await this.inTurn(async () => {
      this.ref = { project: this.ref.project, source: definitions.source };
      const before = this.doorDefinitions;
      this.doorDefinitions = definitions;
      const wanted = definitions.featureSets.filter(({ id }) => definitions.active.has(id));
      const isActive = await Promise.all(wanted.map(({ id }) => this.parts.online.isActive(id)));
      this.following = wanted.filter((_, i) => isActive[i]);
      await this.catchUp();
      await this.dropVanished(before);
      await this.recordActivations(this.following);
      return wanted.filter((_, i) => !isActive[i]);
    });
    const primed = this.prime(fresh);
    primed.catch((cause: unknown) => {
      if (!this.builds.stopping.aborted) this.parts.onDefect(cause, `priming of source ${this.name}`);
    });
    if ((await this.parts.log.lastSequence(this.name)) < PRIMED_AT_ONCE) await primed;
  }

  /**
   * Builds the online state of every version anew from the log, aside, while lookups and rows go on, and then puts it in
   * the place of the old one. Goes on where an earlier rebuild was cut short. Returns the number of rows read.
   */
  async rebuild(progress: BuildRequest['progress'], signal: AbortSignal): Promise<number> {
    return this.inBuildTurn(() => this.buildAndActivate(this.following, progress, signal));
  }

  /** Resolves when everything that was accepted so far is applied. */
  idle(): Promise<void> {
    return this.inTurn(async () => undefined);
  }

  /** Stops what goes on in the background and waits for what was accepted. */
  async close(): Promise<void> {
    await this.builds.close();
    await this.idle();
  }

  private async prime(fresh: readonly CompiledFeatureSet[]): Promise<void> {
    if (fresh.length === 0) return;
    await this.inBuildTurn(async () => {
      // Another build may have come before, or the version may be gone.
      const isActive = await Promise.all(fresh.map(({ id }) => this.parts.online.isActive(id)));
      const missing = fresh.filter(({ id }, i) => !isActive[i] && this.doorDefinitions.active.has(id));
      if (missing.length > 0) await this.buildAndActivate(missing, () => undefined, this.builds.stopping);
    });
  }

  /** One build at a time: two of the same state would each be a part of it. */
  private inBuildTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.building.then(work);
    this.building = mine.catch(() => undefined);
    return mine;
  }

  private async buildAndActivate(
    sets: readonly CompiledFeatureSet[],
    progress: BuildRequest['progress'],
    signal: AbortSignal,
  ): Promise<number> {
    const build = { sets, source: () => this.ref.source, progress, signal };
    const rows = await this.builds.catchUp(build);
    await this.inTurn(async () => {
      // What was appended meanwhile; nothing is applied while the states change places.
      await this.builds.catchUp(build);
      const still = sets.filter(({ id }) => this.doorDefinitions.active.has(id));
      for (const { id } of still) await this.parts.online.activate(id);
      await this.recordActivations(still);
      const ids = new Set(still.map(({ id }) => id));
      this.following = [...this.following.filter(({ id }) => !ids.has(id)), ...still];
    });
    return rows;
  }

  /** Also of versions that were deactivated just before a crash, whose state nothing has dropped yet. */
  /** The first record of a version stays; a crash may have come between its activation and its record. */
  private async recordActivations(sets: readonly CompiledFeatureSet[]): Promise<void> {
    const missing = sets.filter(({ id }) => !this.recorded.has(id));
    if (missing.length === 0) return;
    const visibleUs = this.parts.clock.nowUs();
    const sequence = await this.parts.online.appliedThrough(this.name);
    for (const { id } of missing) {
      await this.parts.activations.record(id, { sequence, visibleUs });
      this.recorded.add(id);
    }
  }

  private async dropVanished(before: SourceDefinitions): Promise<void> {
    const { active, featureSets } = this.doorDefinitions;
    const ids = new Set([...before.featureSets, ...featureSets].map(({ id }) => id));
    for (const id of ids) {
      if (active.has(id)) continue;
      if (!before.active.has(id) && !(await this.parts.online.isActive(id))) continue;
      await this.parts.online.drop(id);
      await this.parts.activations.forget(id);
      this.recorded.delete(id);
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  private enqueue(logged: LoggedRows): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ logged, resolve, reject });
      this.waitingRows += logged.rows.rowCount;
      void this.inTurn(() => this.applyWaiting());
    });
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
      for (const { reject } of group) reject(error);
    }
  }

  /** Rows come in the order of sequences; where some are missing before them, the log has them. */
  private async applyOrCatchUp(group: readonly LoggedRows[]): Promise<void> {
    const { next } = this;
    if (next === null || group[0]!.firstSequence > next) return this.catchUp();
    const fresh = group.filter(({ firstSequence }) => firstSequence >= next);
    if (fresh.length === 0) return;
    await this.apply(fresh);
    this.next = lastOf(fresh.at(-1)!) + 1n;
  }

  private takeGroup(): readonly Waiting[] {
    let count = 0;
    let rows = 0;
    for (; count < this.waiting.length && rows < MAX_GROUP_ROWS; count++)
      rows += this.waiting[count]!.logged.rows.rowCount;
    this.waitingRows -= rows;
    return this.waiting.splice(0, count);
  }

  /** Brings every view up to the log. */
  private async catchUp(): Promise<void> {
    const online = await this.parts.online.appliedThrough(this.name);
    const history = await this.parts.history.takenThrough(this.ref);
    const learnt = this.parts.identities.learntThrough(this.name);
    const first = [online, history, learnt].reduce((least, each) => (each < least ? each : least)) + 1n;
    let next = online + 1n;
    for await (const group of loggedGroups(this.parts.log.read(this.name, first))) {
      await this.applyOnline(beyond(group, online));
      const visibleUs = this.parts.clock.nowUs();
      for (const logged of beyond(group, history)) await this.applyHistory(logged, visibleUs);
      await this.learn(beyond(group, learnt));
      next = lastOf(group.at(-1)!) + 1n;
    }
    this.next = next;
  }

  private async apply(group: readonly LoggedRows[]): Promise<void> {
    await this.applyOnline(group);
    const visibleUs = this.parts.clock.nowUs();
    for (const logged of group) await this.applyHistory(logged, visibleUs);
    await this.learn(group);
  }

  private async applyOnline(group: readonly LoggedRows[]): Promise<void> {
    const last = group.at(-1);
    if (last === undefined) return;
    const writes = onlineWrites(this.ref.source, this.following, group);
    const mark = { source: this.name, sequence: lastOf(last), epoch: await this.parts.log.epoch() };
    await this.parts.online.write(writes, mark);
  }

  private async applyHistory(logged: LoggedRows, visibleUs: bigint): Promise<void> {
    await this.parts.history.append(this.ref, {
      rows: logged.rows,
      firstSequence: logged.firstSequence,
      ...stampsOf(this.ref.source, logged),
      arrivalUs: logged.arrivalUs,
      visibleUs,
      epoch: logged.epoch,
    });
  }

  private async learn(group: readonly LoggedRows[]): Promise<void> {
    const { source } = this.ref;
    await this.parts.identities.learn(
      this.name,
      group.map((logged) => ({ logged, events: eventsOf(source, logged) })),
    );
  }
}
