import type { Window } from '../../definition/window.js';
import { HISTORY_COLUMNS } from './point-in-time.js';
import { distinct, type KeyedHistory, orderSql, presentSql, visibleSql } from './point-in-time-steps.js';

/**
 * Rows and questions for windowed features (S20), which the walk of `compile/window` answers: both numbered by key and in its
 * order, so that one pass over both meets every key once.
 */
export type WindowHistory = {
  readonly history: KeyedHistory;
  /** BOOL column that makes a row a deletion, quoted (S13). */
  readonly tombstone: string | null;
  /**
   * Whether rows of one instant stand in the order of S10 too: where the newest of them count alone. It costs as much again as
   * the order of keys and event times, whose two numbers DuckDB compares as they are.
   */
  readonly isOrdered: boolean;
};

/** What is asked, as one FROM item with `"~row"`, `"~t"` (T) and the keys. */
export type WindowsAskedOf = {
  readonly from: string;
  /** The frame's key columns, quoted, in the order of the history's. */
  readonly keys: readonly string[];
};

/** Longer than from the first instant to the last (S4): farther than any window need reach, microseconds. */
const WHOLE_TIME_US = 400_000_000_000_000_000n;

/** How far before T the span of one of some windows may begin; null where one has no beginning. */
export function reachOf(windows: readonly Window[]): bigint | null {
  let reachUs = 0n;
  for (const { sizeUs, hopUs, offsetUs } of windows) {
    if (sizeUs === null) return null;
    // The head is floored by less than a hop, and so is the tail.
    const own = sizeUs + offsetUs + 2n * hopUs;
    if (own > reachUs) reachUs = own;
  }
  return reachUs < WHOLE_TIME_US ? reachUs : WHOLE_TIME_US;
}

/** How far after T the span of a label ends; 0 of windows that look back. */
export function aheadOf(windows: readonly Window[]): bigint {
  return windows.reduce((most, { offsetUs }) => (-offsetUs > most ? -offsetUs : most), 0n);
}

/** The keys asked for, numbered: `"~key"`, their columns, and the rows that can matter: `"~low"` < event time ≤ `"~high"`, microseconds. */
export function windowKeysSql(
  { from, keys }: WindowsAskedOf,
  { reachUs, aheadUs }: { readonly reachUs: bigint | null; readonly aheadUs: bigint },
): string {
  const names = distinct(keys);
  const high = aheadUs === 0n ? 'epoch_us(max("~t"))' : `epoch_us(max("~t")) + ${aheadUs}`;
  const low = reachUs === null ? 'NULL::BIGINT' : `epoch_us(min("~t")) - ${reachUs}`;
  return [
    'SELECT (row_number() OVER () - 1)::INTEGER AS "~key", *',
    `FROM (SELECT ${names.join(', ')}, ${low} AS "~low", ${high} AS "~high" FROM ${from}`,
    `  WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} GROUP BY ${names.join(', ')})`,
  ].join('\n');
}

/** A column of the rows for windows. */
export type WindowColumn = { readonly name: string; readonly sql: string };

/**
 * The rows of the keys in the table `keys` that some question can see, without deletions (S13), in the order of keys and of
 * event times: `"~key"` and the columns named. `bounds` are event times that none lies beyond, microseconds.
 */
export function windowRowsSql(
  { history, tombstone, isOrdered }: WindowHistory,
  columns: readonly WindowColumn[],
  asked: { readonly keys: string; readonly frameKeys: readonly string[] },
  bounds: { readonly lowUs: bigint | null; readonly highUs: bigint },
): string {
  const event = `"~h".${history.eventTime}`;
  const { lowUs, highUs } = bounds;
  const counts = [
    presentSql(history),
    `${event} <= make_timestamp(${highUs}) AND epoch_us(${event}) <= k."~high"`,
    ...(lowUs === null ? [] : [`${event} > make_timestamp(${lowUs}) AND epoch_us(${event}) > k."~low"`]),
    ...(tombstone === null ? [] : [`"~h".${tombstone} IS NOT TRUE`]),
  ];
  return [
    `SELECT ${['k."~key"', ...columns.map(({ name, sql }) => `${sql} AS ${name}`)].join(', ')}`,
    `FROM ${history.table} "~h" JOIN ${asked.keys} k ON ${keysEqual(asked.frameKeys, history.keys)}`,
    `WHERE ${counts.join(' AND ')}`,
    `ORDER BY k."~key", ${isOrdered ? orderSql(history, '"~h"').join(', ') : event}`,
  ].join('\n');
}

/** A column of a history table as the walk needs it; `earliest` and `latest` as {@link visibleSql} has them. */
export function windowStampSql(
  history: KeyedHistory,
  stamp: 'event' | 'order' | 'sequence' | 'created' | 'assumed' | 'served' | 'earliest' | 'latest',
): string {
  const { orderTime, sequence, createdTime, createdAssumed } = HISTORY_COLUMNS;
  switch (stamp) {
    case 'event':
      return `"~h".${history.eventTime}`;
    case 'order':
      return `"~h".${orderTime}`;
    case 'sequence':
      return `"~h".${sequence}`;
    case 'created':
      return `"~h".${createdTime}`;
    case 'assumed':
      return `"~h".${createdAssumed}`;
    default:
      return visibleSql(history, stamp);
  }
}

/**
 * The questions in the order of their keys' numbers and of T: `"~key"` (-1 where a key is missing), `"~row"`, `"~t"`, the
 * record of an answer as `"~through"` where one is asked for, and from 1 on `"~place"`.
 */
export function windowQuestionsSql(
  { from, keys }: WindowsAskedOf,
  numbered: string,
  record: string | null,
): string {
  const equal = distinct(keys).map((key) => `a.${key} = k.${key}`);
  const through = record === null ? '' : `, a.${record}::BIGINT AS "~through"`;
  return [
    'SELECT *, row_number() OVER () AS "~place" FROM (',
    `  SELECT coalesce(k."~key", -1) AS "~key", a."~row", a."~t"${through}`,
    `  FROM ${from} a LEFT JOIN ${numbered} k ON ${equal.join(' AND ')}`,
    '  ORDER BY 1, a."~t")',
  ].join('\n');
}

function keysEqual(frameKeys: readonly string[], keys: readonly string[]): string {
  return keys.map((key, i) => `k.${frameKeys[i]!} = "~h".${key}`).join(' AND ');
}
