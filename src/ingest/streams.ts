import { canonicalJson } from '../definition/canonical.js';
import { PlumblineError } from '../definition/error.js';
import type { Catalog, CatalogHolder } from '../registry/catalog.js';
import type { StreamFigures } from './stream-figures.js';
import { type StreamParts, StreamSource } from './stream-source.js';

/** The streams of every source that has one, kept in step with the catalog. */
export class Streams {
  private readonly bySource = new Map<string, { readonly says: string; readonly stream: StreamSource }>();
  private turn: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly parts: StreamParts,
    private readonly catalogs: CatalogHolder,
  ) {}

  /** Reads from now on; the pipelines must be up. A change of definitions does not wait for what is under way. */
  start(): void {
    this.catalogs.onChange(async (catalog) => this.follow(catalog));
    this.parts.pipelines.onOwned(() => this.follow(this.catalogs.current()));
    this.follow(this.catalogs.current());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.turn;
    await Promise.all([...this.bySource.values()].map(({ stream }) => stream.stop()));
  }

  /** Throws NOT_FOUND for a source without a stream. */
  figures(project: string, source: string): StreamFigures {
    const known = this.bySource.get(`${project}/${source}`);
    if (known !== undefined) return known.stream.figures();
    throw new PlumblineError('NOT_FOUND', `source "${source}" of project "${project}" reads no stream`, {
      path: source,
    });
  }

  all(): readonly StreamFigures[] {
    return [...this.bySource.values()].map(({ stream }) => stream.figures());
  }

  /** One change after the other, so that no source is read twice. */
  private follow(catalog: Catalog): void {
    this.turn = this.turn
      .then(() => this.apply(catalog))
      .catch((cause: unknown) => this.parts.onDefect(cause, 'following the definitions of streams'));
  }

  private async apply(catalog: Catalog): Promise<void> {
    if (this.stopped) return;
    const gone = new Map(this.bySource);
    for (const { project, source } of catalog.sources()) {
      const name = `${project}/${source.name}`;
      const known = this.bySource.get(name);
      if (source.stream === undefined || !this.parts.pipelines.owns(name)) continue;
      const says = canonicalJson(source.stream);
      gone.delete(name);
      if (known?.says === says) continue;
      await known?.stream.stop();
      const stream = new StreamSource(this.parts, project, source.name, source.stream);
      this.bySource.set(name, { says, stream });
      stream.start();
    }
    for (const [name, { stream }] of gone) {
      this.bySource.delete(name);
      await stream.stop();
    }
  }
}

export const STREAMS = Symbol('Streams');
