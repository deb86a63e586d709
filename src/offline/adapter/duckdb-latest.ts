import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { HISTORY_COLUMNS, type LatestSource, matchColumn } from '../../compile/sql/point-in-time.js';
import { type EntryAsk, type EntryFound, entryHistory, matchTable, numberOf } from './duckdb-entry.js';
import { historyColumn } from './duckdb-history-table.js';
import { countDifferences, type Differing, keepDifferences } from './duckdb-leak.js';
import { type MatchScope, matchBoth, matchInto } from './duckdb-match.js';
import { planFacts } from './duckdb-plan.js';
import { CHANGED, type Sides } from './duckdb-read-counts.js';
import { matchServed } from './duckdb-served.js';
import { rowsOf } from './duckdb-session.js';
import { compactedTable } from './duckdb-state.js';

/** Leaves the matched rows of one entry in its {@link matchTable}. */
export async function findLatest(ask: EntryAsk<LatestSource>): Promise<EntryFound> {
  const { connection, query, source, entry, record } = ask;
  const { knowledge } = query;
  const into = matchTable(entry);
  const scope = await scopeOf(ask);
  const mayDiffer = await hasLateRows(connection, source);
  const table = quoteIdentifier(`~u${entry}`);
  let uncertain: EntryFound['uncertain'] = null;
  if (knowledge === 'served') {
    const rows = await matchServed({ scope, source, query, record, into, uncertain: table });
    if (rows > 0) uncertain = { values: rows * source.entry.shown.length, table };
  } else if (!mayDiffer) {
    await matchInto(scope, into, knowledge);
  }
  const differing = mayDiffer ? await findDiffering(ask, scope) : null;
  const isShown = source.entry.shown.length > 0;
  return {
    plan: scope.plan,
    uncertain,
    immature: 0,
    differing: differing?.table ?? null,
    sides: () => sidesOf(ask, scope, differing),
    countLeaks: async () => (differing !== null && isShown ? countDifferences(connection, differing) : 0),
    countAssumed: () => countAssumed(ask),
  };
}

/** Keeps where `known` and `event` match different rows; leaves the matches there are by one of them, unless `served` is asked for. */
async function findDiffering(
  { connection, query: { knowledge }, source, entry }: EntryAsk<LatestSource>,
  scope: MatchScope,
): Promise<Differing> {
  const table = quoteIdentifier(`~d${entry}`);
  const isAnswer = knowledge !== 'served';
  const both = isAnswer
    ? await matchBoth(scope, knowledge, matchTable(entry))
    : await matchBoth(scope, 'known', '"~known"');
  await keepDifferences(connection, table, both);
  return { table, entry, source, isAnswer };
}

async function sidesOf(
  { query: { knowledge }, entry }: EntryAsk<LatestSource>,
  scope: MatchScope,
  differing: Differing | null,
): Promise<Sides> {
  const known = knowledge === 'served' ? quoteIdentifier(`~k${entry}`) : matchTable(entry);
  if (knowledge === 'served') await matchInto(scope, known, 'known');
  const mine = `(SELECT m."~row", m."~sequence" FROM ${known} m SEMI JOIN ${CHANGED} USING ("~row"))`;
  if (differing === null) return { mine, other: mine };
  const sequence = 'CASE WHEN d."~row" IS NULL THEN m."~sequence" ELSE d."~other" END AS "~sequence"';
  const other = `(SELECT m."~row", ${sequence} FROM ${known} m SEMI JOIN ${CHANGED} c ON c."~row" = m."~row" LEFT JOIN ${differing.table} d ON d."~row" = m."~row")`;
  return { mine, other };
}

async function scopeOf({
  connection,
  query,
  plans,
  source,
  frameRows,
}: EntryAsk<LatestSource>): Promise<MatchScope> {
  const ready =
    query.knowledge === 'served'
      ? null
      : await compactedTable(connection, source.table, source.entry.featureSet.keyColumns);
  const compacted = ready !== null && ready.through <= source.snapshot ? ready : null;
  const asked = { from: '"~asked"', keys: source.frameKeys, axis: '"~t"' };
  const scope = { connection, history: entryHistory(source, query), compacted, asked };
  const plan = plans.choose(await planFacts(scope, frameRows));
  return { ...scope, plan, cheapPairs: plans.cheapPairs };
}

/** Where every row was known at its event time, both rules see the same rows. */
async function hasLateRows(
  connection: DuckDBConnection,
  { table, eventTime }: LatestSource,
): Promise<boolean> {
  const late = `SELECT 1 FROM ${table} WHERE ${HISTORY_COLUMNS.createdTime} > ${historyColumn(eventTime)} LIMIT 1`;
  return (await rowsOf(connection, late)).length > 0;
}

async function countAssumed({ connection, source, entry }: EntryAsk<LatestSource>): Promise<number> {
  const { length } = source.entry.shown;
  if (length === 0) return 0;
  const sql = `SELECT ${length} * count(*) FILTER (${matchColumn(entry, 'assumed')}) FROM "~joined"`;
  return numberOf(connection, sql);
}
