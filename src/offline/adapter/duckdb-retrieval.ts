import type { DuckDBConnection } from '@duckdb/node-api';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { isLabelSet } from '../../compile/label-set.js';
import type { ServiceEntry } from '../../compile/service-reads.js';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { EntrySource } from '../../compile/sql/point-in-time.js';
import {
  type RetrievalQuery,
  type RetrievalReport,
  type RetrievalResult,
  sequenceName,
  sequenceNames,
} from '../store.js';
import { type EntryFound, matchTable, numberOf } from './duckdb-entry.js';
import { type Frame, openFrame, readingFrame } from './duckdb-frame.js';
import { type HistoryOf, historyColumn } from './duckdb-history-table.js';
import { requireKept } from './duckdb-horizon.js';
import { fillJoined } from './duckdb-joined.js';
import { findLatest } from './duckdb-latest.js';
import type { PlanRules } from './duckdb-plan.js';
import { assumedReadsSql, countReadLeaks, countUncertainReads } from './duckdb-read-counts.js';
import { resultOf } from './duckdb-result.js';
import { fillTable } from './duckdb-session.js';
import { snapshotInstant } from './duckdb-snapshot-instant.js';
import { findWindows } from './duckdb-windowed.js';

export type RetrievalParts = {
  /** The result owns it from then on. */
  readonly connection: DuckDBConnection;
  readonly query: RetrievalQuery;
  readonly historyOf: HistoryOf;
  readonly plans: PlanRules;
};

/** Joins a frame point in time, all in one view of the database, so that compaction and retention may go on beside it. */
export async function retrieve(parts: RetrievalParts): Promise<RetrievalResult> {
  const { connection, query, historyOf } = parts;
  await connection.run('BEGIN');
  const frame = await openFrame(connection, query, historyOf);
  const sources: EntrySource[] = [];
  for (const entry of query.service.entries) {
    sources.push(await entrySource({ connection, query, historyOf }, entry));
  }
  const record = isRecord(query, frame);
  await readingFrame(connection, query, () =>
    fillTable(connection, '"~asked"', askedSql(frame, sources, record)),
  );
  await requireKept(connection, sources);
  const found: EntryFound[] = [];
  for (const [entry, source] of sources.entries()) {
    const ask = { ...parts, entry, record, frameRows: frame.rowCount };
    found.push(
      source.kind === 'latest' ? await findLatest({ ...ask, source }) : await findWindows({ ...ask, source }),
    );
  }
  const matches = sources.map((_, i) => matchTable(i));
  const { service, signal } = query;
  const asked = { frame: frame.from, rowCount: frame.rowCount, sources, signal };
  await readingFrame(connection, query, () => fillJoined(connection, '"~joined"', { ...asked, matches }));
  const leaks = { ...asked, connection, service, entries: found };
  const report: RetrievalReport = {
    rows: frame.rowCount,
    knowledge: query.knowledge,
    boundary: query.boundary,
    leakCount: (await sum(found, ({ countLeaks }) => countLeaks())) + (await countReadLeaks(leaks)),
    assumedCreatedTimes: query.knowledge === 'known' ? await countAssumed(connection, service, found) : 0,
    snapshot: Object.fromEntries(
      sources.map((source) => [source.entry.featureSet.source.name, String(source.snapshot)]),
    ),
    uncertain: await countUncertain(connection, service, found),
    immature: found.reduce((count, { immature }) => count + immature, 0),
    plan: Object.fromEntries(sources.map(({ entry }, i) => [entry.alias, found[i]!.plan])),
  };
  await connection.run('COMMIT');
  return resultOf({ connection, query, sources, frameColumns: frame.columns, report });
}

async function entrySource(
  { connection, query, historyOf }: Pick<RetrievalParts, 'connection' | 'query' | 'historyOf'>,
  entry: ServiceEntry,
): Promise<EntrySource> {
  const { source } = entry.featureSet;
  const history = historyOf({ project: query.project, source });
  const rows = {
    ...history,
    column: historyColumn,
    orderColumn: source.orderColumn ?? null,
    eventTime: source.eventTime,
    tombstone: source.tombstone ?? null,
    frameKeys: entry.keyColumns.map(quoteIdentifier),
  };
  if (entry.kind === 'latest') return { kind: 'latest', entry, ...rows };
  const snapshotUs = isLabelSet(entry.featureSet) ? await snapshotInstant(connection, history) : null;
  return { kind: 'windowed', entry, snapshotUs, ...rows };
}

/** Whether the frame has the records of the answers asked for (S18): a checked frame has those of every entry, or of none. */
function isRecord({ service, knowledge }: RetrievalQuery, { columns }: Frame): boolean {
  return knowledge === 'served' && sequenceNames(service).every((name) => columns.has(name));
}

/**
 * What the matches need of the frame, so that its file is read once for all of them. Sequences begin at 0: -1 knew no row,
 * which NULL is not in an ASOF join; of windows NULL says that there was no answer yet.
 */
function askedSql(frame: Frame, sources: readonly EntrySource[], record: boolean): string {
  const keys = sources.flatMap(({ frameKeys }) => frameKeys);
  const recorded = sources.filter(({ entry }) => !isLabelSet(entry.featureSet));
  const sequences = record
    ? recorded.map(({ kind, entry }) => {
        const name = quoteIdentifier(sequenceName(entry.alias));
        return kind === 'latest' ? `coalesce(${name}::BIGINT, -1) AS ${name}` : `${name}::BIGINT AS ${name}`;
      })
    : [];
  return `SELECT ${[...new Set(['"~row"', '"~t"', ...keys, ...sequences])].join(', ')} FROM ${frame.from}`;
}

async function countUncertain(
  connection: DuckDBConnection,
  service: CompiledFeatureService,
  found: readonly EntryFound[],
): Promise<number> {
  const tables = new Map<number, string>();
  let values = 0;
  found.forEach(({ uncertain }, i) => {
    if (uncertain === null) return;
    tables.set(i, uncertain.table);
    values += uncertain.values;
  });
  return values + (await countUncertainReads(connection, service, tables));
}

async function countAssumed(
  connection: DuckDBConnection,
  service: CompiledFeatureService,
  found: readonly EntryFound[],
): Promise<number> {
  const stored = await sum(found, (each) => each.countAssumed());
  const reads = assumedReadsSql(service);
  if (reads.length === 0) return stored;
  return stored + (await numberOf(connection, `SELECT ${reads.join(' + ')} FROM "~joined"`));
}

async function sum(
  found: readonly EntryFound[],
  count: (each: EntryFound) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (const each of found) total += await count(each);
  return total;
}
