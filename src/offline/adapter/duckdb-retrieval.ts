import type { DuckDBConnection } from '@duckdb/node-api';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type { ServiceEntry } from '../../compile/service-reads.js';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import {
  type EntrySource,
  HISTORY_COLUMNS,
  joinedSql,
  matchColumn,
} from '../../compile/sql/point-in-time.js';
import type { KeyedHistory } from '../../compile/sql/point-in-time-steps.js';
import { PlumblineError } from '../../definition/error.js';
import { formatTimestamp } from '../../definition/time.js';
import { type RetrievalQuery, type RetrievalReport, type RetrievalResult, sequenceName } from '../store.js';
import { type Frame, openFrame, readingFrame } from './duckdb-frame.js';
import { type HistoryOf, historyColumn } from './duckdb-history-table.js';
import { countDifferences, type Differing, keepDifferences } from './duckdb-leak.js';
import { type MatchScope, matchBoth, matchInto } from './duckdb-match.js';
import { type PlanRules, planFacts } from './duckdb-plan.js';
import {
  assumedReadsSql,
  countReadLeaks,
  countUncertainReads,
  type ReadLeaks,
} from './duckdb-read-counts.js';
import { resultOf } from './duckdb-result.js';
import { matchServed } from './duckdb-served.js';
import { fillTable, rowsOf } from './duckdb-session.js';
import { compactedTable, horizonOf } from './duckdb-state.js';

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
  const sources = query.service.entries.map((entry) => entrySource(query, entry, historyOf));
  const record = isRecord(query, frame);
  await readingFrame(connection, query, () =>
    fillTable(connection, '"~asked"', askedSql(frame, sources, record)),
  );
  await requireKept(connection, sources);
  const found: EntryMatch[] = [];
  for (const [i, source] of sources.entries()) {
    found.push(await matchEntry({ parts, source, entry: i, record, frameRows: frame.rowCount }));
  }
  const matches = sources.map((_, i) => matchTable(i));
  await readingFrame(connection, query, () =>
    fillTable(connection, '"~joined"', joinedSql(frame.from, sources, matches)),
  );
  const report: RetrievalReport = {
    rows: frame.rowCount,
    knowledge: query.knowledge,
    boundary: query.boundary,
    leakCount: await countLeaks({ query, connection, sources, frame: frame.from }, found),
    assumedCreatedTimes: query.knowledge === 'known' ? await countAssumed(connection, query.service) : 0,
    snapshot: Object.fromEntries(
      sources.map((source) => [source.entry.featureSet.source.name, String(source.snapshot)]),
    ),
    uncertain: await countUncertain(connection, query.service, found),
    plan: Object.fromEntries(sources.map(({ entry }, i) => [entry.alias, found[i]!.scope.plan])),
  };
  await connection.run('COMMIT');
  return resultOf({ connection, query, sources, frameColumns: frame.columns, report });
}

function matchTable(entry: number): string {
  return quoteIdentifier(`~m${entry}`);
}

function entrySource(query: RetrievalQuery, entry: ServiceEntry, historyOf: HistoryOf): EntrySource {
  const { source } = entry.featureSet;
  return {
    entry,
    ...historyOf({ project: query.project, source }),
    column: historyColumn,
    orderColumn: source.orderColumn ?? null,
    eventTime: source.eventTime,
    tombstone: source.tombstone ?? null,
    frameKeys: entry.keyColumns.map(quoteIdentifier),
  };
}

/** Whether the frame has the records of the answers asked for (S18): a checked frame has those of every entry, or of none. */
function isRecord({ service, knowledge }: RetrievalQuery, { columns }: Frame): boolean {
  return knowledge === 'served' && service.entries.every(({ alias }) => columns.has(sequenceName(alias)));
}

/**
 * What the matches need of the frame, so that its file is read once for all of them. Sequences begin at 0: -1 knew no row,
 * which NULL is not in an ASOF join.
 */
function askedSql(frame: Frame, sources: readonly EntrySource[], record: boolean): string {
  const keys = sources.flatMap(({ frameKeys }) => frameKeys);
  const sequences = record
    ? sources
        .map(({ entry }) => quoteIdentifier(sequenceName(entry.alias)))
        .map((name) => `coalesce(${name}::BIGINT, -1) AS ${name}`)
    : [];
  return `SELECT ${[...new Set(['"~row"', '"~t"', ...keys, ...sequences])].join(', ')} FROM ${frame.from}`;
}

/** Throws HISTORY_EXPIRED where a T or snapshot lies before what retention left. */
async function requireKept(connection: DuckDBConnection, sources: readonly EntrySource[]): Promise<void> {
  const [first] = await rowsOf(connection, 'SELECT epoch_us(min("~t")) FROM "~asked"');
  for (const { table, snapshot, entry } of sources) {
    const kept = await horizonOf(connection, table);
    if (kept === null) continue;
    const { name } = entry.featureSet.source;
    const horizon = formatTimestamp(kept.horizonUs);
    if (first![0] !== null && BigInt(first![0] as bigint | number) < kept.horizonUs) {
      const message = `history of source "${name}" begins at ${horizon} (historyRetention); ask for times from then on`;
      throw new PlumblineError('HISTORY_EXPIRED', message, { path: 'time', horizon });
    }
    if (snapshot >= kept.floor) continue;
    const message = `snapshot ${snapshot} of source "${name}" is older than the removal of rows from before ${horizon}; use ${kept.floor} or later`;
    throw new PlumblineError('HISTORY_EXPIRED', message, { path: 'snapshot', horizon });
  }
}

type EntryMatch = {
  readonly scope: MatchScope;
  /** Rows that `served` by T alone does not claim, and their table. */
  readonly uncertain: { readonly rows: number; readonly table: string };
  /** Where `known` and `event` match different rows; null where they cannot. */
  readonly differing: Differing | null;
};

type EntryAsk = {
  readonly parts: RetrievalParts;
  readonly source: EntrySource;
  readonly entry: number;
  readonly record: boolean;
  readonly frameRows: number;
};

/** Leaves the matches of one entry in its {@link matchTable}. */
async function matchEntry({ parts, source, entry, record, frameRows }: EntryAsk): Promise<EntryMatch> {
  const { connection, query } = parts;
  const into = matchTable(entry);
  const scope = await scopeOf(parts, source, frameRows);
  const table = quoteIdentifier(`~u${entry}`);
  const mayDiffer = await hasLateRows(connection, source);
  const differing = { table: quoteIdentifier(`~d${entry}`), entry, source };
  if (query.knowledge === 'served') {
    const rows = await matchServed({ scope, source, query, record, into, uncertain: table });
    const uncertain = { rows, table };
    if (!mayDiffer) return { scope, uncertain, differing: null };
    await keepDifferences(connection, differing.table, await matchBoth(scope, 'known', '"~known"'));
    return { scope, uncertain, differing: { ...differing, isAnswer: false } };
  }
  const uncertain = { rows: 0, table };
  if (!mayDiffer) {
    await matchInto(scope, into, query.knowledge);
    return { scope, uncertain, differing: null };
  }
  await keepDifferences(connection, differing.table, await matchBoth(scope, query.knowledge, into));
  return { scope, uncertain, differing: { ...differing, isAnswer: true } };
}

async function countUncertain(
  connection: DuckDBConnection,
  service: CompiledFeatureService,
  found: readonly EntryMatch[],
): Promise<number> {
  const tables = new Map<number, string>();
  let values = 0;
  found.forEach(({ uncertain: { rows, table } }, i) => {
    if (rows > 0) tables.set(i, table);
    values += rows * service.entries[i]!.shown.length;
  });
  return values + (await countUncertainReads(connection, service, tables));
}

type LeakScope = Pick<RetrievalParts, 'query' | 'connection'> & Pick<ReadLeaks, 'sources' | 'frame'>;

/** Of the values of the answer: what is read for chained sets alone counts by what is computed from it. */
async function countLeaks(
  { query, connection, sources, frame }: LeakScope,
  found: readonly EntryMatch[],
): Promise<number> {
  const differing = found.flatMap((each) => each.differing ?? []);
  let count = 0;
  for (const each of differing) {
    if (each.source.entry.shown.length > 0) count += await countDifferences(connection, each);
  }
  const matchesOf = async (entry: number): Promise<string> => {
    if (query.knowledge !== 'served') return matchTable(entry);
    const known = quoteIdentifier(`~k${entry}`);
    await matchInto(found[entry]!.scope, known, 'known');
    return known;
  };
  const { service } = query;
  return count + (await countReadLeaks({ connection, service, sources, frame, differing, matchesOf }));
}

async function scopeOf(parts: RetrievalParts, source: EntrySource, frameRows: number): Promise<MatchScope> {
  const { connection, query, plans } = parts;
  const { featureSet } = source.entry;
  const history: KeyedHistory = {
    table: source.table,
    keys: featureSet.keyColumns.map(historyColumn),
    keyTypes: featureSet.keyTypes,
    eventTime: historyColumn(source.eventTime),
    orderColumn: source.orderColumn === null ? null : historyColumn(source.orderColumn),
    after: -1n,
    through: source.snapshot,
    maxSkewUs: query.maxSkewUs,
  };
  const ready =
    query.knowledge === 'served'
      ? null
      : await compactedTable(connection, source.table, featureSet.keyColumns);
  const compacted = ready !== null && ready.through <= source.snapshot ? ready : null;
  const asked = { from: '"~asked"', keys: source.frameKeys, axis: '"~t"' };
  const scope = { connection, history, compacted, asked };
  const plan = plans.choose(await planFacts(scope, frameRows));
  return { ...scope, plan, cheapPairs: plans.cheapPairs };
}

/** Where every row was known at its event time, both rules see the same rows. */
async function hasLateRows(
  connection: DuckDBConnection,
  { table, eventTime }: EntrySource,
): Promise<boolean> {
  const late = `SELECT 1 FROM ${table} WHERE ${HISTORY_COLUMNS.createdTime} > ${historyColumn(eventTime)} LIMIT 1`;
  return (await rowsOf(connection, late)).length > 0;
}

async function countAssumed(connection: DuckDBConnection, service: CompiledFeatureService): Promise<number> {
  const stored = service.entries.map(
    ({ shown }, i) => `${shown.length} * count(*) FILTER (${matchColumn(i, 'assumed')})`,
  );
  const counts = [...stored, ...assumedReadsSql(service)];
  const [row] = await rowsOf(connection, `SELECT ${counts.join(' + ')} FROM "~joined"`);
  return Number(row![0]);
}
