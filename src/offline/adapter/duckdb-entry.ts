import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { EntrySource } from '../../compile/sql/point-in-time.js';
import type { KeyedHistory } from '../../compile/sql/point-in-time-steps.js';
import type { RetrievalPlan, RetrievalQuery } from '../store.js';
import { historyColumn } from './duckdb-history-table.js';
import type { PlanRules } from './duckdb-plan.js';
import type { EntrySides } from './duckdb-read-counts.js';
import { rowsOf } from './duckdb-session.js';

/** What was found for one entry of a service; for the joined frame it is in its {@link matchTable}. */
export type EntryFound = EntrySides & {
  readonly plan: RetrievalPlan;
  /** Values in the answer that `served` by T alone does not claim, and a table with the `"~row"` of each; null where all are claimed. */
  readonly uncertain: { readonly values: number; readonly table: string } | null;
  /** Counts the values in the answer that `known` and `event` give differently (S17); `"~joined"` is there. */
  readonly countLeaks: () => Promise<number>;
  /** Counts the values in the answer that rest on an assumed created time; `"~joined"` is there. */
  readonly countAssumed: () => Promise<number>;
  /** Values in the answer that are labels, and not complete at the snapshot. */
  readonly immature: number;
};

/** What the entries of one retrieval share. */
export type EntryAsk<Source extends EntrySource> = {
  readonly connection: DuckDBConnection;
  readonly query: RetrievalQuery;
  readonly plans: PlanRules;
  readonly source: Source;
  /** Place in the service. */
  readonly entry: number;
  /** The frame has the sequences that the answers knew (S18). */
  readonly record: boolean;
  readonly frameRows: number;
};

/** The table of what one entry gives each row of `"~asked"`. */
export function matchTable(entry: number): string {
  return quoteIdentifier(`~m${entry}`);
}

/** The rows of an entry's source that count at all. */
export function entryHistory(source: EntrySource, { maxSkewUs }: RetrievalQuery): KeyedHistory {
  const { featureSet } = source.entry;
  return {
    table: source.table,
    keys: featureSet.keyColumns.map(historyColumn),
    keyTypes: featureSet.keyTypes,
    eventTime: historyColumn(source.eventTime),
    orderColumn: source.orderColumn === null ? null : historyColumn(source.orderColumn),
    after: -1n,
    through: source.snapshot,
    maxSkewUs,
  };
}

/** The number that one row and column of SQL gives. */
export async function numberOf(connection: DuckDBConnection, sql: string): Promise<number> {
  const [row] = await rowsOf(connection, sql);
  return Number(row![0]);
}
