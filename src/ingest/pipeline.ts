import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { SourceRef } from '../offline/store.js';
import type { Activations } from '../registry/activations.js';
import type { LateRows } from './late-rows.js';
import type { LogEntry, LoggedRows } from './log.js';
import { LogViews, type OnTheirWay, type ViewParts } from './log-views.js';
import { type BuildRequest, OnlineBuild } from './online-build.js';
import { Recovery } from './recovery.js';

export type PipelineParts = ViewParts & {
  readonly activations: Pick<Activations, 'record' | 'forget'>;
  /** Hears what failed behind everybody's back. */
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** What a source's rows must fit, and which of its feature set versions follow the log online. */
export type SourceDefinitions = {
  readonly source: SourceDocument;
  /** Every version, active or not: the doors check keys of all. */
  readonly featureSets: readonly SourceFeatureSet[];
  /** Numbers of the versions that are to have online state. */
  readonly active: ReadonlySet<number>;
};

/** Rows that were accepted: `logged` resolves when they are durable, or rejects, and then the others do too. */
export type AcceptedRows = OnTheirWay & { readonly logged: Promise<LoggedRows> };

/** Rows that an apply waits for when a new version is primed from the log; longer logs are read behind its back. */
const PRIMED_AT_ONCE = 200_000n;

/** Rows that may be left to read when a state that was built aside takes the place of the active one. */
const LEFT_FOR_THE_TURN = 32_768;

/** The one way of a source's rows: log, then its views; and the online state of the feature set versions that follow it. */
export class SourcePipeline {
  private readonly views: LogViews;
  private readonly builds: OnlineBuild;
  private readonly recovery: Recovery;
  private building: Promise<unknown> = Promise.resolve();
  /** Versions of the build under way. One that was inactive for a moment leaves it: its state is dropped, and primed anew. */
  private inBuild = new Set<number>();
  /** Versions whose online state follows the log; null until online state has told which have any. */
  private followed: readonly SourceFeatureSet[] | null = null;
  /** Versions whose activation is known to be on record. */
  private readonly recorded = new Set<number>();
  private readonly accepting = new Set<Promise<void>>();
  private doorDefinitions: SourceDefinitions;
  private closed = false;

  private constructor(
    private readonly parts: PipelineParts,
    private ref: SourceRef,
  ) {
    this.doorDefinitions = { source: ref.source, featureSets: [], active: new Set() };
    this.views = new LogViews(parts, this.name, () => ({
      ref: this.ref,
      sets: () => this.known(),
    }));
    this.builds = new OnlineBuild(parts, this.name);
    this.recovery = new Recovery({
      attempt: () => this.takeUp(),
      onFailure: (cause) => parts.onDefect(cause, `recovery of source ${this.name}`),
      stopping: this.builds.stopping,
    });
  }

  /**
   * Opens the pipeline and brings every view up to the log. Where online state is not reached, or not all of it, that is done
   * as soon as it is; rows are logged meanwhile, and known again. Throws UNAVAILABLE where the log is not reached.
   */
  static async open(
    parts: PipelineParts,
    project: string,
    definitions: SourceDefinitions,
  ): Promise<SourcePipeline> {
    const pipeline = new SourcePipeline(parts, { project, source: definitions.source });
    try {
      await pipeline.use(definitions);
    } catch (cause) {
      if (!isUnavailable(cause)) throw cause;
      await pipeline.views.inTurn(() => pipeline.views.learnAll());
      parts.onDefect(cause, `bringing source ${pipeline.name} up to its log`);
      pipeline.recover();
    }
    return pipeline;
  }

  /**
   * What rows must fit to be accepted now. It may lag behind the catalog while that changes, so that no row has a column
   * that the views do not know yet.
   */
  get definitions(): SourceDefinitions {
    return this.doorDefinitions;
  }

  get project(): string {
    return this.ref.project;
  }

  /** Project and source, as log and online state name them. */
  get name(): string {
    return `${this.ref.project}/${this.ref.source.name}`;
  }

  /** Late rows of each windowed version, by `name@version`, since the service started. */
  get late(): LateRows {
    return this.views.late;
  }

  /** Resolves when more rows may be accepted: a door that does not wait for visibility must not run away. */
  room(): Promise<void> {
    return this.views.room();
  }

  /** Appends rows. Throws UNAVAILABLE once the pipeline closes. */
  accept(entry: LogEntry): AcceptedRows {
    if (this.closed) throw new PlumblineError('UNAVAILABLE', 'the service is stopping; try again later');
    const logged = this.parts.log.append(this.name, entry);
    // Appends resolve in the order of sequences, so rows are queued in that order.
    const views = logged.then((rows) => this.views.enqueue(rows));
    const visible = views.then((onTheirWay) => onTheirWay.visible);
    const learnt = views.then((onTheirWay) => onTheirWay.learnt);
    // Whoever only waits for the log never looks at these.
    learnt.catch(() => undefined);
    const ended = visible.then(
      () => undefined,
      () => undefined,
    );
    this.accepting.add(ended);
    void ended.then(() => this.accepting.delete(ended));
    return { logged, visible, learnt };
  }

  /**
   * Takes a new state of the definitions: catches up with the log, then primes versions that have no online state yet
   * from the log's beginning before they are active, so that they never show a part of their rows (S9, S18), and drops
   * the state of versions that are gone or inactive. A long log is read in the background.
   */
  async use(definitions: SourceDefinitions): Promise<void> {
    const fresh = await this.views.inTurn(() => this.adopt(definitions));
    const primed = this.prime(fresh);
    primed.catch((cause: unknown) => {
      if (this.builds.stopping.aborted) return;
      this.parts.onDefect(cause, `priming of source ${this.name}`);
      if (isUnavailable(cause)) this.recover();
    });
    if ((await this.parts.log.lastSequence(this.name)) < PRIMED_AT_ONCE) await primed;
  }

  /** Brings online state to where it belongs again, in the background and until that works: some of it was lost. */
  recover(): void {
    this.recovery.start();
  }

  /**
   * Builds the online state of every version anew from the log, aside, while lookups and rows go on, and then puts it in
   * the place of the old one. Goes on where an earlier rebuild was cut short. Returns the number of rows read.
   */
  rebuild(progress: BuildRequest['progress'], signal: AbortSignal): Promise<number> {
    return this.inBuildTurn(() => {
      const ids = this.known().map(({ id }) => id);
      return this.buildAndActivate(ids, progress, signal);
    });
  }

  /** Resolves when everything that was accepted so far is applied, or that failed. */
  async idle(): Promise<void> {
    await Promise.all(this.accepting);
    await this.views.inTurn(async () => undefined);
  }

  /**
   * Resolves when everything that was logged so far is applied; what waits for the log was acknowledged to nobody. Throws
   * UNAVAILABLE where it cannot be now.
   */
  applied(): Promise<void> {
    return this.views.haveAll();
  }

  /** Takes no more rows, stops what goes on in the background, and waits for what was accepted. */
  async close(): Promise<void> {
    this.closed = true;
    await this.builds.close();
    await this.recovery.idle();
    await this.idle();
    await this.views.close();
  }

  /** Rows that went by while this is not known would be missing from those that follow. */
  private known(): readonly SourceFeatureSet[] {
    if (this.followed !== null) return this.followed;
    const message = `online state of source "${this.name}" was not reached since the service started; it is asked again and again`;
    throw new PlumblineError('UNAVAILABLE', message);
  }

  private async takeUp(): Promise<void> {
    await this.prime(await this.views.inTurn(() => this.adopt(this.doorDefinitions)));
  }

  /** To be called in turn. Gives the versions that have no online state yet, or lost some of it. */
  private async adopt(definitions: SourceDefinitions): Promise<readonly number[]> {
    this.ref = { project: this.ref.project, source: definitions.source };
    const before = this.doorDefinitions;
    this.doorDefinitions = definitions;
    for (const id of this.inBuild) if (!definitions.active.has(id)) this.inBuild.delete(id);
    const wanted = definitions.featureSets.filter(({ id }) => definitions.active.has(id));
    const isActive = await Promise.all(wanted.map(({ id }) => this.parts.online.isActive(id)));
    const following = wanted.filter((_, i) => isActive[i]);
    this.followed = following;
    await this.views.catchUp();
    await this.dropVanished(before);
    await this.recordActivations(following);
    return wanted.filter((_, i) => !isActive[i]).map(({ id }) => id);
  }

  private async prime(fresh: readonly number[]): Promise<void> {
    if (fresh.length === 0) return;
    await this.inBuildTurn(async () => {
      // Another build may have come before, or the version may be gone.
      const isActive = await Promise.all(fresh.map((id) => this.parts.online.isActive(id)));
      const missing = fresh.filter((id, i) => !isActive[i] && this.doorDefinitions.active.has(id));
      if (missing.length > 0) await this.buildAndActivate(missing, () => undefined, this.builds.stopping);
    });
  }

  /** One build at a time: two of the same state would each be a part of it. */
  private inBuildTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.building.then(work);
    this.building = mine.catch(() => undefined);
    return mine;
  }

  /** Definitions may change while this goes on: versions are what they are now whenever rows or lookups come to them. */
  private async buildAndActivate(
    ids: readonly number[],
    progress: BuildRequest['progress'],
    signal: AbortSignal,
  ): Promise<number> {
    this.inBuild = new Set(ids.filter((id) => this.doorDefinitions.active.has(id)));
    const set = (id: number): SourceFeatureSet | null => this.setInBuild(id);
    const build = { ids, set, source: () => this.ref.source, progress, signal };
    let rows = 0;
    for (let read = Number.POSITIVE_INFINITY; read > LEFT_FOR_THE_TURN; rows += read)
      read = await this.builds.catchUp(build);
    await this.views.inTurn(async () => {
      // What was appended meanwhile; nothing is applied while the states change places.
      rows += await this.builds.catchUp(build);
      for (const id of ids) {
        const built = this.setInBuild(id);
        if (built === null) continue;
        await this.parts.online.activate(id, this.name);
        // At once: rows that come from now on are its too, whatever fails behind this line.
        this.followed = [...this.known().filter((each) => each.id !== id), built];
      }
      await this.recordActivations(this.known());
    });
    return rows;
  }

  private setInBuild(id: number): SourceFeatureSet | null {
    if (!this.inBuild.has(id)) return null;
    return this.doorDefinitions.featureSets.find((set) => set.id === id) ?? null;
  }

  /** The first record of a version stays; a crash may have come between its activation and its record. */
  private async recordActivations(sets: readonly SourceFeatureSet[]): Promise<void> {
    const missing = sets.filter(({ id }) => !this.recorded.has(id));
    if (missing.length === 0) return;
    const visibleUs = this.parts.clock.nowUs();
    const sequence = await this.parts.online.appliedThrough(this.name);
    for (const { id } of missing) {
      await this.parts.activations.record(id, { sequence, visibleUs });
      this.recorded.add(id);
    }
  }

  /** Forgotten first: a record without a state would make a later activation look like the old one. */
  private async dropVanished(before: SourceDefinitions): Promise<void> {
    const { active, featureSets } = this.doorDefinitions;
    const ids = new Set([...before.featureSets, ...featureSets].map(({ id }) => id));
    for (const id of ids) {
      if (active.has(id)) continue;
      if (before.active.has(id) || (await this.parts.online.isActive(id)))
        await this.parts.activations.forget(id);
      this.recorded.delete(id);
      // Also what an unfinished build left of a version that was never active.
      await this.parts.online.drop(id);
    }
  }
}

function isUnavailable(cause: unknown): boolean {
  return cause instanceof PlumblineError && cause.code === 'UNAVAILABLE';
}
