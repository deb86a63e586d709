import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { PlumblineError } from '../../definition/error.js';
import type { ValueType } from '../../definition/value-type.js';
import type {
  CompactionReport,
  FeatureSetStatistics,
  HistoryRows,
  KeyedSource,
  KeyRows,
  KeyRowsQuery,
  OfflineStore,
  RetentionReport,
  RetrievalQuery,
  RetrievalResult,
  SourceRef,
  StatisticsQuery,
} from '../store.js';
import { compactHistory, isBehind } from './duckdb-compaction.js';
import { appendHistory, lastSequence } from './duckdb-history.js';
import { ensureHistoryTable, historyTable } from './duckdb-history-table.js';
import { interruptOn } from './duckdb-interrupt.js';
import { listKeyRows } from './duckdb-key-rows.js';
import { PLANS_BY_SIZE, type PlanRules } from './duckdb-plan.js';
import { retainHistory } from './duckdb-retention.js';
import { retrieve } from './duckdb-retrieval.js';
import { DuckdbDatabase, type DuckdbLimits, outOfMemory } from './duckdb-session.js';
import { ensureStateTables } from './duckdb-state.js';
import { featureSetStatistics } from './duckdb-statistics.js';

/** History in one DuckDB database file. One process owns it. */
export class DuckdbOfflineStore implements OfflineStore {
  /** Last sequence in each table that was looked at, so that redelivered rows are known (S11). */
  private readonly applied = new Map<string, bigint>();
  /** Columns by name of the source that each table was last made or widened for. */
  private readonly columns = new Map<string, ReadonlyMap<string, ValueType>>();
  /** Changes of tables, one after the other: DuckDB refuses an append to a table that another one alters. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Compactions and retention passes, one after the other: each uses the memory of a large retrieval. */
  private upkeep: Promise<unknown> = Promise.resolve();
  private readonly closing = new AbortController();

  private constructor(
    private readonly database: DuckdbDatabase,
    private readonly plans: PlanRules,
  ) {}

  static async open(
    path: string,
    limits: DuckdbLimits,
    plans: PlanRules = PLANS_BY_SIZE,
  ): Promise<DuckdbOfflineStore> {
    const database = await DuckdbDatabase.open(path, limits);
    await database.session(ensureStateTables);
    return new DuckdbOfflineStore(database, plans);
  }

  async append(ref: SourceRef, batches: readonly HistoryRows[]): Promise<void> {
    await this.ensureTable(ref);
    await this.inTurn(async (connection) => {
      let through = this.applied.get(historyTable(ref))!;
      const fresh = batches.filter(({ firstSequence, rows }) => {
        if (firstSequence <= through) return false;
        through = firstSequence + BigInt(rows.rowCount) - 1n;
        return true;
      });
      if (fresh.length === 0) return;
      await appendHistory(connection, ref, fresh);
      this.applied.set(historyTable(ref), through);
    });
  }

  async appliedThrough(ref: SourceRef): Promise<bigint> {
    await this.ensureTable(ref);
    return this.applied.get(historyTable(ref))!;
  }

  async retrieve(query: RetrievalQuery): Promise<RetrievalResult> {
    const snapshots = new Map<string, bigint>();
    for (const { featureSet } of query.service.entries) {
      const ref = { project: query.project, source: featureSet.source };
      snapshots.set(historyTable(ref), snapshotOf(query, ref, await this.appliedThrough(ref)));
    }
    const historyOf = (ref: SourceRef): { readonly table: string; readonly snapshot: bigint } => ({
      table: quoteIdentifier(historyTable(ref)),
      snapshot: snapshots.get(historyTable(ref))!,
    });
    const connection = await this.database.connect();
    const release = interruptOn(connection, query.signal);
    try {
      return await retrieve({ connection, query, historyOf, plans: this.plans });
    } catch (error) {
      connection.closeSync();
      query.signal?.throwIfAborted();
      throw outOfMemory(error);
    } finally {
      release();
    }
  }

  async compact(ref: KeyedSource): Promise<CompactionReport> {
    const through = await this.appliedThrough(ref);
    return this.inUpkeep((connection) => compactHistory(connection, ref, through));
  }

  async needsCompaction(ref: KeyedSource): Promise<boolean> {
    const through = await this.appliedThrough(ref);
    return this.database.session((connection) => isBehind(connection, ref, through));
  }

  async retain(ref: KeyedSource, horizonUs: bigint): Promise<RetentionReport> {
    const through = await this.appliedThrough(ref);
    const exclusively = <T>(work: () => Promise<T>): Promise<T> => this.inTurn(() => work());
    return this.inUpkeep(async (connection) => {
      const report = await retainHistory(connection, { ref, horizonUs, through, exclusively });
      if (report.rowsRemoved > 0) await compactHistory(connection, ref, through);
      return report;
    });
  }

  async statistics(query: StatisticsQuery): Promise<FeatureSetStatistics> {
    const through = await this.appliedThrough({ project: query.project, source: query.featureSet.source });
    return this.database.session((connection) => featureSetStatistics(connection, query, through));
  }

  async keyRows(query: KeyRowsQuery): Promise<KeyRows> {
    const through = await this.appliedThrough(query);
    return this.database.session((connection) => listKeyRows(connection, query, through));
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled([this.turn, this.upkeep]);
    this.database.close();
  }

  /** Makes the table of a source, or adds the columns that the source gained, and learns how far it was written. */
  private async ensureTable(ref: SourceRef): Promise<void> {
    const table = historyTable(ref);
    if (this.isWide(ref)) return;
    await this.inTurn(async (connection) => {
      if (this.isWide(ref)) return;
      await ensureHistoryTable(connection, ref);
      if (!this.applied.has(table)) this.applied.set(table, await lastSequence(connection, ref));
      this.columns.set(table, new Map(ref.source.columns.map(({ name, type }) => [name, type])));
    });
  }

  /** Whether the table has every column of the source, of its type. */
  private isWide(ref: SourceRef): boolean {
    const known = this.columns.get(historyTable(ref));
    return known !== undefined && ref.source.columns.every(({ name, type }) => known.get(name) === type);
  }

  /** Upkeep takes turns of its own, and ends by an error when the store closes. */
  private inUpkeep<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const mine = this.upkeep.then(() =>
      this.database.session(async (connection) => {
        const release = interruptOn(connection, this.closing.signal);
        try {
          return await work(connection);
        } finally {
          release();
        }
      }),
    );
    this.upkeep = mine.catch(() => undefined);
    return mine;
  }

  private inTurn<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const mine = this.turn.then(() => this.database.session(work));
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

/** Up to where the rows of a source count: as asked, else all that there are. */
function snapshotOf({ snapshot }: RetrievalQuery, { source }: SourceRef, through: bigint): bigint {
  const asked = snapshot?.[source.name] ?? through;
  if (asked <= through) return asked;
  const message = `history of source "${source.name}" reaches ${through}, not ${asked}; give a snapshot that a report named`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'snapshot' });
}
