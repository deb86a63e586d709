import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { HistoryRows, OfflineStore, RetrievalQuery, RetrievalResult, SourceRef } from '../store.js';
import { appendHistory, ensureHistoryTable, historyTable, lastSequence } from './duckdb-history.js';
import { retrieve } from './duckdb-retrieval.js';
import { DuckdbDatabase, type DuckdbLimits } from './duckdb-session.js';

/** History in one DuckDB database file. One process owns it. */
export class DuckdbOfflineStore implements OfflineStore {
  /** Last sequence in each table that was looked at, so that redelivered rows are known (S11). */
  private readonly applied = new Map<string, bigint>();

  private constructor(private readonly database: DuckdbDatabase) {}

  static async open(path: string, limits: DuckdbLimits): Promise<DuckdbOfflineStore> {
    return new DuckdbOfflineStore(await DuckdbDatabase.open(path, limits));
  }

  async append(ref: SourceRef, batches: readonly HistoryRows[]): Promise<void> {
    const applied = await this.appliedThrough(ref);
    const fresh = batches.filter((batch) => batch.firstSequence > applied);
    const last = fresh.at(-1);
    if (last === undefined) return;
    await this.database.session(async (connection) => {
      await ensureHistoryTable(connection, ref);
      await appendHistory(connection, ref, fresh);
    });
    this.applied.set(historyTable(ref), last.firstSequence + BigInt(last.rows.rowCount) - 1n);
  }

  async appliedThrough(ref: SourceRef): Promise<bigint> {
    const table = historyTable(ref);
    const known = this.applied.get(table);
    if (known !== undefined) return known;
    const found = await this.database.session(async (connection) => {
      await ensureHistoryTable(connection, ref);
      return lastSequence(connection, ref);
    });
    this.applied.set(table, found);
    return found;
  }

  async retrieve(query: RetrievalQuery): Promise<RetrievalResult> {
    const snapshots = new Map<string, bigint>();
    for (const { featureSet } of query.service.entries) {
      const ref = { project: query.project, source: featureSet.source };
      snapshots.set(historyTable(ref), await this.appliedThrough(ref));
      // A source may have gained columns since its table was last written.
      await this.database.session((connection) => ensureHistoryTable(connection, ref));
    }
    const connection = await this.database.connect();
    try {
      return await retrieve(connection, query, (ref) => ({
        table: quoteIdentifier(historyTable(ref)),
        snapshot: snapshots.get(historyTable(ref))!,
      }));
    } catch (error) {
      connection.closeSync();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.database.close();
  }
}
