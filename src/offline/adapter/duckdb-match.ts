import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type Asked,
  askedOfSql,
  type CompactedSteps,
  compactedMatchSql,
  compactedPairsSql,
  newerMatchSql,
  pairCountSql,
  pairsMatchSql,
  stepsMatchSql,
} from '../../compile/sql/point-in-time-match.js';
import type { KeyedHistory, Visibility } from '../../compile/sql/point-in-time-steps.js';
import type { RetrievalPlan } from '../store.js';
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
  readonly plan: RetrievalPlan;
  readonly cheapPairs: number;
};

/** Most rows of a frame for which it is worth to count what its keys have. */
const FEW_ROWS = 50_000;

/** Most pairs of a frame row and a row of its key that are looked at one by one: some 200 ms. */
const FEW_PAIRS = 2_000_000;

/** What the choice of a plan rests on. */
export type PlanFacts = {
  readonly frameRows: number;
  /** Pairs of a frame row and a row of its key; null for frames of more than some ten thousand rows. */
  readonly pairs: number | null;
  readonly compacted: boolean;
};

/** How the rows of an entry are found; every choice gives the same ones. */
export type PlanRules = {
  readonly choose: (facts: PlanFacts) => RetrievalPlan;
  /** Most pairs of a frame row and a step of its key that cost less than sorting the steps. */
  readonly cheapPairs: number;
};

export const PLANS_BY_SIZE: PlanRules = {
  choose: ({ pairs, compacted }) => {
    if (pairs !== null && pairs <= FEW_PAIRS) return 'small';
    return compacted ? 'compacted' : 'raw';
  },
  // Looking at them takes some 500 ms of CPU, sorting five million steps twice that.
  cheapPairs: 20_000_000,
};

/** Counts what a choice rests on. */
export async function planFacts(
  scope: Omit<MatchScope, 'plan' | 'cheapPairs'>,
  frameRows: number,
): Promise<PlanFacts> {
  const compacted = scope.compacted !== null;
  if (frameRows > FEW_ROWS) return { frameRows, pairs: null, compacted };
  const [row] = await rowsOf(scope.connection, pairCountSql(scope.history, scope.asked));
  return { frameRows, pairs: Number(row![0]), compacted };
}

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

/**
 * Matches of one rule in `into`, and in `other` those of the other rule for every row in which they may differ (S17).
 */
export async function matchBoth(
  scope: MatchScope,
  rule: 'event' | 'known',
  { into, other }: { readonly into: string; readonly other: string },
): Promise<void> {
  const otherRule = rule === 'event' ? 'known' : 'event';
  if (scope.plan !== 'compacted') {
    await matchInto(scope, into, rule);
    await matchInto(scope, other, otherRule);
    return;
  }
  const { ready, tail } = await matchCompacted(scope, into, rule);
  if (tail !== null) await matchTail(scope, '"~tail_other"', otherRule);
  const suspects = `SELECT a.* FROM ${scope.asked.from} a SEMI JOIN (${suspectsSql(ready, tail)}) s USING ("~row")`;
  await fillTable(scope.connection, '"~suspects"', suspects);
  await matchSuspects(scope, other, otherRule);
  if (tail === null) return;
  await fillTable(scope.connection, other, newerMatchSql(scope.history, other, '"~tail_other"'));
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

/** Tables of the matches among the compacted rows, and among those since; null where there are none. */
type CompactedMatches = { readonly ready: string; readonly tail: string | null };

async function matchCompacted(
  scope: MatchScope,
  into: string,
  rule: 'event' | 'known',
): Promise<CompactedMatches> {
  const { connection, history, asked } = scope;
  const matchSql = compactedMatchSql(stepsOf(scope), asked, rule);
  if (!hasTail(scope)) {
    await fillTable(connection, into, matchSql);
    return { ready: into, tail: null };
  }
  await fillTable(connection, '"~ready"', matchSql);
  await matchTail(scope, '"~tail"', rule);
  await fillTable(connection, into, newerMatchSql(history, '"~ready"', '"~tail"'));
  return { ready: '"~ready"', tail: '"~tail"' };
}

/** Matches in the rows that came since the compaction, for the keys that they have. */
async function matchTail(scope: MatchScope, into: string, rule: 'event' | 'known'): Promise<void> {
  const history = { ...scope.history, after: scope.compacted!.through };
  const asked = { ...scope.asked, from: askedOfSql(history, scope.asked) };
  await fillTable(scope.connection, into, stepsMatchSql(history, asked, rule));
}

function suspectsSql(ready: string, tail: string | null): string {
  const compacted = `SELECT "~row" FROM ${ready} WHERE "~suspect"`;
  if (tail === null) return compacted;
  const newer = (table: string): string => `SELECT "~row" FROM ${table} WHERE "~sequence" IS NOT NULL`;
  return [compacted, newer(tail), newer('"~tail_other"')].join(' UNION ALL ');
}

/** A record's T bounds the event time as well (S14); no answer of ours knew a later row, but a frame may say so. */
async function withinTime(scope: MatchScope, into: string): Promise<void> {
  const { connection, asked, history } = scope;
  const from = `(SELECT a.* FROM ${asked.from} a SEMI JOIN ${into} m ON m."~row" = a."~row" AND m."~at" > a."~t")`;
  await fillTable(connection, '"~within"', pairsMatchSql(history, { ...asked, from }, 'logged'));
  const kept = `SELECT "~row", "~sequence" FROM ${into} m ANTI JOIN "~within" w USING ("~row")`;
  await fillTable(connection, into, `${kept} UNION ALL SELECT "~row", "~sequence" FROM "~within"`);
}
