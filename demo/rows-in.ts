import type { DuckDBConnection } from '@duckdb/node-api';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { Row } from '../sdk/typescript/src/wire.js';
import { sqlText } from './duckdb.js';
import { FILE } from './prepare.js';
import { counted, type Progress } from './progress.js';

/** Rows a push request holds: about 60 kB of JSON. */
const PUSH_ROWS = 500;
const LOADS = [
  { source: 'schedules', path: FILE.schedules, format: 'parquet' },
  { source: 'observations', path: FILE.observations, format: 'parquet' },
  { source: 'airframes', path: FILE.airframes, format: 'csv' },
  { source: 'departures', path: FILE.departures, format: 'parquet' },
] as const;

/** Loads every prepared file, one job each. */
export async function loadFiles(client: PlumblineClient, progress: Progress): Promise<void> {
  for (const { source, path, format } of LOADS) {
    const startedMs = performance.now();
    const { rows } = await client.waitForJob(await client.load(source, path, format));
    const seconds = (performance.now() - startedMs) / 1000;
    progress.line(`${source}: ${counted(rows)} rows in ${seconds.toFixed(1)} s (${format})`);
  }
}

/** Pushes the departures that were reported after the evening, as JSON rows. */
export async function pushLaterDepartures(
  client: PlumblineClient,
  connection: DuckDBConnection,
): Promise<number> {
  const rows = await laterDepartures(connection);
  for (let from = 0; from < rows.length; from += PUSH_ROWS) {
    await client.push('departures', rows.slice(from, from + PUSH_ROWS));
  }
  return rows.length;
}

async function laterDepartures(connection: DuckDBConnection): Promise<readonly Row[]> {
  const rfc3339 = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ') AS ${column}`;
  const reader = await connection.runAndReadAll(`
    SELECT flight_id, dep_delay, ${rfc3339('dep_ts')}, ${rfc3339('reported_ts')}
    FROM read_parquet(${sqlText(FILE.laterDepartures)}) ORDER BY ALL`);
  return reader.getRowObjects() as readonly Row[];
}
