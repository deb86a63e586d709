import { PlumblineError } from '../definition/error.js';
import type { Figures } from '../platform/health-figures.js';
import type { Activations } from '../registry/activations.js';
import type { Catalog, CatalogHolder } from '../registry/catalog.js';
import { lateFigures } from './late-rows.js';
import { type PipelineParts, type SourceDefinitions, SourcePipeline } from './pipeline.js';

export type PipelinesParts = PipelineParts & {
  readonly activations: PipelineParts['activations'] & Pick<Activations, 'registered'>;
};

/** The pipelines of all registered sources, kept in step with the catalog. */
export class Pipelines {
  private readonly bySource = new Map<string, SourcePipeline>();

  constructor(
    private readonly parts: PipelinesParts,
    private readonly catalogs: CatalogHolder,
  ) {}

  /**
   * Brings every view of every source up to its log, and follows the catalog from then on. What is there of versions that are
   * gone, with their source perhaps, goes first: a crash may have come before it could.
   */
  async start(): Promise<void> {
    await this.dropGone();
    this.catalogs.onChange((catalog) => this.follow(catalog));
    this.parts.online.onLoss(() => {
      for (const pipeline of this.bySource.values()) pipeline.recover();
    });
    await this.follow(this.catalogs.current());
  }

  /** The pipeline of a registered source. Throws NOT_FOUND. */
  of(project: string, source: string): SourcePipeline {
    const pipeline = this.bySource.get(`${project}/${source}`);
    if (pipeline !== undefined) return pipeline;
    throw new PlumblineError(
      'NOT_FOUND',
      `project "${project}" has no source "${source}"; register it first`,
      { path: source },
    );
  }

  /** Rows in the log of a source; 0 for one that is not registered. */
  async rowsOf(project: string, source: string): Promise<bigint> {
    const name = `${project}/${source}`;
    return this.bySource.has(name) ? (await this.parts.log.lastSequence(name)) + 1n : 0n;
  }

  /** Resolves when the rows of a source that were logged so far are applied. Throws UNAVAILABLE where they cannot be now. */
  async applied(project: string, source: string): Promise<void> {
    await this.bySource.get(`${project}/${source}`)?.applied();
  }

  /** Late rows of every windowed version since the service started, by `project/name@version`, and all together. */
  lateFigures(): Figures {
    const counts = [...this.bySource.values()].flatMap(({ project, late }) =>
      [...late.all()].map(([set, each]) => [`${project}/${set}`, each] as const),
    );
    return lateFigures(counts);
  }

  /** Every pipeline, by project and source. */
  all(): Iterable<readonly [name: string, pipeline: SourcePipeline]> {
    return this.bySource;
  }

  /** Takes no more rows; resolves when those that were taken are in the log, or not. */
  async stopAppends(): Promise<void> {
    await this.parts.log.stop();
  }

  /** Waits for what was accepted and closes every store, also when one fails to. */
  async close(): Promise<void> {
    await this.stopAppends();
    for (const pipeline of this.bySource.values()) await pipeline.close();
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
  private async follow(catalog: Catalog): Promise<void> {
    const gone = new Map(this.bySource);
    const failures: unknown[] = [];
    for (const { project, source } of catalog.sources()) {
      gone.delete(`${project}/${source.name}`);
      await this.followSource(catalog, project, source.name).catch((cause: unknown) => failures.push(cause));
    }
    for (const [key, pipeline] of gone) {
      this.bySource.delete(key);
      await pipeline.close();
    }
    if (failures.length > 0) throw failures[0];
  }

  private async followSource(catalog: Catalog, project: string, source: string): Promise<void> {
    const definitions = definitionsOf(catalog, project, source);
    const key = `${project}/${source}`;
    const known = this.bySource.get(key);
    if (known !== undefined) return known.use(definitions);
    this.bySource.set(key, await SourcePipeline.open(this.parts, project, definitions));
  }
}

export const PIPELINES = Symbol('Pipelines');

function definitionsOf(catalog: Catalog, project: string, source: string): SourceDefinitions {
  const active = catalog.activeFeatureSetsOf(project, source);
  return {
    source: catalog.source(project, source),
    featureSets: catalog.featureSetsOf(project, source),
    active: new Set(active.map(({ id }) => id)),
  };
}
