import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type Asked,
  askedOfSql,
  type CompactedSteps,
  compactedMatchSql,
  compactedPairsSql,
  newerMatchSql,
  pairsMatchSql,
  stepsMatchSql,
} from '../../compile/sql/point-in-time-match.js';
import type { KeyedHistory, Visibility } from '../../compile/sql/point-in-time-steps.js';
import type { LatestPlan } from '../store.js';
import { fillTable, rowsOf } from './duckdb-session.js';

/** Steps of `event` and `known` that compaction keeps ready made, for all rows up to a sequence. */
export type CompactedTable = {
  /** Quoted. */
  readonly table: string;
  readonly through: bigint;
  /** Most steps of a single key. */
  readonly longest: number;
};

/** Where the rows of one entry's history are, and what is asked of them. */
export type MatchScope = {
  readonly connection: DuckDBConnection;
  readonly history: KeyedHistory;
  /** Null where there is none that the snapshot contains as a whole. */
  readonly compacted: CompactedTable | null;
  readonly asked: Asked;
  readonly plan: LatestPlan;
  readonly cheapPairs: number;
};

/** Leaves the matches of every row asked for in the temporary table `into`: `"~row"`, `"~sequence"`. */
export async function matchInto(scope: MatchScope, into: string, visibility: Visibility): Promise<void> {
  const { connection, history, asked, plan } = scope;
  if (plan === 'small') return fillTable(connection, into, pairsMatchSql(history, asked, visibility));
  if (plan === 'compacted' && isCompacted(visibility)) {
    await matchCompacted(scope, into, visibility);
    return;
  }
  await fillTable(connection, into, stepsMatchSql(history, asked, visibility));
  if (visibility === 'logged') await withinTime(scope, into);
}

/** Matches by two rules as FROM items: of `"~row"`, `"~t"` and `"~sequence"`, and of `"~row"` and `"~sequence"`. */
export type BothMatches = { readonly mine: string; readonly other: string };

/**
 * Leaves the matches of one rule in the table `into`, and gives those of both rules for every row in which they may differ
 * (S17).
 */
export async function matchBoth(
  scope: MatchScope,
  rule: 'event' | 'known',
  into: string,
): Promise<BothMatches> {
  const otherRule = rule === 'event' ? 'known' : 'event';
  if (scope.plan !== 'compacted') {
    await matchInto(scope, into, rule);
    await matchInto(scope, '"~other"', otherRule);
    return { mine: withTime(scope, into), other: '"~other"' };
  }
  await matchCompacted(scope, into, rule);
  await keepSuspects(scope, into);
  await matchSuspects(scope, '"~other"', otherRule);
  if (!hasTail(scope)) {
    return { mine: '(SELECT "~row", "~t", "~mine" AS "~sequence" FROM "~suspects")', other: '"~other"' };
  }
  const unsuspected =
    'SELECT r.* EXCLUDE ("~suspect") FROM "~ready" r SEMI JOIN "~tail" USING ("~row") WHERE NOT "~suspect"';
  const compacted = `(SELECT "~row", "~sequence", "~at" FROM "~other" UNION ALL ${unsuspected})`;
  await matchTail(scope, '"~tail"', otherRule);
  await fillTable(scope.connection, '"~others"', newerMatchSql(scope.history, compacted, '"~tail"'));
  return { mine: withTime(scope, into), other: '"~others"' };
}

function withTime({ asked }: MatchScope, matches: string): string {
  return `(SELECT m.*, a."~t" FROM ${matches} m JOIN ${asked.from} a USING ("~row"))`;
}

/** What was asked where the other rule may match another row of the compacted table. */
async function keepSuspects(scope: MatchScope, into: string): Promise<void> {
  const ready = hasTail(scope) ? '"~ready"' : into;
  const sql = `SELECT a.*, m."~sequence" AS "~mine" FROM ${scope.asked.from} a JOIN ${ready} m USING ("~row") WHERE m."~suspect"`;
  await fillTable(scope.connection, '"~suspects"', sql);
}

/** Matches of `"~suspects"` in the compacted table; no more pairs are looked at than the table's longest key allows. */
async function matchSuspects(scope: MatchScope, into: string, rule: 'event' | 'known'): Promise<void> {
  const { connection, compacted } = scope;
  const asked = { ...scope.asked, from: '"~suspects"' };
  const [row] = await rowsOf(connection, 'SELECT count(*) FROM "~suspects"');
  const matchSql =
    Number(row![0]) * compacted!.longest <= scope.cheapPairs ? compactedPairsSql : compactedMatchSql;
  await fillTable(connection, into, matchSql(stepsOf(scope), asked, rule));
}

function isCompacted(visibility: Visibility): visibility is 'event' | 'known' {
  return visibility === 'event' || visibility === 'known';
}

/** The event times are needed where rows came since, to tell which match is the newer. */
function stepsOf(scope: MatchScope): CompactedSteps {
  const more = hasTail(scope) ? (['"~at"'] as const) : [];
  return { table: scope.compacted!.table, keys: scope.history.keys, more };
}

function hasTail({ compacted, history }: MatchScope): boolean {
  return compacted!.through < history.through;
}

/** Matches in the compacted table, `"~ready"`, and in the rows since, `"~tail"`; where there are none, the former alone. */
async function matchCompacted(scope: MatchScope, into: string, rule: 'event' | 'known'): Promise<void> {
  const { connection, history, asked } = scope;
  const matchSql = compactedMatchSql(stepsOf(scope), asked, rule);
  if (!hasTail(scope)) return fillTable(connection, into, matchSql);
  await fillTable(connection, '"~ready"', matchSql);
  await matchTail(scope, '"~tail"', rule);
  await fillTable(connection, into, newerMatchSql(history, '"~ready"', '"~tail"'));
}

/** Matches in the rows that came since the compaction, for the keys that they have. */
async function matchTail(scope: MatchScope, into: string, rule: 'event' | 'known'): Promise<void> {
  const history = { ...scope.history, after: scope.compacted!.through };
  const asked = { ...scope.asked, from: askedOfSql(history, scope.asked) };
  await fillTable(scope.connection, into, stepsMatchSql(history, asked, rule));
}

/** A record's T bounds the event time as well (S14); no answer of ours knew a later row, but a frame may say so. */
async function withinTime(scope: MatchScope, into: string): Promise<void> {
  const { connection, asked, history } = scope;
  const from = `(SELECT a.* FROM ${asked.from} a SEMI JOIN ${into} m ON m."~row" = a."~row" AND m."~at" > a."~t")`;
  await fillTable(connection, '"~within"', pairsMatchSql(history, { ...asked, from }, 'logged'));
  const kept = `SELECT "~row", "~sequence" FROM ${into} m ANTI JOIN "~within" w USING ("~row")`;
  await fillTable(connection, into, `${kept} UNION ALL SELECT "~row", "~sequence" FROM "~within"`);
}
