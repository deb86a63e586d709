import { FIXED_BYTES, LENGTH_BYTES, MAX_KEY_BYTES } from '../../definition/key.js';
import type { KeyType } from '../../definition/value-type.js';
import { HISTORY_COLUMNS } from './point-in-time.js';

/**
 * From which instant on a row counts. Ordered by that instant, the newest row so far (S10) changes at some of the rows
 * and only there: the *steps* of a key. The step with the greatest instant ≤ T is then the answer for T, so one ASOF
 * join serves every rule exactly, however late or out of order rows came.
 *
 * `event` its event time · `known` the later of event and created time (S17) · `served` the later of event time and the
 * instant it had been written online (S18) · `earliest`, `latest` the bounds of `served`, whatever the clocks said ·
 * `logged` no instant but its sequence, for the record of an answer (S18).
 */
export type Visibility = 'event' | 'known' | 'served' | 'earliest' | 'latest' | 'logged';

/**
 * How far the stamp of a visible row may lie from the instant that a lookup read it, microseconds: the write is stamped
 * when its commit returned, T is taken before the read begins, and the process may stand still in between for a garbage
 * collection, which takes less than this.
 */
export const CLOCK_BOUND_US = 50_000n;

/**
 * How far ahead of the service clock a row may be, at most, microseconds. An answer that read such a row is as of the row's
 * event time (S14), so it may lack rows that became visible before its T.
 */
export const LONGEST_SKEW_US = 60_000_000n;

/** Rows of one history table that can answer for one list of key columns. */
export type KeyedHistory = {
  /** The history table, quoted. */
  readonly table: string;
  /** Key columns of that table, quoted, in the entity's order. */
  readonly keys: readonly string[];
  readonly keyTypes: readonly KeyType[];
  /** Quoted. */
  readonly eventTime: string;
  /** Quoted. */
  readonly orderColumn: string | null;
  /** Rows at or below do not count: a compacted table has them; -1 is all rows. */
  readonly after: bigint;
  /** Rows beyond do not count (S19). */
  readonly through: bigint;
  /** How far T may be ahead of the clock of the answer, microseconds; for `latest` alone, default 0. */
  readonly maxSkewUs?: bigint;
};

/** The instant from which a row counts, as SQL over the history table `"~h"`. */
export function visibleSql({ eventTime, maxSkewUs = 0n }: KeyedHistory, visibility: Visibility): string {
  const { sequence, createdTime, orderTime, arrivalTime, visibleTime } = HISTORY_COLUMNS;
  const event = `"~h".${eventTime}`;
  // Rows from before there were these stamps: what they were ordered by is the closest to them.
  const arrival = `coalesce("~h".${arrivalTime}, "~h".${orderTime})`;
  const visible = `coalesce("~h".${visibleTime}, "~h".${orderTime})`;
  const sql: Record<Visibility, string> = {
    event,
    known: `greatest(${event}, "~h".${createdTime})`,
    served: `greatest(${event}, ${visible})`,
    earliest: `greatest(${event}, ${arrival} - INTERVAL ${CLOCK_BOUND_US} MICROSECOND)`,
    latest: `greatest(${event}, ${visible} + INTERVAL ${CLOCK_BOUND_US + maxSkewUs} MICROSECOND)`,
    logged: `"~h".${sequence}`,
  };
  return sql[visibility];
}

/** The order of S10 over the history table `history`, ascending, without NULLs. */
export function orderSql({ eventTime, orderColumn }: KeyedHistory, history: string): readonly string[] {
  const { orderTime, sequence } = HISTORY_COLUMNS;
  const order = orderColumn === null ? [] : [`${history}.${orderColumn}`];
  return [
    `${history}.${eventTime}`,
    `${history}.${orderTime}`,
    ...order.flatMap((column) => [`${column} IS NOT NULL`, `coalesce(${column}, 0)`]),
    `${history}.${sequence}`,
  ];
}

/** Conditions on the history table `"~h"`: the row counts, and its key is whole and no longer than a key may be. */
export function presentSql({ keys, keyTypes, after, through }: KeyedHistory): string {
  const { sequence } = HISTORY_COLUMNS;
  const lengths = keyTypes.map((type, i) => {
    if (type === 'STRING') return `${LENGTH_BYTES} + strlen("~h".${keys[i]!})`;
    return type === 'BYTES' ? `${LENGTH_BYTES} + octet_length("~h".${keys[i]!})` : String(FIXED_BYTES);
  });
  return [
    ...(after >= 0n ? [`"~h".${sequence} > ${after}`] : []),
    `"~h".${sequence} <= ${through}`,
    ...keys.map((key) => `"~h".${key} IS NOT NULL`),
    ...(lengths.every((length) => length === String(FIXED_BYTES))
      ? []
      : [`${lengths.join(' + ')} <= ${MAX_KEY_BYTES}`]),
  ].join(' AND ');
}

/** The steps of every key: its columns, `"~from"` (the instant), `"~sequence"`, `"~at"` (event time). */
export function stepsSql(history: KeyedHistory, visibility: Visibility): string {
  const byKey = `PARTITION BY ${distinct(history.keys).join(', ')}`;
  const changes =
    visibility === 'event' ? lastOfInstant(byKey) : `${newestSoFar(byKey)} AND ${lastOfInstant(byKey)}`;
  return [
    `SELECT ${[...distinct(history.keys), '"~from"', HISTORY_COLUMNS.sequence, '"~at"'].join(', ')}`,
    `FROM (${rankedSql(history, visibleSql(history, visibility))})`,
    `QUALIFY ${changes}`,
  ].join('\n');
}

/**
 * The rows that `event` or `known` can ever answer with, in the order of keys and of S10: key columns, `"~sequence"`,
 * `"~event"` and `"~known"` (the instant from which it is the answer by that rule; NULL where it never is), `"~at"` (event
 * time), and for the comparison of the two `"~next"` (the event time of the next newer row) and `"~created"`.
 */
export function compactedSql(history: KeyedHistory): string {
  const keys = distinct(history.keys);
  const byKey = `PARTITION BY ${keys.join(', ')}`;
  const inOrder = `${byKey} ORDER BY "~rank"`;
  const known = `${newestSoFar(byKey)} AND ${lastOfInstant(byKey)}`;
  return [
    `SELECT ${[...keys, HISTORY_COLUMNS.sequence].join(', ')},`,
    `  CASE WHEN "~at" IS DISTINCT FROM lead("~at") OVER (${inOrder}) THEN "~at" END AS "~event",`,
    `  CASE WHEN ${known} THEN "~from" END AS "~known",`,
    `  "~at", lead("~at") OVER (${inOrder}) AS "~next", "~created"`,
    `FROM (${rankedSql(history, visibleSql(history, 'known'))})`,
    'QUALIFY "~event" IS NOT NULL OR "~known" IS NOT NULL',
    `ORDER BY ${[...keys, '"~rank"'].join(', ')}`,
  ].join('\n');
}

function rankedSql(history: KeyedHistory, from: string): string {
  const { sequence, createdTime } = HISTORY_COLUMNS;
  const keys = distinct(history.keys).map((key) => `"~h".${key}`);
  return [
    `SELECT ${keys.join(', ')}, "~h".${sequence}, "~h".${history.eventTime} AS "~at", "~h".${createdTime} AS "~created",`,
    `  ${from} AS "~from", row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${orderSql(history, '"~h"').join(', ')}) AS "~rank"`,
    `  FROM ${history.table} "~h" WHERE ${presentSql(history)}`,
  ].join('\n');
}

/** A row older than one that counts before it is never the newest. */
function newestSoFar(byKey: string): string {
  const before = 'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING';
  return `"~rank" > coalesce(max("~rank") OVER (${byKey} ORDER BY "~from", "~rank" ${before}), 0)`;
}

/** Of rows that count from the same instant on only the newest does. */
function lastOfInstant(byKey: string): string {
  return `"~from" IS DISTINCT FROM lead("~from") OVER (${byKey} ORDER BY "~from", "~rank")`;
}

/** Two keys of an entity may be the same column. */
export function distinct(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)];
}
