import { namesIn } from '../../definition/expression.js';
import { FIXED_BYTES, LENGTH_BYTES, MAX_KEY_BYTES } from '../../definition/key.js';
import type { Lifetime } from '../../definition/status.js';
import type { ServiceEntry, ServiceFeature } from '../feature-service.js';
import { duckdbSql, literalSql, quoteIdentifier } from './duckdb.js';

/**
 * Point-in-time joins in DuckDB SQL (S14 to S17).
 *
 * A row of history counts from the instant it is visible: its event time, or, where only what was known counts, the
 * later of event and created time. Ordered by that instant, the newest row so far (S10) changes at some of the rows and
 * only there: the *steps* of a key. The step with the greatest instant ≤ T is then the answer for T, so one ASOF join
 * serves every knowledge rule exactly, however late or out of order rows came.
 */
export type EntrySource = {
  readonly entry: ServiceEntry;
  /** The history table, quoted. */
  readonly table: string;
  /** A source column as a quoted column of that table. */
  readonly column: (name: string) => string;
  readonly orderColumn: string | null;
  readonly eventTime: string;
  /** Rows beyond this sequence do not count (S19). */
  readonly snapshot: bigint;
  /** The other rule may give other rows here, so its match is joined as well and compared (S17). */
  readonly compareOther: boolean;
  /** Frame columns of the entity's key, quoted. */
  readonly frameKeys: readonly string[];
};

/** Columns that the store stamps on every row of a history table. */
export const HISTORY_COLUMNS = {
  sequence: '"~sequence"',
  createdTime: '"~created_time"',
  orderTime: '"~order_time"',
  createdAssumed: '"~created_assumed"',
} as const;

export type StepRule = 'known' | 'event';

/** Name of a column of the joined frame: the matched sequence, event time, … of one entry. */
export function matchColumn(entry: number, what: 'seq' | 'event' | 'assumed' | 'suspect'): string {
  return quoteIdentifier(`~${entry}.${what}`);
}

/** Name of a column of the joined frame: a source column of the matched row. */
export function matchedColumn(entry: number, sourceColumn: string): string {
  return quoteIdentifier(`~${entry}:${storedName(sourceColumn)}`);
}

/** A name under which DuckDB, blind to case, keeps `Temp` and `temp` apart: a capital is written `^` and its small letter. */
export function storedName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `^${letter.toLowerCase()}`);
}

/** Source columns that the features of an entry are computed from. */
export function columnsRead(features: readonly ServiceFeature[]): readonly string[] {
  return [...new Set(features.flatMap((feature) => namesIn(feature.expression)))];
}

/**
 * The frame with every entry's matched row beside it, in the frame's order. `frame` is a FROM item with columns
 * `"~row"` (its place) and `"~t"` (T, TIMESTAMP).
 */
export function joinedSql(frame: string, sources: readonly EntrySource[], rule: StepRule): string {
  const steps = sources.map((source, i) => `"~s${i}" AS (${stepsSql(source, rule)})`);
  const columns = sources.flatMap((source, i) => matchColumns(source, i, rule));
  return [
    `WITH ${steps.join(',\n')}`,
    `SELECT ${['f.*', ...columns].join(', ')}`,
    `FROM ${frame} f`,
    ...sources.map((source, i) => asofJoin(source, 'f', `"~s${i}"`)),
    'ORDER BY f."~row"',
  ].join('\n');
}

/**
 * The rows of the joined frame `"~joined"` for which the other rule matches another row of one entry: T, then of each side
 * the event time and the columns that features are computed from.
 */
export function differingSql(source: EntrySource, entry: number, rule: StepRule): string {
  const names = columnsRead(source.entry.features);
  const mine = [matchColumn(entry, 'event'), ...names.map((name) => matchedColumn(entry, name))];
  const others = [source.eventTime, ...names].map((name) => `"~o".${source.column(name)}`);
  return [
    `WITH "~o" AS (${stepsSql(source, rule === 'known' ? 'event' : 'known')})`,
    `SELECT j."~t", ${mine.map((name) => `j.${name}`).join(', ')}, ${others.join(', ')}`,
    `FROM (FROM "~joined" WHERE ${matchColumn(entry, 'suspect')}) j`,
    asofJoin(source, 'j', '"~o"'),
    `WHERE j.${matchColumn(entry, 'seq')} IS DISTINCT FROM "~o".${HISTORY_COLUMNS.sequence}`,
  ].join('\n');
}

/** The newest row so far, at each instant at which it changes, for every key of one history table. */
function stepsSql(source: EntrySource, rule: StepRule): string {
  const { sequence, createdTime, orderTime, createdAssumed } = HISTORY_COLUMNS;
  const keys = source.entry.featureSet.keyColumns.map(source.column);
  const event = source.column(source.eventTime);
  const order = [
    event,
    orderTime,
    ...(source.orderColumn === null ? [] : [`${source.column(source.orderColumn)} NULLS FIRST`]),
    sequence,
  ];
  const columns = new Set([
    ...keys,
    event,
    ...columnsRead(source.entry.features).map(source.column),
    sequence,
    createdAssumed,
  ]);
  const present = [
    `${sequence} <= ${source.snapshot}`,
    ...keys.map((key) => `${key} IS NOT NULL`),
    ...shortEnough(source, keys),
  ];
  const visible = rule === 'known' ? `greatest(${event}, ${createdTime})` : event;
  const byKey = `PARTITION BY ${keys.join(', ')}`;
  const inOrder = `${byKey} ORDER BY ${order.join(', ')}`;
  return [
    `SELECT * FROM (SELECT ${[...columns].join(', ')}, ${visible} AS "~from",`,
    `  row_number() OVER (${inOrder}) AS "~rank", ${otherwiseSql(source, rule, inOrder)} AS "~otherwise"`,
    `  FROM ${source.table} WHERE ${present.join(' AND ')})`,
    ...(rule === 'known'
      ? [`QUALIFY ${newestSoFar(byKey)} AND ${lastOfInstant(byKey)}`]
      : [`QUALIFY ${lastOfInstant(byKey)}`]),
  ].join('\n');
}

/**
 * The instant that tells whether the other rule may answer otherwise while this row is the answer: by what was known, the
 * event of the next newer row (no later than T, and that one was not known yet); by event time, when the row became known.
 */
function otherwiseSql(source: EntrySource, rule: StepRule, inOrder: string): string {
  if (rule === 'event') return HISTORY_COLUMNS.createdTime;
  return `lead(${source.column(source.eventTime)}) OVER (${inOrder})`;
}

/** Keys of any length come in before a feature set knows them; longer ones than {@link MAX_KEY_BYTES} match nothing. */
function shortEnough({ entry }: EntrySource, keys: readonly string[]): readonly string[] {
  const lengths = entry.featureSet.keyTypes.map((type, i) => {
    if (type === 'STRING') return `${LENGTH_BYTES} + strlen(${keys[i]!})`;
    return type === 'BYTES' ? `${LENGTH_BYTES} + octet_length(${keys[i]!})` : String(FIXED_BYTES);
  });
  return entry.featureSet.keyTypes.some((type) => type === 'STRING' || type === 'BYTES')
    ? [`${lengths.join(' + ')} <= ${MAX_KEY_BYTES}`]
    : [];
}

/** A row older than one visible before it is never the newest. */
function newestSoFar(byKey: string): string {
  const before = 'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING';
  return `"~rank" > coalesce(max("~rank") OVER (${byKey} ORDER BY "~from", "~rank" ${before}), 0)`;
}

/** Of rows visible from the same instant only the newest counts. */
function lastOfInstant(byKey: string): string {
  return `"~from" IS DISTINCT FROM lead("~from") OVER (${byKey} ORDER BY "~from", "~rank")`;
}

function asofJoin(source: EntrySource, frame: string, steps: string): string {
  const keys = source.entry.featureSet.keyColumns.map(source.column);
  const equal = keys.map((key, i) => `${frame}.${source.frameKeys[i]!} = ${steps}.${key}`);
  return `ASOF LEFT JOIN ${steps} ON ${equal.join(' AND ')} AND ${frame}."~t" >= ${steps}."~from"`;
}

function matchColumns(source: EntrySource, entry: number, rule: StepRule): readonly string[] {
  const steps = `"~s${entry}"`;
  const unmatched = `${steps}.${HISTORY_COLUMNS.sequence} IS NULL`;
  const suspect =
    rule === 'known' ? `${unmatched} OR ${steps}."~otherwise" <= f."~t"` : `${steps}."~otherwise" > f."~t"`;
  return [
    `(${suspect}) AS ${matchColumn(entry, 'suspect')}`,
    `${steps}.${HISTORY_COLUMNS.sequence} AS ${matchColumn(entry, 'seq')}`,
    `${steps}.${source.column(source.eventTime)} AS ${matchColumn(entry, 'event')}`,
    `${steps}.${HISTORY_COLUMNS.createdAssumed} AS ${matchColumn(entry, 'assumed')}`,
    ...columnsRead(source.entry.features).map(
      (name) => `${steps}.${source.column(name)} AS ${matchedColumn(entry, name)}`,
    ),
  ];
}

/** SQL condition: the matched row of an entry is young enough to give its values (S15; equal ages are alive). */
export function aliveSql(entry: number, lifetime: Lifetime): string {
  const age = `(epoch_us("~t") - epoch_us(${matchColumn(entry, 'event')}))`;
  const limits = [lifetime.maxAgeUs, lifetime.retentionUs].filter((limit) => limit !== null);
  return [`${matchColumn(entry, 'seq')} IS NOT NULL`, ...limits.map((limit) => `${age} <= ${limit}`)].join(
    ' AND ',
  );
}

/** A feature's value before its default, over the joined frame; null when the kernel must compute it (S8). */
export function featureSql(entry: number, feature: ServiceFeature, lifetime: Lifetime): string | null {
  const value = duckdbSql(feature.expression, (name) => matchedColumn(entry, name));
  return value === null ? null : `CASE WHEN ${aliveSql(entry, lifetime)} THEN ${value} END`;
}

/** A feature's value with its default in place of a missing one (S7). */
export function withDefaultSql(valueSql: string, feature: ServiceFeature): string {
  if (feature.defaultValue === null) return valueSql;
  return `coalesce(${valueSql}, ${literalSql(feature.type, feature.defaultValue)})`;
}

/** A feature's status over the joined frame (S15). */
export function statusSql(entry: number, valueSql: string, lifetime: Lifetime): string {
  const age = `(epoch_us("~t") - epoch_us(${matchColumn(entry, 'event')}))`;
  const gone = [`${matchColumn(entry, 'seq')} IS NULL`];
  if (lifetime.retentionUs !== null) gone.push(`${age} > ${lifetime.retentionUs}`);
  const expired = lifetime.maxAgeUs === null ? '' : ` WHEN ${age} > ${lifetime.maxAgeUs} THEN 'EXPIRED'`;
  return `CASE WHEN ${gone.join(' OR ')} THEN 'NOT_FOUND'${expired} WHEN (${valueSql}) IS NULL THEN 'NULL' ELSE 'PRESENT' END`;
}

/** Event time of the matched row, unless it is NOT_FOUND. */
export function eventTimeSql(entry: number, lifetime: Lifetime): string {
  const found = aliveSql(entry, { maxAgeUs: null, retentionUs: lifetime.retentionUs });
  return `CASE WHEN ${found} THEN ${matchColumn(entry, 'event')} END`;
}
