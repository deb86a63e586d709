import { pairCountSql } from '../../compile/sql/point-in-time-match.js';
import type { LatestPlan } from '../store.js';
import type { MatchScope } from './duckdb-match.js';
import { rowsOf } from './duckdb-session.js';

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
  readonly choose: (facts: PlanFacts) => LatestPlan;
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
  scope: Pick<MatchScope, 'connection' | 'history' | 'compacted' | 'asked'>,
  frameRows: number,
): Promise<PlanFacts> {
  const compacted = scope.compacted !== null;
  if (frameRows > FEW_ROWS) return { frameRows, pairs: null, compacted };
  const [row] = await rowsOf(scope.connection, pairCountSql(scope.history, scope.asked));
  return { frameRows, pairs: Number(row![0]), compacted };
}
