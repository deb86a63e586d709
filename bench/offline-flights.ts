import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { readDefinitions } from '../demo/definitions.js';
import { firstRow, openDuckDb, sqlText } from '../demo/duckdb.js';
import { PREPARED } from '../demo/paths.js';
import { AFTERWARDS, FILE, prepareFiles } from '../demo/prepare.js';
import { type RunningService, startService } from '../demo/service.js';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { Document } from '../src/definition/document.js';
import { type BenchResult, median } from './conditions.js';

const REPETITIONS = 5;
const PROJECT = 'bench';

/**
 * The weather as of an hour before each flight of the year, Parquet frame in, Parquet file out: through the REST API,
 * against the same join written by hand in DuckDB over a copy of the same stored table. Default knowledge rule.
 */
export async function offlineFlights(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    const files = await openDuckDb();
    await prepareFiles(files);
    await loadWeather(join(folder, 'data'));
    await cp(join(folder, 'data', 'history.duckdb'), join(folder, 'copy.duckdb'));
    return await measure(folder, files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loads the observations and stops the service, so that its history file is whole. */
async function loadWeather(dataDir: string): Promise<void> {
  await withService(dataDir, async (client) => {
    await client.apply(await readDefinitions());
    await client.apply(DEFINITIONS);
    await client.waitForJob(await client.load('observations', FILE.observations));
  });
}

async function measure(folder: string, files: DuckDBConnection): Promise<BenchResult> {
  const byHand = await openCopy(join(folder, 'copy.duckdb'));
  const history = await historyTable(byHand);
  const [ours, hand] = [join(folder, 'ours.parquet'), join(folder, 'hand.parquet')];
  const seconds = { ours: [] as number[], hand: [] as number[] };
  await withService(join(folder, 'data'), async (client) => {
    for (let i = 0; i < REPETITIONS; i++) {
      seconds.ours.push(await timed(() => retrieve(client, ours)));
      seconds.hand.push(await timed(() => byHand.run(handWrittenSql(history, hand))));
    }
  });
  byHand.closeSync();
  const differences = await countDifferences(files, ours, hand);
  return {
    ok: differences === 0,
    metrics: {
      ratioToHandWritten: median(seconds.ours) / median(seconds.hand),
      differences,
      oursSeconds: median(seconds.ours),
      handWrittenSeconds: median(seconds.hand),
    },
  };
}

function retrieve(client: PlumblineClient, path: string): Promise<unknown> {
  const frame = { kind: 'parquet', path: FILE.everyFlight } as const;
  return client.retrieveToParquet(frame, { featureService: 'weather_columns', time: 'as_of' }, path);
}

/** As the service opens it: same limits, same file format. */
async function openCopy(path: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(path, { memory_limit: '512MiB', threads: '2' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/**
 * What somebody who knows this data would write: observations become known in the order of their hours, so the last one
 * known at T is the answer. It need not hold for other data, and counts no leaks.
 */
function handWrittenSql(history: string, path: string): string {
  const columns = WEATHER.map((name) => `w.${name} AS weather__${name}`);
  return `COPY (
    SELECT f.*, ${columns.join(', ')}
    FROM read_parquet(${sqlText(FILE.everyFlight)}) f
    ASOF LEFT JOIN (SELECT *, greatest(event_ts, created_ts) AS known_ts FROM ${history}) w
      ON f.origin = w.origin AND f.as_of AT TIME ZONE 'UTC' >= w.known_ts
    ORDER BY f.flight_id
  ) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`;
}

const WEATHER = [
  'obs_id',
  'temp',
  'dewp',
  'humid',
  'wind_dir',
  'wind_speed',
  'wind_gust',
  'precip',
  'pressure',
  'visib',
];

const DEFINITIONS: readonly Document[] = [
  {
    kind: 'FeatureSet',
    name: 'weather_columns',
    entity: 'airport',
    source: 'observations',
    features: WEATHER.map((name) => ({ name })),
  },
  {
    kind: 'FeatureService',
    name: 'weather_columns',
    entries: [{ featureSet: 'weather_columns', alias: 'weather' }],
  },
];

/** The history table of the observations; its name ends in a digest of project and source. */
async function historyTable(connection: DuckDBConnection): Promise<string> {
  const sql = `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'history_${PROJECT}_observations_%'`;
  return `"${String((await firstRow(connection, sql))['table_name'])}"`;
}

async function countDifferences(files: DuckDBConnection, ours: string, hand: string): Promise<number> {
  const differs = WEATHER.map((name) => `(a.weather__${name} IS DISTINCT FROM b.weather__${name})::BIGINT`);
  const row = await firstRow(
    files,
    `SELECT sum(${differs.join(' + ')} + (a.flight_id IS NULL OR b.flight_id IS NULL)::BIGINT) AS differences
     FROM read_parquet(${sqlText(ours)}) a FULL JOIN read_parquet(${sqlText(hand)}) b ON a.flight_id = b.flight_id`,
  );
  return Number(row['differences']);
}

async function withService(dataDir: string, work: (client: PlumblineClient) => Promise<void>): Promise<void> {
  const service: RunningService = await startService({ dataDir, dataRoots: [PREPARED], clock: AFTERWARDS });
  try {
    await work(new PlumblineClient({ baseUrl: service.baseUrl, project: PROJECT }));
  } finally {
    await service.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}
