import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlText } from '../demo/duckdb.js';
import type { Document } from '../src/definition/document.js';

/** How much there is; full size is what the promise names. */
export type WindowSizes = {
  readonly rows: number;
  readonly keys: number;
  readonly frameRows: number;
  /** Requests of {@link ROWS_A_PUSH} rows in a round. */
  readonly pushes: number;
  /** In a round. */
  readonly lookups: number;
};

export const ROWS_A_PUSH = 1_000;

/** Rows are loaded from so many files, one after the other. */
const FILES = 5;

/** 5 M rows of 100,000 keys and a frame of 1 M, or that share of them: fewer keys too, so that a window holds as many rows. */
export function windowSizes(share: number): WindowSizes {
  const part = (count: number): number => Math.max(1, Math.round(count * share));
  return {
    rows: part(5_000_000),
    keys: part(100_000),
    frameRows: part(1_000_000),
    pushes: part(300),
    lookups: part(10_000),
  };
}

/** A column that is aggregated; the service of its windows has the same name. */
export type WindowColumn = {
  readonly name: string;
  /** What a hand-written query sums, and by what it divides the sum. */
  readonly summed: string;
  readonly unit: number;
  /** Whether sums and averages by hand depend on the order of rows. */
  readonly inexact: boolean;
};

export const COUNTED = { name: 'counted', summed: 'counted', unit: 1, inexact: false } as const;
export const SCALED = {
  name: 'scaled',
  summed: 'round(scaled * 100)::BIGINT',
  unit: 100,
  inexact: false,
} as const;
export const FLOATING = { name: 'floating', summed: 'floating', unit: 1, inexact: true } as const;

export type WindowSpan = { readonly name: string; readonly sizeUs: number; readonly hopUs: number };

const HOUR_US = 3_600_000_000;

/** With the hops that they have when none is declared. */
export const SPANS: readonly WindowSpan[] = [
  { name: '1h', sizeUs: HOUR_US, hopUs: 60_000_000 },
  { name: '1d', sizeUs: 24 * HOUR_US, hopUs: HOUR_US },
  { name: '7d', sizeUs: 7 * 24 * HOUR_US, hopUs: HOUR_US },
];

const AGGREGATES = ['count', 'sum', 'avg', 'max'] as const;

export const WINDOW_SOURCE = 'readings';

/** Everything but the windows. */
export const WINDOW_BASE: readonly Document[] = [
  { kind: 'Entity', name: 'meter', keys: [{ name: 'meter_id', type: 'INT64' }] },
  {
    kind: 'Source',
    name: WINDOW_SOURCE,
    eventTime: 'event_ts',
    createdTime: 'created_ts',
    columns: [
      { name: 'meter_id', type: 'INT64' },
      { name: 'event_ts', type: 'TIMESTAMP' },
      { name: 'created_ts', type: 'TIMESTAMP' },
      { name: 'counted', type: 'INT64' },
      { name: 'scaled', type: 'FLOAT64', scale: '0.01' },
      { name: 'floating', type: 'FLOAT64' },
    ],
  },
];

/** Twelve windowed features over one column, and the service that has them. */
export function windowDocuments({ name }: WindowColumn): readonly Document[] {
  const windows = SPANS.map((span) => span.name);
  const features = AGGREGATES.map((aggregate) => {
    const argument = aggregate === 'count' ? '*' : name;
    return { name: aggregate, aggregate: `${aggregate.toUpperCase()}(${argument})`, windows };
  });
  return [
    { kind: 'FeatureSet', name, entity: 'meter', source: WINDOW_SOURCE, features },
    { kind: 'FeatureService', name, entries: [{ featureSet: name }] },
  ];
}

/** Names of the twelve columns that a retrieval adds. */
export function windowFeatures({ name }: WindowColumn): readonly string[] {
  return SPANS.flatMap((span) => AGGREGATES.map((aggregate) => `${name}__${aggregate}_${span.name}`));
}

const BEGIN = '2026-06-01T00:00:00Z';
const SPAN_US = 30 * 24 * HOUR_US;

/** Behind every row that is loaded and every instant of the frame: rows are pushed from here on, {@link PUSHED_EVERY_MS} apart. */
export const PUSHED_FROM_MS = Date.parse('2026-07-01T12:15:00Z');
export const PUSHED_EVERY_MS = 0.5;

/** Where the service's clock begins: all is known by then, and lies in the windows of a lookup still. */
export const CLOCK = '2026-07-01T13:00:00Z';

export const windowFile = (folder: string, name: string): string => join(folder, `${name}.parquet`);

/** The files of the rows, the oldest first. */
export function rowFiles(folder: string): readonly string[] {
  return Array.from({ length: FILES }, (_, i) => windowFile(folder, `${WINDOW_SOURCE}-${i}`));
}

/**
 * Rows over thirty days in the order of their events, known 1 to 20 minutes later and 2 % of them 1 to 12 hours later; a
 * frame at random instants of the same days, and a frame of one row. The same each time: values are hashes of their places.
 */
export async function writeWindowData(
  connection: DuckDBConnection,
  folder: string,
  sizes: WindowSizes,
): Promise<void> {
  const { rows } = sizes;
  for (const [i, file] of rowFiles(folder).entries()) {
    const [from, to] = [i, i + 1].map((each) => Math.round((each * rows) / FILES));
    await copy(connection, rowsSql(sizes, `range(${from}, ${to})`), file);
  }
  await copy(connection, frameSql(sizes), windowFile(folder, 'frame'));
  await copy(connection, frameSql({ ...sizes, frameRows: 1 }), windowFile(folder, 'probe'));
}

async function copy(connection: DuckDBConnection, select: string, path: string): Promise<void> {
  await connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, ROW_GROUP_SIZE 250000)`);
}

/** A number below a bound that depends on the row and the salt alone. */
function below(salt: number, bound: number): string {
  return `(hash(i + ${salt * SALT_STEP}) % ${bound})::BIGINT`;
}

/** Rows of a file are fewer, so each salt has numbers of its own. */
const SALT_STEP = 2 ** 24;

const instant = (us: string): string => `(TIMESTAMPTZ ${sqlText(BEGIN)} + to_microseconds(${us}))`;

function rowsSql({ rows, keys }: WindowSizes, range: string): string {
  const event = `(i * ${Math.floor(SPAN_US / rows)})::BIGINT`;
  const hours = `CASE WHEN ${below(3, 50)} = 0 THEN ${HOUR_US} * (1 + ${below(4, 12)}) ELSE 0 END`;
  const late = `(60000000 + ${below(2, 1_140_000_000)} + ${hours})::BIGINT`;
  return `SELECT ${below(1, keys)} AS meter_id, ${instant(event)} AS event_ts,
      ${instant(`${event} + ${late}`)} AS created_ts, ${below(5, 100_000)} AS counted,
      ${below(6, 10_000_000)}::DOUBLE / 100 AS scaled, ${below(7, 1_000_000_007)}::DOUBLE / 97 AS floating
    FROM ${range} r(i)`;
}

function frameSql({ frameRows, keys }: WindowSizes): string {
  return `SELECT i AS row_id, ${below(8, keys)} AS meter_id, ${instant(below(9, SPAN_US))} AS event_timestamp
    FROM range(${frameRows}) r(i)`;
}
