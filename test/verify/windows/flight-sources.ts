import { join } from 'node:path';
import { sqlText } from '../../../demo/duckdb.js';
import { RAW } from '../../../demo/paths.js';
import type { Column } from '../rows/row-text.js';

/** Departures and arrivals as sources with their own created times, as documents. */
export function flightSources(): readonly unknown[] {
  return [sourceOf('departures', ['dep_delay', 'dest']), sourceOf('arrivals', ['arr_delay'])];
}

function sourceOf(name: string, own: readonly string[]) {
  const columns = ['flight_id', 'origin', 'carrier', 'tailnum', ...own].map(flightColumn);
  const times = ['at', 'reported'].map((time) => ({ name: time, type: 'TIMESTAMP' }));
  return {
    ...{ kind: 'Source', name, columns: [...columns, ...times] },
    ...{ eventTime: 'at', createdTime: 'reported', orderColumn: 'flight_id' },
  };
}

/** A column of either by its name. */
export function flightColumn(name: string): Column {
  const isNumber = ['flight_id', 'dep_delay', 'arr_delay'].includes(name);
  return { name, type: isNumber ? 'INT64' : 'STRING' };
}

const FLIGHTS_SQL = `FROM (SELECT *, sched_dep_ts + to_minutes(dep_delay::BIGINT) AS dep_ts,
  sched_dep_ts + to_minutes(sched_block_min + arr_delay::BIGINT) AS arr_ts
  FROM read_parquet(${sqlText(join(RAW, 'flights.zstd.parquet'))}))`;

/**
 * Their rows as SQL over the raw file, in the order in which they were reported. A cancelled flight never departs, a diverted one
 * never arrives.
 */
export const FLIGHT_ROWS_SQL = {
  departures: `SELECT flight_id::BIGINT AS flight_id, origin, carrier, tailnum, dest, dep_delay::BIGINT AS dep_delay,
    dep_ts AS "at", dep_ts + to_seconds(dep_lag_s) AS reported ${FLIGHTS_SQL} WHERE dep_delay IS NOT NULL ORDER BY reported, flight_id`,
  arrivals: `SELECT flight_id::BIGINT AS flight_id, origin, carrier, tailnum, arr_delay::BIGINT AS arr_delay,
    arr_ts AS "at", arr_ts + to_seconds(arr_lag_s) AS reported ${FLIGHTS_SQL}
    WHERE arr_delay IS NOT NULL ORDER BY reported, flight_id`,
};
