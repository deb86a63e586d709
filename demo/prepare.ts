import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlText } from './duckdb.js';
import { PREPARED, RAW } from './paths.js';
import { knownFile, LIVE_SOURCES } from './sources.js';

/** A week before: everything known by then is history, and the week after it is lived through. */
export const WEEK_BEFORE = '2013-12-23T23:30:00Z';
/** The evening of the story: Monday, 18:30 in New York. */
export const EVENING = '2013-12-30T23:30:00Z';
/** Two days later: every flight of the year has landed. */
export const AFTERWARDS = '2014-01-02T00:00:00Z';
/** Predictions as of here and later are evaluated; the model is trained on earlier ones. */
const EVALUATE_FROM = '2013-10-01T04:00:00Z';

/** The files a run works with, all below `demo/out/prepared`. */
export const FILE = {
  schedules: join(PREPARED, 'schedules.parquet'),
  observations: join(PREPARED, 'observations.parquet'),
  airframes: join(PREPARED, 'airframes.csv'),
  departures: join(PREPARED, 'departures.parquet'),
  arrivals: join(PREPARED, 'arrivals.parquet'),
  /** Frames: flights whose outcome is known, as of an hour before departure; those reported before the week. */
  trainingFrame: join(PREPARED, 'training-frame.parquet'),
  /** All flights with an outcome, as of the moment their departure became known: too late to predict anything. */
  leakyFrame: join(PREPARED, 'leaky-frame.parquet'),
  /** All flights from October on, as of an hour before departure. */
  evaluationFrame: join(PREPARED, 'evaluation-frame.parquet'),
  /** The same flights, as of the moment their departure became known. */
  leakyEvaluationFrame: join(PREPARED, 'leaky-evaluation-frame.parquet'),
  /** Every scheduled flight of the year, as of an hour before departure. */
  everyFlight: join(PREPARED, 'every-flight.parquet'),
} as const;

/** Writes every file of {@link FILE} from the raw ones, and those of what was known before the week. */
export async function prepareFiles(connection: DuckDBConnection): Promise<void> {
  await mkdir(PREPARED, { recursive: true });
  await connection.run(FLIGHTS_SQL);
  for (const [name, sql] of Object.entries(SELECT)) {
    await writeFile(connection, FILE[name as keyof typeof FILE], sql);
  }
  for (const live of LIVE_SOURCES) {
    const known = `${live.created} ${BEFORE_WEEK}`;
    const sql = `SELECT * FROM read_parquet(${sqlText(FILE[live.source])}) WHERE ${known}`;
    await writeFile(connection, knownFile(live), sql);
  }
}

function raw(name: string): string {
  return sqlText(join(RAW, name));
}

/** The raw flights with the instants that follow from them. */
const FLIGHTS_SQL = `
  CREATE TABLE flight AS
  SELECT flight_id::BIGINT AS flight_id, carrier, flight, tailnum, origin, dest, distance::BIGINT AS distance,
    sched_block_min::BIGINT AS sched_block_min, dep_delay::BIGINT AS dep_delay, arr_delay::BIGINT AS arr_delay,
    sched_dep_ts, sched_dep_ts - INTERVAL 7 DAY AS published_ts,
    sched_dep_ts - INTERVAL 60 MINUTE AS as_of,
    sched_dep_ts + to_minutes(dep_delay::BIGINT) AS dep_ts,
    sched_dep_ts + to_minutes(dep_delay::BIGINT) + to_seconds(dep_lag_s) AS reported_ts,
    sched_dep_ts + to_minutes(sched_block_min::BIGINT + arr_delay) AS arr_ts,
    sched_dep_ts + to_minutes(sched_block_min::BIGINT + arr_delay) + to_seconds(arr_lag_s) AS landed_ts
  FROM read_parquet(${raw('flights.zstd.parquet')})`;

const KEYS = 'flight_id, carrier, tailnum, origin, dest';
const FRAME = `${KEYS}, arr_delay`;
const RESOLVED = 'arr_delay IS NOT NULL';
const EVALUATED = `${RESOLVED} AND as_of >= ${sqlText(EVALUATE_FROM)}::TIMESTAMPTZ`;
const BEFORE_WEEK = `<= ${sqlText(WEEK_BEFORE)}::TIMESTAMPTZ`;

const SELECT: Readonly<Record<keyof typeof FILE, string>> = {
  schedules: `SELECT flight_id, carrier, tailnum, origin, dest, distance, sched_block_min, sched_dep_ts, published_ts
    FROM flight ORDER BY published_ts, flight_id`,
  observations: `SELECT * REPLACE (wind_dir::BIGINT AS wind_dir) FROM read_parquet(${raw('weather.parquet')})
    ORDER BY event_ts, obs_id`,
  airframes: `SELECT tailnum, year::BIGINT AS year, manufacturer, engines, seats,
      '2012-12-01T00:00:00Z' AS registered_ts FROM read_csv(${raw('planes.csv')}) ORDER BY tailnum`,
  departures: `SELECT ${KEYS}, dep_delay, dep_ts, reported_ts FROM flight WHERE reported_ts IS NOT NULL
    ORDER BY reported_ts, flight_id`,
  arrivals: `SELECT ${KEYS}, arr_delay, arr_ts, landed_ts FROM flight WHERE landed_ts IS NOT NULL
    ORDER BY landed_ts, flight_id`,
  trainingFrame: `SELECT ${FRAME}, as_of FROM flight WHERE ${RESOLVED} AND landed_ts ${BEFORE_WEEK} ORDER BY flight_id`,
  leakyFrame: `SELECT ${FRAME}, reported_ts AS as_of FROM flight WHERE ${RESOLVED} ORDER BY flight_id`,
  evaluationFrame: `SELECT ${FRAME}, as_of FROM flight WHERE ${EVALUATED} ORDER BY as_of, flight_id`,
  leakyEvaluationFrame: `SELECT ${FRAME}, reported_ts AS as_of FROM flight WHERE ${EVALUATED}
    ORDER BY flight.as_of, flight_id`,
  everyFlight: 'SELECT flight_id, origin, as_of FROM flight ORDER BY flight_id',
};

async function writeFile(connection: DuckDBConnection, path: string, sql: string): Promise<void> {
  const format = path.endsWith('.csv') ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
  await connection.run(`COPY (${sql}) TO ${sqlText(path)} (${format})`);
}
