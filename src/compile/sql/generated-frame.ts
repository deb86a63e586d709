import type { Lifetime } from '../../definition/status.js';
import { HISTORY_COLUMNS } from './point-in-time.js';
import {
  type KeyedHistory,
  presentSql,
  stepsSql,
  type Visibility,
  visibleSql,
} from './point-in-time-steps.js';

/** One entry of a service, as the instants of its entities are read from history. */
export type FrameSource = {
  readonly history: KeyedHistory;
  readonly visibility: Visibility;
  readonly lifetime: Lifetime;
  /** BOOL column that makes a row a deletion, quoted (S13). */
  readonly tombstone: string | null;
  /** No row counts before, microseconds; null is no such limit (S18). */
  readonly activeFromUs: bigint | null;
  /** The names of the keys in a frame, quoted, in the order of the history's. */
  readonly frameKeys: readonly string[];
};

/** A stretch of time, both ends included, microseconds. */
export type TimeSpan = { readonly fromUs: bigint; readonly toUs: bigint };

/** The keys of the rows that count by the end of the span: the frame's key columns, each combination once. */
export function entitiesSql(source: FrameSource, { toUs }: TimeSpan): string {
  return `SELECT DISTINCT ${keysAs(source.history.keys, source.frameKeys)} ${rowsBy(source, toUs)}`;
}

/** The event times in the span of those rows, deletions included: the frame's key columns and `"~t"`, TIMESTAMP. */
export function rowTimesSql(source: FrameSource, { fromUs, toUs }: TimeSpan): string {
  const event = `"~h".${source.history.eventTime}`;
  return [
    `SELECT DISTINCT ${keysAs(source.history.keys, source.frameKeys)}, ${event} AS "~t"`,
    `${rowsBy(source, toUs)} AND ${event} >= make_timestamp(${fromUs}::BIGINT)`,
  ].join('\n');
}

/** The rows that count by an instant, which is their event time or a later one. */
function rowsBy({ history, visibility }: FrameSource, us: bigint): string {
  return `FROM ${history.table} "~h" WHERE ${presentSql(history)} AND ${visibleSql(history, visibility)} <= make_timestamp(${us}::BIGINT)`;
}

/**
 * Each instant at which the answer changes: another row is the newest one, or its age withholds it (S15). The frame's key
 * columns and `"~t"`, TIMESTAMP. `"~state"` is NULL for NOT_FOUND, the row's sequence, or −1 less than none for an expired one.
 */
export function changesSql(source: FrameSource, { fromUs, toUs }: TimeSpan): string {
  const { maxAgeUs, retentionUs } = source.lifetime;
  const limits = [maxAgeUs, retentionUs].filter((limit) => limit !== null);
  // Beyond 64 bits, where a long age reaches from a late row.
  const points = ['"~begin"', ...limits.map((limit) => `"~event" + ${limit}::HUGEINT + 1`)];
  const age = '("~t" - "~event")';
  const gone = ['"~dead"', ...(retentionUs === null ? [] : [`${age} > ${retentionUs}`])];
  const expired = maxAgeUs === null ? '' : ` WHEN ${age} > ${maxAgeUs} THEN -1 - ${HISTORY_COLUMNS.sequence}`;
  const keys = source.frameKeys.join(', ');
  return [
    `SELECT ${keys}, make_timestamp("~t"::BIGINT) AS "~t" FROM (`,
    `SELECT ${keys}, "~t", CASE WHEN ${gone.join(' OR ')} THEN NULL${expired} ELSE ${HISTORY_COLUMNS.sequence} END AS "~state"`,
    `FROM (SELECT *, unnest([${points.join(', ')}]) AS "~t" FROM (${spansSql(source)}))`,
    `WHERE "~t" >= "~begin" AND ("~end" IS NULL OR "~t" < "~end") AND "~t" <= ${toUs}`,
    `QUALIFY "~state" IS DISTINCT FROM lag("~state") OVER (PARTITION BY ${keys} ORDER BY "~t")`,
    `) WHERE "~t" >= ${fromUs}`,
  ].join('\n');
}

/** From when to when, microseconds, each step answers: the frame's keys, `"~sequence"`, `"~begin"`, `"~end"`, `"~event"`, `"~dead"`. */
function spansSql({ history, visibility, tombstone, activeFromUs, frameKeys }: FrameSource): string {
  const keys = keysAs(history.keys, frameKeys, 's');
  const from = 'epoch_us(s."~from")';
  const begin = activeFromUs === null ? from : `greatest(${from}, ${activeFromUs}::BIGINT)`;
  const byKey = `PARTITION BY ${frameKeys.join(', ')} ORDER BY "~from"`;
  const { sequence } = HISTORY_COLUMNS;
  const row = tombstone === null ? '' : ` JOIN ${history.table} "~row" ON "~row".${sequence} = s.${sequence}`;
  return [
    `SELECT *, lead("~begin") OVER (${byKey}) AS "~end"`,
    `FROM (SELECT ${keys}, s.${sequence}, s."~from", ${begin}::HUGEINT AS "~begin", epoch_us(s."~at")::HUGEINT AS "~event",`,
    `  ${tombstone === null ? 'false' : `"~row".${tombstone} IS TRUE`} AS "~dead"`,
    `  FROM (${stepsSql(history, visibility)}) s${row})`,
    // Of the steps before the activation the last one is what the first answer saw.
    `QUALIFY "~begin" IS DISTINCT FROM lead("~begin") OVER (${byKey})`,
  ].join('\n');
}

function keysAs(keys: readonly string[], frameKeys: readonly string[], table = '"~h"'): string {
  return keys.map((key, i) => `${table}.${key} AS ${frameKeys[i]!}`).join(', ');
}
