import { HISTORY_COLUMNS } from './point-in-time.js';
import {
  distinct,
  type KeyedHistory,
  orderSql,
  presentSql,
  stepsSql,
  type Visibility,
  visibleSql,
} from './point-in-time-steps.js';

/**
 * Which row of history answers for each row of a frame: SELECTs of `"~row"` and the matched `"~sequence"`, NULL
 * where there is none; one row a row of `asked`, or of `one`. All of them give the same.
 */
export type Asked = {
  /** FROM item with columns `"~row"`, `"~t"` (T) and the frame's keys. */
  readonly from: string;
  /** The frame's key columns, quoted, in the order of the history's. */
  readonly keys: readonly string[];
  /** The column up to which rows count: `"~t"`, or a sequence where an answer's record is asked for (S18). */
  readonly axis: string;
};

/** Looks at every row of the keys asked for: the plan for few of them. */
export function pairsMatchSql(history: KeyedHistory, asked: Asked, visibility: Visibility): string {
  const { sequence } = HISTORY_COLUMNS;
  const counts = [
    keysEqual(asked, history.keys, '"~h"'),
    presentSql(history),
    `${visibleSql(history, visibility)} <= a.${asked.axis}`,
    `"~h".${history.eventTime} <= a."~t"`,
  ];
  return [
    `SELECT a."~row", arg_max("~h".${sequence}, row(${orderSql(history, '"~h"').join(', ')})) AS ${sequence}`,
    `FROM ${asked.from} a LEFT JOIN ${history.table} "~h" ON ${counts.join(' AND ')}`,
    'GROUP BY a."~row"',
  ].join('\n');
}

/** How many rows {@link pairsMatchSql} would look at. */
export function pairCountSql(history: KeyedHistory, asked: Asked): string {
  const keys = distinct(history.keys);
  const frameKeys = distinct(asked.keys);
  return [
    'SELECT coalesce(sum(a."~rows" * h."~rows"), 0)::DOUBLE',
    `FROM (SELECT ${frameKeys.join(', ')}, count(*) AS "~rows" FROM ${asked.from} a GROUP BY ALL) a`,
    `JOIN (SELECT ${keys.join(', ')}, count(*) AS "~rows" FROM ${history.table} h`,
    `  SEMI JOIN ${asked.from} a ON ${keysEqual(asked, history.keys, 'h')} GROUP BY ALL) h`,
    `ON ${keysEqual(asked, history.keys, 'h')}`,
  ].join('\n');
}

/** The part of `asked` whose keys have rows in the history, as a FROM item. */
export function askedOfSql(history: KeyedHistory, asked: Asked): string {
  const rows = `(SELECT ${distinct(history.keys).join(', ')} FROM ${history.table} "~h" WHERE ${presentSql(history)})`;
  return `(SELECT a.* FROM ${asked.from} a SEMI JOIN ${rows} h ON ${keysEqual(asked, history.keys, 'h')})`;
}

/** One ASOF join over steps made for it: the plan for any rule and any snapshot. `"~at"` is the matched event time. */
export function stepsMatchSql(history: KeyedHistory, asked: Asked, visibility: Visibility): string {
  const steps = `(${stepsSql(history, visibility)})`;
  return asofSql(asked, { steps, keys: history.keys, columns: ['s."~at"'] });
}

/** A table of {@link compactedSql}. */
export type CompactedSteps = {
  /** Quoted. */
  readonly table: string;
  /** Its key columns, quoted, in the entity's order. */
  readonly keys: readonly string[];
  /** Further columns of the steps that are wanted beside the matches: each is sorted with them. */
  readonly more: readonly '"~at"'[];
};

/**
 * One ASOF join over steps that compaction keeps ready made, with `"~suspect"` where the other rule may match
 * another row of the table: by event time the match was not known yet, by what was known a newer row happened by T.
 */
export function compactedMatchSql(compacted: CompactedSteps, asked: Asked, rule: 'event' | 'known'): string {
  const steps = `(SELECT *, "~${rule}" AS "~from" FROM ${compacted.table} WHERE "~${rule}" IS NOT NULL)`;
  const suspect =
    rule === 'event'
      ? 'coalesce(s."~created" > a."~t", false)'
      : 's."~sequence" IS NULL OR coalesce(s."~next" <= a."~t", false)';
  const more = compacted.more.map((column) => `s.${column}`);
  return asofSql(asked, { steps, keys: compacted.keys, columns: [...more, `(${suspect}) AS "~suspect"`] });
}

/** The same by looking at every step of the keys asked for: for few of them, where sorting all steps would cost more. */
export function compactedPairsSql(compacted: CompactedSteps, asked: Asked, rule: 'event' | 'known'): string {
  const counts = `${keysEqual(asked, compacted.keys, 's')} AND s."~${rule}" <= a."~t"`;
  const newest = [HISTORY_COLUMNS.sequence, ...compacted.more].map(
    (column) => `arg_max(s.${column}, s."~${rule}") AS ${column}`,
  );
  return [
    `SELECT a."~row", ${newest.join(', ')}`,
    `FROM ${asked.from} a LEFT JOIN ${compacted.table} s ON ${counts} GROUP BY a."~row"`,
  ].join('\n');
}

/**
 * The newer of two matches, where the rows of history were split between them: the newest of all is one of them. Both have
 * `"~at"`; only where that is the same the whole order has to be looked up.
 */
export function newerMatchSql(history: KeyedHistory, one: string, other: string): string {
  const { sequence } = HISTORY_COLUMNS;
  const order = (table: string): string => `(${orderSql(history, table).join(', ')})`;
  const tied = [
    `SELECT m."~row", CASE WHEN ${order('"~theirs"')} > ${order('"~mine"')} THEN o.${sequence} ELSE m.${sequence} END AS ${sequence}`,
    `  FROM ${one} m JOIN ${other} o ON m."~row" = o."~row" AND m."~at" = o."~at"`,
    `  JOIN ${history.table} "~mine" ON "~mine".${sequence} = m.${sequence}`,
    `  JOIN ${history.table} "~theirs" ON "~theirs".${sequence} = o.${sequence}`,
  ].join('\n');
  return [
    `SELECT m."~row", CASE WHEN o.${sequence} IS NULL OR m."~at" > o."~at" THEN m.${sequence}`,
    `  WHEN m.${sequence} IS NULL OR o."~at" > m."~at" THEN o.${sequence} ELSE tied.${sequence} END AS ${sequence}`,
    `FROM ${one} m LEFT JOIN ${other} o USING ("~row") LEFT JOIN (${tied}) tied USING ("~row")`,
  ].join('\n');
}

type Steps = {
  readonly steps: string;
  readonly keys: readonly string[];
  /** Columns beside the matched sequence. */
  readonly columns: readonly string[];
};

function asofSql(asked: Asked, { steps, keys, columns }: Steps): string {
  return [
    `SELECT ${['a."~row"', `s.${HISTORY_COLUMNS.sequence}`, ...columns].join(', ')}`,
    `FROM ${asked.from} a ASOF LEFT JOIN ${steps} s`,
    `ON ${keysEqual(asked, keys, 's')} AND a.${asked.axis} >= s."~from"`,
  ].join('\n');
}

function keysEqual(asked: Asked, keys: readonly string[], table: string): string {
  return keys.map((key, i) => `a.${asked.keys[i]!} = ${table}.${key}`).join(' AND ');
}
