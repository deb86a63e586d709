import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import { firstRow, sqlText } from './duckdb.js';
import { OUT, ROOT } from './paths.js';
import { FILE } from './prepare.js';

/** Answers computed independently of Plumbline, by brute force (see `test/data/README.md`). */
const EXPECTED = join(ROOT, 'test/data/flights/expected_weather_asof.parquet');
const AGES = ['none', '1h', '3h'] as const;

export type WeatherCheck = {
  readonly knowledge: 'event' | 'known';
  readonly flights: number;
  /** Answers that differ from the expected ones, over the three age limits. */
  readonly differences: number;
  readonly leakCount: number;
  readonly seconds: number;
};

/** Retrieves the weather as of an hour before every flight of the year and counts the answers that are not as expected. */
export async function checkWeather(
  client: PlumblineClient,
  connection: DuckDBConnection,
  knowledge: WeatherCheck['knowledge'],
): Promise<WeatherCheck> {
  const path = join(OUT, `weather-${knowledge}.parquet`);
  const startedMs = performance.now();
  const report = await client.retrieveToParquet(
    { kind: 'parquet', path: FILE.everyFlight },
    { featureService: 'weather_check', time: 'as_of', knowledge },
    path,
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const row = await firstRow(connection, differencesSql(path, knowledge));
  return {
    knowledge,
    seconds,
    flights: report.rows,
    leakCount: report.leakCount,
    differences: Number(row['differences']),
  };
}

/** A flight that only one side has counts as one difference an age. */
function differencesSql(path: string, knowledge: string): string {
  const differs = AGES.map(
    (age) => `(a.weather_${age}__obs_id IS DISTINCT FROM e.obs_${knowledge}_${age}
      OR a.flight_id IS NULL OR e.flight_id IS NULL)::BIGINT`,
  );
  return `SELECT coalesce(sum(${differs.join(' + ')}), 0) AS differences
    FROM read_parquet(${sqlText(path)}) a FULL JOIN read_parquet(${sqlText(EXPECTED)}) e ON a.flight_id = e.flight_id`;
}
