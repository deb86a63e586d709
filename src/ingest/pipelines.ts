import { PlumblineError } from '../definition/error.js';
import type { Catalog, CatalogHolder } from '../registry/catalog.js';
import { type PipelineParts, SourcePipeline } from './pipeline.js';

/** The pipelines of all registered sources, kept in step with the catalog. */
export class Pipelines {
  private readonly bySource = new Map<string, SourcePipeline>();

  constructor(
    private readonly parts: PipelineParts,
    private readonly catalogs: CatalogHolder,
  ) {}

  /** Brings every source's online state and history up to its log, and follows the catalog from then on. */
  async start(): Promise<void> {
    this.catalogs.onChange((catalog) => this.follow(catalog));
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

  /** Waits for what was accepted and closes every store, also when one fails to. */
  async close(): Promise<void> {
    for (const pipeline of this.bySource.values()) await pipeline.idle();
    const { history, online, log } = this.parts;
    const closed = await Promise.allSettled([history.close(), online.close(), log.close()]);
    for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async follow(catalog: Catalog): Promise<void> {
    for (const { project, source } of catalog.sources()) {
      const sets = catalog.featureSetsOf(project, source.name);
      const key = `${project}/${source.name}`;
      const known = this.bySource.get(key);
      if (known === undefined)
        this.bySource.set(key, await SourcePipeline.open(this.parts, { project, source }, sets));
      else await known.use(source, sets);
    }
  }
}

export const PIPELINES = Symbol('Pipelines');
