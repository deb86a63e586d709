import { parseDuration } from '../definition/duration.js';
import type { Clock } from '../platform/clock.js';
import type { Catalog, CatalogHolder } from '../registry/catalog.js';
import type { CompactionReport, KeyedSource, OfflineStore, RetentionReport, SourceRef } from './store.js';

/** Time between two looks at every source; a look at one that gained no rows costs a comparison. */
const LOOK_EVERY_MS = 2_000;

/**
 * Looks after which a source that never falls quiet is compacted nevertheless. Compaction takes the cores that a load
 * needs, and before the load ends most of it would be for nothing.
 */
const MAX_BUSY_LOOKS = 15;

/** By the service's clock: rows leave at most this much later than they may. */
const RETAIN_EVERY_US = 3_600_000_000n;

export type UpkeepParts = {
  readonly store: OfflineStore;
  readonly catalogs: CatalogHolder;
  readonly clock: Clock;
  readonly onCompacted: (ref: SourceRef, report: CompactionReport) => void;
  readonly onRetained: (ref: SourceRef, report: RetentionReport) => void;
  readonly onDefect: (cause: unknown, ref: SourceRef) => void;
};

/** What was seen of a source at the last look. */
type Seen = {
  through: bigint;
  /** Looks in a row that found more rows than the one before. */
  busyLooks: number;
  /** Sequence for which it was last decided whether to compact. */
  decidedFor: bigint;
  retainedUs: bigint | null;
};

/** Keeps history compact and lets old rows go, in the background: one source after the other. */
export class HistoryUpkeep {
  private readonly seen = new Map<string, Seen>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly parts: UpkeepParts) {}

  /** Looks every few seconds from now on. */
  start(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = null;
      });
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  /** Begins nothing more; what runs ends when the store closes. */
  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** One look at every source: compacts those that fell quiet, and applies their retention. */
  async look(): Promise<void> {
    const catalog = this.parts.catalogs.current();
    for (const ref of catalog.sources()) {
      if (this.stopped) return;
      const keyed = { ...ref, keys: keysOf(catalog, ref) };
      try {
        await this.retainDue(keyed);
        await this.compactDue(keyed);
      } catch (cause) {
        if (!this.stopped) this.parts.onDefect(cause, ref);
      }
    }
  }

  private async compactDue(ref: KeyedSource): Promise<void> {
    const { store, onCompacted } = this.parts;
    const through = await store.appliedThrough(ref);
    const seen = this.seenOf(ref);
    seen.busyLooks = through > seen.through ? seen.busyLooks + 1 : 0;
    seen.through = through;
    const isQuiet = seen.busyLooks === 0 || seen.busyLooks >= MAX_BUSY_LOOKS;
    if (!isQuiet || through === seen.decidedFor || ref.keys.length === 0) return;
    seen.decidedFor = through;
    seen.busyLooks = 0;
    if (await store.needsCompaction(ref)) onCompacted(ref, await store.compact(ref));
  }

  private async retainDue(ref: KeyedSource): Promise<void> {
    const { historyRetention } = ref.source;
    if (historyRetention === undefined) return;
    const { store, clock, onRetained } = this.parts;
    const seen = this.seenOf(ref);
    const nowUs = clock.nowUs();
    if (seen.retainedUs !== null && nowUs - seen.retainedUs < RETAIN_EVERY_US) return;
    seen.retainedUs = nowUs;
    const report = await store.retain(ref, nowUs - parseDuration(historyRetention, '/historyRetention'));
    if (report.rowsRemoved > 0) onRetained(ref, report);
  }

  private seenOf({ project, source }: SourceRef): Seen {
    const key = `${project}/${source.name}`;
    const seen = this.seen.get(key) ?? { through: -1n, busyLooks: 0, decidedFor: -1n, retainedUs: null };
    this.seen.set(key, seen);
    return seen;
  }
}

/** The lists of key columns by which newest rows of a source are joined, each once; windows read every row, or none before the horizon. */
function keysOf(catalog: Catalog, { project, source }: SourceRef): KeyedSource['keys'] {
  const sets = catalog.featureSetsOf(project, source.name).filter(({ kind }) => kind === 'stored');
  const lists = sets.map(({ keyColumns }) => keyColumns);
  return [...new Map(lists.map((keys) => [JSON.stringify(keys), keys])).values()];
}
