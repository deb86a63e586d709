import type { DuckDBConnection } from '@duckdb/node-api';
import type { ServiceEntry } from '../../compile/feature-service.js';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import {
  type EntrySource,
  HISTORY_COLUMNS,
  joinedSql,
  matchColumn,
} from '../../compile/sql/point-in-time.js';
import { PlumblineError } from '../../definition/error.js';
import type { RetrievalQuery, RetrievalReport, RetrievalResult, SourceRef } from '../store.js';
import { openFrame } from './duckdb-frame.js';
import { type HistoryOf, historyColumn } from './duckdb-history.js';
import { countDifferences } from './duckdb-leak.js';
import { resultOf } from './duckdb-result.js';
import { rowsOf } from './duckdb-session.js';

/** Joins a frame point in time; the result owns the connection from then on. */
export async function retrieve(
  connection: DuckDBConnection,
  query: RetrievalQuery,
  historyOf: HistoryOf,
): Promise<RetrievalResult> {
  const frame = await openFrame(connection, query, historyOf);
  const rule = query.knowledge;
  if (rule === 'served') throw new PlumblineError('INVALID_REQUEST', 'knowledge "served" is not there yet');
  const sources: EntrySource[] = [];
  for (const entry of query.service.entries)
    sources.push(await entrySource(connection, query, entry, historyOf));
  await connection.run(`CREATE TEMP TABLE "~joined" AS ${joinedSql(frame.from, sources, rule)}`);
  const report: RetrievalReport = {
    rows: frame.rowCount,
    knowledge: rule,
    boundary: query.boundary,
    leakCount: await countDifferences(connection, sources, rule),
    assumedCreatedTimes: rule === 'known' ? await countAssumed(connection, sources) : 0,
    snapshot: Object.fromEntries(
      sources.map((source) => [source.entry.featureSet.source.name, String(source.snapshot)]),
    ),
    uncertain: 0,
    plan: Object.fromEntries(sources.map(({ entry }) => [entry.alias, 'raw'])),
  };
  return resultOf({ connection, query, sources, frameColumns: frame.columns, report });
}

async function entrySource(
  connection: DuckDBConnection,
  query: RetrievalQuery,
  entry: ServiceEntry,
  historyOf: HistoryOf,
): Promise<EntrySource> {
  const { source } = entry.featureSet;
  const { table, snapshot } = historyOf({ project: query.project, source });
  const lateRows = `SELECT 1 FROM ${table} WHERE ${HISTORY_COLUMNS.createdTime} > ${historyColumn(source.eventTime)} LIMIT 1`;
  return {
    entry,
    table,
    snapshot,
    column: historyColumn,
    orderColumn: source.orderColumn ?? null,
    eventTime: source.eventTime,
    // Where every row was known at its event time, both rules see the same rows.
    compareOther: (await rowsOf(connection, lateRows)).length > 0,
    frameKeys: entry.keyColumns.map(quoteIdentifier),
  };
}

async function countAssumed(connection: DuckDBConnection, sources: readonly EntrySource[]): Promise<number> {
  const counts = sources.map(
    ({ entry }, i) => `${entry.features.length} * count(*) FILTER (${matchColumn(i, 'assumed')})`,
  );
  const [row] = await rowsOf(connection, `SELECT ${counts.join(' + ')} FROM "~joined"`);
  return Number(row![0]);
}
