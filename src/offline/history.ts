import type {
  FeatureSetStatistics,
  HistoryRows,
  KeyRows,
  KeyRowsQuery,
  OfflineStore,
  RetrievalQuery,
  RetrievalResult,
  SourceRef,
  StatisticsQuery,
} from './store.js';

/** Rows that wait before they are written together; one commit a batch would cost more than the rows. */
const FLUSH_ROWS = 65_536;

/** Longest that a row waits; a retrieval does not wait for it but writes first. */
const FLUSH_AFTER_MS = 250;

/** Rows that may wait while a write is under way; beyond that the doors wait too. */
const MAX_WAITING_ROWS = 4 * FLUSH_ROWS;

type Waiting = {
  /** As of the last batch: a source may have gained columns since the first. */
  ref: SourceRef;
  batches: HistoryRows[];
  rows: number;
  /** Sequence of the last row taken; -1 before the first. */
  through: bigint;
};

/**
 * History with a short buffer in front. Rows are durable in the log before they come here, so the buffer may be lost:
 * what history lacks is applied again from the log. A retrieval writes the buffer first, and so contains every row
 * acknowledged before it began (S19).
 */
export class History {
  private readonly waiting = new Map<string, Waiting>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private failure: Error | null = null;
  private awaitLogged: (project: string, source: string) => Promise<void> = async () => undefined;

  constructor(private readonly store: OfflineStore) {}

  /**
   * Takes rows over; resolves at once while there is room, else after a write. Rows that it holds already are skipped.
   * Order of calls is order of sequences. Throws what the store threw when there is no room; then no row was taken.
   */
  async append(ref: SourceRef, batch: HistoryRows): Promise<void> {
    const entry = await this.entryOf(ref);
    if (batch.firstSequence <= entry.through) return;
    if (entry.rows >= MAX_WAITING_ROWS) await this.settle();
    entry.ref = ref;
    entry.batches.push(batch);
    entry.rows += batch.rows.rowCount;
    entry.through = batch.firstSequence + BigInt(batch.rows.rowCount) - 1n;
    if (entry.rows >= FLUSH_ROWS) void this.settle().catch(() => undefined);
    else this.timer ??= setTimeout(() => void this.settle().catch(() => undefined), FLUSH_AFTER_MS);
  }

  /** Writes everything that waits. Throws what the store threw; the rows then wait for the next try. */
  settle(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.catch(() => undefined).then(() => this.writeAll());
    return this.writing;
  }

  /** Sequence of the last row taken, written or waiting; -1 before the first. */
  async takenThrough(ref: SourceRef): Promise<bigint> {
    return (await this.entryOf(ref)).through;
  }

  /**
   * From now on `awaitLogged` is asked before history is read: rows of a source that are logged may not have come here yet,
   * and were acknowledged all the same.
   */
  readBehind(awaitLogged: (project: string, source: string) => Promise<void>): void {
    this.awaitLogged = awaitLogged;
  }

  /** Resolves when every row of some sources that was acknowledged before the call is here. Throws UNAVAILABLE where that cannot be now. */
  async arrived(project: string, sources: Iterable<string>): Promise<void> {
    await Promise.all([...new Set(sources)].map((source) => this.awaitLogged(project, source)));
  }

  /** A point-in-time join that contains every row that {@link arrived}. */
  async retrieve(query: RetrievalQuery): Promise<RetrievalResult> {
    await this.settle();
    return this.store.retrieve(query);
  }

  /** Rows of a key among all that were acknowledged before the call. */
  async keyRows(query: KeyRowsQuery): Promise<KeyRows> {
    await this.arrived(query.project, [query.source.name]);
    await this.settle();
    return this.store.keyRows(query);
  }

  /** Statistics of every row acknowledged before the call. */
  async statistics(query: StatisticsQuery): Promise<FeatureSetStatistics> {
    await this.arrived(query.project, [query.featureSet.source.name]);
    await this.settle();
    return this.store.statistics(query);
  }

  /** Writes what waits and closes the store, whether or not it took the rows: the log has them. */
  async close(): Promise<void> {
    try {
      await this.settle();
    } finally {
      await this.store.close();
    }
  }

  /** The last write that failed, for the health check. */
  lastFailure(): Error | null {
    return this.failure;
  }

  private async entryOf(ref: SourceRef): Promise<Waiting> {
    const key = `${ref.project}/${ref.source.name}`;
    const through = this.waiting.has(key) ? -1n : await this.store.appliedThrough(ref);
    const entry = this.waiting.get(key) ?? { ref, batches: [], rows: 0, through };
    this.waiting.set(key, entry);
    return entry;
  }

  /** Every source is written, also when another one fails. */
  private async writeAll(): Promise<void> {
    this.failure = null;
    for (const entry of [...this.waiting.values()]) await this.write(entry);
    if (this.failure !== null) throw this.failure;
  }

  private async write(entry: Waiting): Promise<void> {
    const { batches, ref } = entry;
    if (batches.length === 0) return;
    entry.batches = [];
    entry.rows = 0;
    try {
      await this.store.append(ref, batches);
    } catch (error) {
      entry.batches = [...batches, ...entry.batches];
      entry.rows = entry.batches.reduce((rows, batch) => rows + batch.rows.rowCount, 0);
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }
}

export const HISTORY = Symbol('History');
