import { namesIn } from '../../definition/expression.js';
import type { Lifetime } from '../../definition/status.js';
import type { LatestEntry, ServiceFeature, WindowedEntry, WindowedServiceFeature } from '../service-reads.js';
import { duckdbSql, literalSql, quoteIdentifier } from './duckdb.js';
import { restoredSql } from './negative-zero.js';

/**
 * Point-in-time joins in DuckDB SQL (S14 to S17): what stands beside the frame once each entry's row is found
 * (`point-in-time-match.ts`), or its windows were computed, and the features computed from it.
 */
export type EntrySource = LatestSource | WindowedSource;

export type LatestSource = SourceOf<LatestEntry> & { readonly kind: 'latest' };

export type WindowedSource = SourceOf<WindowedEntry> & {
  readonly kind: 'windowed';
  /** Of labels the instant of the snapshot, microseconds: null where no row is in it. */
  readonly snapshotUs: bigint | null;
};

type SourceOf<Entry> = {
  readonly entry: Entry;
  /** The history table, quoted. */
  readonly table: string;
  /** A source column as a quoted column of that table. */
  readonly column: (name: string) => string;
  readonly orderColumn: string | null;
  readonly eventTime: string;
  /** BOOL column that makes a row a deletion (S13). */
  readonly tombstone: string | null;
  /** Rows beyond this sequence do not count (S19). */
  readonly snapshot: bigint;
  /** Frame columns of the entity's key, quoted. */
  readonly frameKeys: readonly string[];
};

/** Columns that the store stamps on every row of a history table. */
export const HISTORY_COLUMNS = {
  sequence: '"~sequence"',
  createdTime: '"~created_time"',
  orderTime: '"~order_time"',
  createdAssumed: '"~created_assumed"',
  arrivalTime: '"~arrival_time"',
  visibleTime: '"~visible_time"',
} as const;

/**
 * Name of a column of the joined frame: of the matched row of one entry its event time, NULL where there is none, and
 * whether its created time was assumed; of windows whether that of a row was on which one of the values rests.
 */
export function matchColumn(entry: number, what: 'event' | 'assumed'): string {
  return quoteIdentifier(`~${entry}.${what}`);
}

/** Name of a column of the joined frame: whether a windowed entry answered anything yet (S18). */
export function activeColumn(entry: number): string {
  return quoteIdentifier(`~${entry}.active`);
}

/** Name of a feature that was computed beside SQL, by its place in its set. */
export function featureColumn(entry: number, index: number): string {
  return quoteIdentifier(`~${entry}=${index}`);
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
 * The frame with every entry's matched row, or windowed values, beside it, in the frame's order. `frame` is a FROM item with columns
 * `"~row"` (its place) and `"~t"` (T, TIMESTAMP); `matches[i]` has one row a frame row: `"~row"` and the matched `"~sequence"`,
 * or the values of windows.
 */
export function joinedSql(
  frame: string,
  sources: readonly EntrySource[],
  matches: readonly string[],
): string {
  const columns = sources.flatMap((source, i) =>
    source.kind === 'latest' ? matchColumns(source, i, `"~h${i}"`) : windowColumns(source, i, `"~m${i}"`),
  );
  return [
    `SELECT ${['f.*', ...columns].join(', ')}`,
    `FROM ${frame} f`,
    ...sources.map((source, i) => {
      const row = source.kind === 'latest' ? ` ${matchedRow(source, `"~m${i}"`, `"~h${i}"`)}` : '';
      return `JOIN ${matches[i]!} "~m${i}" USING ("~row")${row}`;
    }),
    'ORDER BY f."~row"',
  ].join('\n');
}

/** Joins the row of history whose sequence `match` holds, unless it is a deletion: then there is no value (S13). */
function matchedRow(source: LatestSource, match: string, history: string): string {
  const { sequence } = HISTORY_COLUMNS;
  const alive =
    source.tombstone === null ? '' : ` AND ${history}.${source.column(source.tombstone)} IS NOT TRUE`;
  return `LEFT JOIN ${source.table} ${history} ON ${history}.${sequence} = ${match}.${sequence}${alive}`;
}

function matchColumns(source: LatestSource, entry: number, history: string): readonly string[] {
  const { features, featureSet } = source.entry;
  const types = new Map(featureSet.source.columns.map(({ name, type }) => [name, type]));
  return [
    `${history}.${source.column(source.eventTime)} AS ${matchColumn(entry, 'event')}`,
    `${history}.${HISTORY_COLUMNS.createdAssumed} AS ${matchColumn(entry, 'assumed')}`,
    ...columnsRead(features).map((name) => {
      const value = restoredSql(types.get(name)!, `${history}.${source.column(name)}`);
      return `${value} AS ${matchedColumn(entry, name)}`;
    }),
  ];
}

function windowColumns({ entry }: WindowedSource, place: number, windows: string): readonly string[] {
  return windowNames(entry, place).map((name) => `${windows}.${name}`);
}

/** Names of what {@link joinedSql} takes from the windows of an entry. */
function windowNames({ features }: WindowedEntry, place: number): readonly string[] {
  const values = features.map(({ index }) => featureColumn(place, index));
  return [activeColumn(place), matchColumn(place, 'assumed'), ...values];
}

/** What {@link joinedSql} takes of an entry of which nothing is read, for the rows of `rows`. */
export function unreadSql(source: EntrySource, place: number, rows: string): string {
  const columns =
    source.kind === 'latest'
      ? [`NULL::BIGINT AS ${HISTORY_COLUMNS.sequence}`]
      : windowNames(source.entry, place).map((name) => `NULL AS ${name}`);
  return `(SELECT "~row", ${columns.join(', ')} FROM ${rows})`;
}

/**
 * The matched rows of one entry for the frame rows of `matches`, as {@link joinedSql} has them: `"~row"`, `"~t"`, then the
 * matched columns.
 */
export function matchedSql(source: LatestSource, entry: number, matches: string): string {
  const columns = matchColumns(source, entry, '"~h"').join(', ');
  return `SELECT m."~row", m."~t", ${columns} FROM ${matches} m ${matchedRow(source, 'm', '"~h"')}`;
}

/** SQL condition: the matched row of an entry is young enough to give its values (S15; equal ages are alive). */
export function aliveSql(entry: number, lifetime: Lifetime): string {
  const age = `(epoch_us("~t") - epoch_us(${matchColumn(entry, 'event')}))`;
  const limits = [lifetime.maxAgeUs, lifetime.retentionUs].filter((limit) => limit !== null);
  return [`${matchColumn(entry, 'event')} IS NOT NULL`, ...limits.map((limit) => `${age} <= ${limit}`)].join(
    ' AND ',
  );
}

/** A feature's value before its default, over the joined frame; null when the kernel must compute it (S8). */
export function featureSql(entry: number, feature: ServiceFeature, lifetime: Lifetime): string | null {
  const value = duckdbSql(feature.expression, (name) => matchedColumn(entry, name));
  return value === null ? null : `CASE WHEN ${aliveSql(entry, lifetime)} THEN ${value} END`;
}

/** A feature's value with its default in place of a missing one (S7). */
export function withDefaultSql(
  valueSql: string,
  { type, defaultValue }: Pick<ServiceFeature, 'type' | 'defaultValue'>,
): string {
  if (defaultValue === null) return valueSql;
  return `coalesce(${valueSql}, ${literalSql(type, defaultValue)})`;
}

/** A feature's status over the joined frame (S15). */
export function statusSql(entry: number, valueSql: string, lifetime: Lifetime): string {
  const age = `(epoch_us("~t") - epoch_us(${matchColumn(entry, 'event')}))`;
  const gone = [`${matchColumn(entry, 'event')} IS NULL`];
  if (lifetime.retentionUs !== null) gone.push(`${age} > ${lifetime.retentionUs}`);
  const expired = lifetime.maxAgeUs === null ? '' : ` WHEN ${age} > ${lifetime.maxAgeUs} THEN 'EXPIRED'`;
  return `CASE WHEN ${gone.join(' OR ')} THEN 'NOT_FOUND'${expired} WHEN (${valueSql}) IS NULL THEN 'NULL' ELSE 'PRESENT' END`;
}

/**
 * A windowed feature's status over the joined frame: aggregates are of something or of nothing (S15), and a label that is not
 * complete is not there yet.
 */
export function windowStatusSql(
  source: WindowedSource,
  entry: number,
  feature: Pick<WindowedServiceFeature, 'index' | 'completeAfterUs'>,
): string {
  const complete = completeSql(source, feature);
  const gone = [`NOT ${activeColumn(entry)}`, ...(complete === null ? [] : [`NOT (${complete})`])];
  const value = featureColumn(entry, feature.index);
  return `CASE WHEN ${gone.join(' OR ')} THEN 'NOT_FOUND' WHEN (${value}) IS NULL THEN 'NULL' ELSE 'PRESENT' END`;
}

/** A windowed feature's value over the joined frame with its default, which never stands for a label that is not complete. */
export function windowValueSql(
  source: WindowedSource,
  entry: number,
  feature: WindowedServiceFeature,
): string {
  const value = withDefaultSql(featureColumn(entry, feature.index), feature);
  const complete = feature.defaultValue === null ? null : completeSql(source, feature);
  return complete === null ? value : `CASE WHEN ${complete} THEN ${value} END`;
}

/** SQL condition: a label is complete at the snapshot; null for what looks back. */
function completeSql(
  { snapshotUs }: WindowedSource,
  { completeAfterUs }: Pick<WindowedServiceFeature, 'completeAfterUs'>,
): string | null {
  if (completeAfterUs === null) return null;
  return snapshotUs === null ? 'false' : `epoch_us("~t") <= ${snapshotUs - completeAfterUs}`;
}

/** Event time of the matched row, unless it is NOT_FOUND. */
export function eventTimeSql(entry: number, lifetime: Lifetime): string {
  const found = aliveSql(entry, { maxAgeUs: null, retentionUs: lifetime.retentionUs });
  return `CASE WHEN ${found} THEN ${matchColumn(entry, 'event')} END`;
}
