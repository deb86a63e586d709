import { HISTORY_COLUMNS } from './point-in-time.js';
import {
  CLOCK_BOUND_US,
  distinct,
  type KeyedHistory,
  LONGEST_SKEW_US,
  stepsSql,
  type Visibility,
} from './point-in-time-steps.js';

/** The rules whose instants are times. */
const TIMED: readonly Visibility[] = ['event', 'known', 'served', 'earliest', 'latest'];

/**
 * Sequences of the rows from before the horizon that answer for some T from the horizon on, by any rule: the steps that
 * are not over by then. All others can go, and no such answer changes. `horizon` is an SQL TIMESTAMP.
 */
export function keptSql(history: KeyedHistory, horizon: string): string {
  const before = `(SELECT * FROM ${history.table} WHERE ${history.eventTime} < ${horizon})`;
  const own = { ...history, table: before };
  return [...TIMED.map((rule) => timedSql(own, rule, horizon)), loggedSql(own, history.table, horizon)].join(
    '\nUNION\n',
  );
}

function timedSql(history: KeyedHistory, rule: Visibility, horizon: string): string {
  return `SELECT "~sequence" FROM (${endingSql(history, rule)}) WHERE "~end" IS NULL OR "~end" > ${horizon}`;
}

/** By the record of an answer from the horizon on a step is over when the row that ended it was online for certain by then. */
function loggedSql(history: KeyedHistory, table: string, horizon: string): string {
  const { sequence, visibleTime, orderTime } = HISTORY_COLUMNS;
  const visible = `coalesce(n.${visibleTime}, n.${orderTime}) + INTERVAL ${CLOCK_BOUND_US + LONGEST_SKEW_US} MICROSECOND`;
  return [
    `SELECT s.${sequence} FROM (${endingSql(history, 'logged')}) s LEFT JOIN ${table} n ON n.${sequence} = s."~end"`,
    `WHERE n.${sequence} IS NULL OR ${visible} > ${horizon}`,
  ].join('\n');
}

function endingSql(history: KeyedHistory, rule: Visibility): string {
  const byKey = `PARTITION BY ${distinct(history.keys).join(', ')} ORDER BY "~from"`;
  return `SELECT "~sequence", lead("~from") OVER (${byKey}) AS "~end" FROM (${stepsSql(history, rule)})`;
}
