import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlText } from '../demo/duckdb.js';
import type { Document } from '../src/definition/document.js';

/**
 * Three sources and a frame of the shapes and sizes by which feature stores are compared: 5 M transactions of 100,000
 * users, 300,000 profiles of them, 1 M statistics of 20,000 items, over 60 days at full microsecond resolution, each row
 * known up to 6 hours late; a frame of 1 M rows, some half a percent of its users unknown.
 */
export type FeastSource = {
  readonly name: string;
  readonly key: string;
  readonly rows: number;
  readonly keys: number;
  readonly maxAge: string | null;
  readonly features: Readonly<Record<string, FeastKind>>;
};

type FeastKind = 'int' | 'float' | 'text';

export const FEAST_SOURCES: readonly FeastSource[] = [
  {
    name: 'user_txn',
    key: 'user_id',
    rows: 5_000_000,
    keys: 100_000,
    maxAge: '7d',
    features: { txn_amount: 'float', txn_count: 'int', txn_avg: 'float', txn_kind: 'text' },
  },
  {
    name: 'user_profile',
    key: 'user_id',
    rows: 300_000,
    keys: 100_000,
    maxAge: null,
    features: { age_days: 'int', score: 'float', segment: 'text' },
  },
  {
    name: 'item_stats',
    key: 'item_id',
    rows: 1_000_000,
    keys: 20_000,
    maxAge: '1d',
    features: { views: 'int', clicks: 'int', ctr: 'float' },
  },
];

export const FRAME_ROWS = 1_000_000;

/** Frame rows that are enough for the plan of large frames. */
const PROBE_ROWS = 100_000;

/** All rows lie in the sixty days from here. */
const BEGIN = '2026-06-01T00:00:00Z';
export const AFTERWARDS = '2026-09-01T00:00:00Z';

const SPAN_US = 60 * 86_400_000_000;
const LATE_US = 6 * 3_600_000_000;

export const feastFile = (folder: string, name: string): string => join(folder, `${name}.parquet`);

/** Writes every file, the same each time: values are hashes of their places. */
export async function writeFeastData(connection: DuckDBConnection, folder: string): Promise<void> {
  for (const source of FEAST_SOURCES) {
    await copy(connection, sourceSql(source), feastFile(folder, source.name));
  }
  await copy(connection, frameSql(FRAME_ROWS), feastFile(folder, 'frame'));
  await copy(connection, frameSql(PROBE_ROWS), feastFile(folder, 'probe'));
}

async function copy(connection: DuckDBConnection, select: string, path: string): Promise<void> {
  await connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, ROW_GROUP_SIZE 250000)`);
}

/** Rows of a file are fewer; so each name has numbers of its own. */
const ROWS_BOUND = 2 ** 24;

/** A number from 0 (included) to 1 that depends on the row and the name alone. */
function uniform(name: string): string {
  const salt = createHash('sha256').update(name).digest().readUInt32BE() >>> 4;
  // The hash of two values is a mixture of theirs, and so the same row's numbers would hang together.
  return `((hash(i + ${salt * ROWS_BOUND}) >> 11)::DOUBLE / 9007199254740992.0)`;
}

function below(name: string, bound: number): string {
  return `floor(${uniform(name)} * ${bound})::BIGINT`;
}

function instant(us: string): string {
  return `(TIMESTAMPTZ ${sqlText(BEGIN)} + to_microseconds(${us}))`;
}

function sourceSql({ name, key, rows, keys, features }: FeastSource): string {
  const event = below(`${name}.event`, SPAN_US);
  const values = Object.entries(features).map(
    ([feature, kind]) => `${valueSql(feature, kind)} AS ${feature}`,
  );
  return `SELECT ${below(`${name}.${key}`, keys)} AS ${key}, ${instant(event)} AS event_timestamp,
    ${instant(`${event} + ${below(`${name}.late`, LATE_US)}`)} AS created, ${values.join(', ')}
    FROM range(${rows}) r(i)`;
}

/** Integers below a million; floats around 100 by Box and Muller's method, 2 % of them NULL; four words. */
function valueSql(feature: string, kind: FeastKind): string {
  if (kind === 'int') return below(feature, 1_000_000);
  if (kind === 'text') return `['alpha', 'beta', 'gamma', 'delta'][${below(feature, 4)} + 1]`;
  const radius = `sqrt(-2 * ln(1 - ${uniform(`${feature}.radius`)}))`;
  const normal = `100 + 25 * ${radius} * cos(2 * pi() * ${uniform(`${feature}.angle`)})`;
  return `CASE WHEN ${uniform(`${feature}.null`)} >= 0.02 THEN ${normal} END`;
}

function frameSql(rows: number): string {
  return `SELECT i AS row_id, ${below('frame.user', 100_500)} AS user_id, ${below('frame.item', 20_000)} AS item_id,
    ${instant(below('frame.event', SPAN_US))} AS event_timestamp, ${below('frame.label', 2)} AS label
    FROM range(${rows}) r(i)`;
}

const TYPES: Readonly<Record<FeastKind, 'INT64' | 'FLOAT64' | 'STRING'>> = {
  int: 'INT64',
  float: 'FLOAT64',
  text: 'STRING',
};

/** One feature service with every feature of the three sources. */
export const FEAST_DEFINITIONS: readonly Document[] = [
  { kind: 'Entity', name: 'user', keys: [{ name: 'user_id', type: 'INT64' }] },
  { kind: 'Entity', name: 'item', keys: [{ name: 'item_id', type: 'INT64' }] },
  ...FEAST_SOURCES.flatMap(({ name, key, maxAge, features }): Document[] => [
    {
      kind: 'Source',
      name,
      eventTime: 'event_timestamp',
      createdTime: 'created',
      columns: [
        { name: key, type: 'INT64' },
        { name: 'event_timestamp', type: 'TIMESTAMP' },
        { name: 'created', type: 'TIMESTAMP' },
        ...Object.entries(features).map(([feature, kind]) => ({ name: feature, type: TYPES[kind] })),
      ],
    },
    {
      kind: 'FeatureSet',
      name,
      entity: key.slice(0, -'_id'.length),
      source: name,
      ...(maxAge === null ? {} : { maxAge }),
      features: Object.keys(features).map((feature) => ({ name: feature })),
    },
  ]),
  { kind: 'FeatureService', name: 'all', entries: FEAST_SOURCES.map(({ name }) => ({ featureSet: name })) },
];
