import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { Figures } from '../platform/health-figures.js';
import type { StartPatience } from '../platform/start-patience.js';
import type { Activations } from '../registry/activations.js';
import type { Catalog, CatalogHolder } from '../registry/catalog.js';
import type { HeldCopies } from './held-copies.js';
import { lateFigures } from './late-rows.js';
import type { Ownership } from './ownership.js';
import { type PipelineParts, type SourceDefinitions, SourcePipeline } from './pipeline.js';
import { Recovery } from './recovery.js';
import { SourceFollower } from './source-follower.js';

export type PipelinesParts = PipelineParts & {
  readonly activations: PipelineParts['activations'] & Pick<Activations, 'registered'>;
  readonly ownership: Ownership;
  readonly held: Pick<HeldCopies, 'takeUp'>;
  /** Whether this process keeps history: also of the sources of others. */
  readonly keepsHistory: boolean;
  /** How long a start waits for logs that are not reached. */
  readonly patience: Pick<StartPatience, 'until'>;
};

type Owned = { readonly pipeline: SourcePipeline; readonly term: number };

/** Before sources that could not be opened, or closed, are tried again, milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** The pipelines of the sources that this process owns, and followers of the others, kept in step with the catalog. */
export class Pipelines {
  private readonly owned = new Map<string, Owned>();
  private readonly followers = new Map<string, SourceFollower>();
  private readonly turns = new Map<string, Promise<void>>();
  private readonly ownerListeners: (() => void)[] = [];
  private retry: NodeJS.Timeout | null = null;
  private closing = false;
  private readonly stopping = new AbortController();
  private readonly dropping: Recovery;

  constructor(
    private readonly parts: PipelinesParts,
    private readonly catalogs: CatalogHolder,
  ) {
    this.dropping = new Recovery({
      attempt: () => this.dropGone(),
      onFailure: (cause) => parts.onDefect(cause, 'dropping the state of versions that are gone'),
      stopping: this.stopping.signal,
    });
  }

  /**
   * Brings every view of every source up to its log, and follows the catalog from then on. What is there of versions that are
   * gone, with their source perhaps, goes first, or as soon as online state is reached: a crash may have come before it could.
   * Throws UNAVAILABLE where a log is not reached, however patiently.
   */
  async start(): Promise<void> {
    if (this.parts.keepsHistory) await this.dropping.tryNow();
    this.catalogs.onChange(() => this.follow());
    this.parts.ownership.onChange(() => void this.followOwners());
    this.parts.online.onLoss(() => {
      for (const { pipeline } of this.owned.values()) pipeline.recover();
    });
    await this.parts.patience.until(() => this.follow());
  }

  /** The pipeline of a registered source. Throws NOT_FOUND, and UNAVAILABLE where this process does not own it. */
  of(project: string, source: string): SourcePipeline {
    const name = `${project}/${source}`;
    const owned = this.owned.get(name);
    if (owned !== undefined && owned.term === this.parts.ownership.termOf(name)) return owned.pipeline;
    this.documentOf(project, source);
    throw new PlumblineError(
      'UNAVAILABLE',
      `source "${name}" is not owned by this process now; try again`,
      RETRY,
    );
  }

  /** Whether other processes may own sources. */
  get isShared(): boolean {
    return this.parts.ownership.isShared;
  }

  /** Whether this process has the pipeline of a source open. */
  owns(name: string): boolean {
    return this.owned.has(name);
  }

  /** Throws NOT_FOUND for a source that is not registered. */
  documentOf(project: string, source: string): SourceDocument {
    const found = this.sourceOf(`${project}/${source}`);
    if (found !== null) return found;
    throw new PlumblineError(
      'NOT_FOUND',
      `project "${project}" has no source "${source}"; register it first`,
      { path: source },
    );
  }

  /** Rows in the log of a source; 0 for one that is not registered. */
  async rowsOf(project: string, source: string): Promise<bigint> {
    const name = `${project}/${source}`;
    return this.sourceOf(name) === null ? 0n : (await this.parts.log.lastSequence(name)) + 1n;
  }

  /** Resolves when the rows of a source that were logged so far, here or elsewhere, are in history. Throws UNAVAILABLE where they cannot be now. */
  async applied(project: string, source: string): Promise<void> {
    const name = `${project}/${source}`;
    await this.owned.get(name)?.pipeline.applied();
    await this.followers.get(name)?.catchUp();
  }

  /** Late rows of every windowed version since the service started, by `project/name@version`, and all together. */
  lateFigures(): Figures {
    const counts = [...this.all()].flatMap(([, { project, late }]) =>
      [...late.all()].map(([set, each]) => [`${project}/${set}`, each] as const),
    );
    return lateFigures(counts);
  }

  /** Every pipeline of this process, by project and source. */
  *all(): Iterable<readonly [name: string, pipeline: SourcePipeline]> {
    for (const [name, { pipeline }] of this.owned) yield [name, pipeline];
  }

  /** Sources of this process that take rows, and those that are to. */
  state(): { readonly open: readonly string[]; readonly opening: readonly string[] } {
    const open = [...this.owned.keys()];
    const opening = [...this.names()].filter((name) => {
      const isOwned = this.sourceOf(name) !== null && this.parts.ownership.termOf(name) !== null;
      return isOwned && !this.owned.has(name);
    });
    return { open, opening };
  }

  /** Every source of which this process keeps something, with its definition. */
  *kept(): Iterable<readonly [name: string, source: SourceDocument]> {
    for (const [name, { pipeline }] of this.owned) yield [name, pipeline.definitions.source];
    for (const [name, { source }] of this.followers) yield [name, source];
  }

  /** Calls when this process has begun or ceased to own sources. */
  onOwned(listener: () => void): void {
    this.ownerListeners.push(listener);
  }

  /** Takes no more rows; resolves when those that were taken are in the log, or not. */
  async stopAppends(): Promise<void> {
    this.closing = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.parts.log.stop();
  }

  /** Waits for what was accepted and closes every store, also when one fails to. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.stopAppends();
    await this.dropping.idle();
    await Promise.all(this.turns.values());
    for (const { pipeline } of this.owned.values()) await pipeline.close();
    for (const follower of this.followers.values()) await follower.close();
    // What cannot be given back now is free when its lease is over.
    await this.parts.ownership.leave().catch(() => undefined);
    const { history, online, identities, log } = this.parts;
    const closed = await Promise.allSettled([
      history.close(),
      online.close(),
      identities.close(),
      log.close(),
    ]);
    for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /**
   * What is held is asked first, and then the registry itself: a version is registered before it has state, so one that
   * another process made meanwhile is there, and a number that is not comes never again.
   */
  private async dropGone(): Promise<void> {
    const { online, activations } = this.parts;
    const held = await online.heldSets();
    const registered = await activations.registered(held);
    for (const id of held) {
      if (registered.has(id)) continue;
      // In this order, as for a version that goes while the service runs.
      await activations.forget(id);
      await online.drop(id);
    }
  }

  /** Every source takes its new definitions, also when another one fails to. */
  private async follow(): Promise<void> {
    const { ownership } = this.parts;
    await ownership.settle(
      this.catalogs
        .current()
        .sources()
        .map(({ project, source }) => ({ project, source: source.name })),
    );
    const failures: unknown[] = [];
    for (const name of this.names()) await this.settle(name).catch((cause: unknown) => failures.push(cause));
    this.told();
    if (failures.length === 0) return;
    if (ownership.isShared) this.retryLater();
    throw failures[0];
  }

  /** Opens and closes what changed its owner; what fails is tried again. */
  private async followOwners(): Promise<void> {
    const changed = [...this.names()].filter(
      (name) => (this.owned.get(name)?.term ?? null) !== this.parts.ownership.termOf(name),
    );
    const outcomes = await Promise.allSettled(changed.map((name) => this.settle(name)));
    this.told();
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled' || this.closing) continue;
      this.parts.onDefect(outcome.reason, 'opening or closing a source');
      this.retryLater();
    }
  }

  private retryLater(): void {
    if (this.closing || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.followOwners();
    }, RETRY_AFTER_MS);
    this.retry.unref();
  }

  private told(): void {
    for (const listener of this.ownerListeners) listener();
  }

  /** Those of the catalog, and those that are open still. */
  private names(): ReadonlySet<string> {
    const sources = this.catalogs.current().sources();
    const registered = sources.map(({ project, source }) => `${project}/${source.name}`);
    return new Set([...registered, ...this.owned.keys(), ...this.followers.keys()]);
  }

  /** One source is opened or closed once at a time. */
  private settle(name: string): Promise<void> {
    const mine = (this.turns.get(name) ?? Promise.resolve()).then(() => this.settleNow(name));
    const ended = mine.catch(() => undefined);
    this.turns.set(name, ended);
    void ended.then(() => {
      if (this.turns.get(name) === ended) this.turns.delete(name);
    });
    return mine;
  }

  /** Brings a source to where catalog and owners say that it belongs now. */
  private async settleNow(name: string): Promise<void> {
    if (this.closing) return;
    const source = this.sourceOf(name);
    const term = source === null ? null : this.parts.ownership.termOf(name);
    const known = this.owned.get(name);
    if (known !== undefined && known.term !== term) await this.disown(name, known);
    if (source === null || term !== null || !this.parts.keepsHistory) await this.unfollow(name);
    if (source === null) return;
    if (term !== null) return this.own(name, term);
    if (this.parts.keepsHistory) this.followSource(name, source);
  }

  private async own(name: string, term: number): Promise<void> {
    const { log, ownership } = this.parts;
    const [project, source] = name.split('/') as [string, string];
    const definitions = definitionsOf(this.catalogs.current(), project, source);
    const known = this.owned.get(name);
    if (known !== undefined) return known.pipeline.use(definitions);
    // Its own from here on, for the log too: whoever wrote before writes nothing any more that counts.
    if (ownership.isShared) await log.take(name);
    const pipeline = await SourcePipeline.open(this.parts, project, definitions);
    try {
      await this.parts.held.takeUp(name);
    } catch (cause) {
      await pipeline.close();
      throw cause;
    }
    this.owned.set(name, { pipeline, term });
  }

  /** Doors are closed at once; then nothing of this process writes any more, and another may take it. */
  private async disown(name: string, { pipeline, term }: Owned): Promise<void> {
    const { log, ownership } = this.parts;
    const [project, source] = name.split('/') as [string, string];
    this.owned.delete(name);
    if (ownership.isShared) await log.release(name);
    await pipeline.close();
    await ownership.giveBack({ project, source, term }).catch(() => undefined);
  }

  private followSource(name: string, source: SourceDocument): void {
    const known = this.followers.get(name);
    const [project] = name.split('/') as [string];
    if (known !== undefined) known.use(source);
    else this.followers.set(name, new SourceFollower(this.parts, project, source));
  }

  private async unfollow(name: string): Promise<void> {
    const follower = this.followers.get(name);
    this.followers.delete(name);
    await follower?.close();
  }

  private sourceOf(name: string): SourceDocument | null {
    const [project, source] = name.split('/') as [string, string];
    return this.catalogs.current().definitions(project).latest('Source', source)?.compiled ?? null;
  }
}

/** Told to callers whose request would go through a moment later. */
const RETRY = { retryAfterSeconds: 1 };

export const PIPELINES = Symbol('Pipelines');

function definitionsOf(catalog: Catalog, project: string, source: string): SourceDefinitions {
  const active = catalog.activeFeatureSetsOf(project, source);
  return {
    source: catalog.source(project, source),
    featureSets: catalog.featureSetsOf(project, source),
    active: new Set(active.map(({ id }) => id)),
  };
}
