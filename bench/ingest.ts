import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, sqlText } from '../demo/duckdb.js';
import { type RunningService, startService } from '../demo/service.js';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { Document } from '../src/definition/document.js';
import { type BenchResult, median } from './conditions.js';
import { httpRequest, sendLoad } from './http-load.js';

const REPETITIONS = 5;
const PROJECT = 'bench';

/** Keys that rows are spread over. */
const USERS = 100_000;

/** Rows of the loaded file. */
const FILE_ROWS = 1_000_000;

const SINGLE_PUSHES = 10_000;
const LARGE_PUSHES = 200;
const ROWS_A_LARGE_PUSH = 1_000;
const CONNECTIONS = 8;

/**
 * Rows in through the REST API of the real service, durable and visible online when answered: one row a request, 1,000
 * rows a request (JSON and Arrow's stand-in, JSON lines), and a batch load of Parquet. Rows have 10 columns; one feature
 * set with 7 features follows them. Medians of interleaved repetitions.
 */
export async function ingest(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    for (let i = 0; i < REPETITIONS; i++) await writeFile(join(folder, `rows-${i}.parquet`), i);
    const service = await startService({ dataDir: join(folder, 'data'), dataRoots: [folder] });
    try {
      return await measure(service, folder);
    } finally {
      await service.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(service: RunningService, folder: string): Promise<BenchResult> {
  const client = new PlumblineClient({ baseUrl: service.baseUrl, project: PROJECT });
  await client.apply(DEFINITIONS);
  const figures = {
    single: [] as number[],
    large: [] as number[],
    ndjson: [] as number[],
    load: [] as number[],
  };
  const p99: number[] = [];
  let failures = 0;
  await push(service, { requests: 2_000, rows: 1, format: 'json' });
  for (let i = 0; i < REPETITIONS; i++) {
    const single = await push(service, { requests: SINGLE_PUSHES, rows: 1, format: 'json' });
    const large = await push(service, { requests: LARGE_PUSHES, rows: ROWS_A_LARGE_PUSH, format: 'json' });
    const lines = await push(service, { requests: LARGE_PUSHES, rows: ROWS_A_LARGE_PUSH, format: 'ndjson' });
    figures.single.push(SINGLE_PUSHES / single.seconds);
    figures.large.push((LARGE_PUSHES * ROWS_A_LARGE_PUSH) / large.seconds);
    figures.ndjson.push((LARGE_PUSHES * ROWS_A_LARGE_PUSH) / lines.seconds);
    figures.load.push(FILE_ROWS / (await loadSeconds(client, join(folder, `rows-${i}.parquet`))));
    p99.push(single.p99Ms);
    failures += single.failures + large.failures + lines.failures;
  }
  return {
    ok: failures === 0,
    metrics: {
      singleRowsPerSecond: Math.round(median(figures.single)),
      singleP99Ms: median(p99),
      largeRowsPerSecond: Math.round(median(figures.large)),
      ndjsonRowsPerSecond: Math.round(median(figures.ndjson)),
      loadRowsPerSecond: Math.round(median(figures.load)),
      failures,
      fileMiB: (await stat(join(folder, 'rows-0.parquet'))).size / 2 ** 20,
      peakRssMiB: (await service.peakRssMiB()) ?? 0,
    },
  };
}

async function loadSeconds(client: PlumblineClient, path: string): Promise<number> {
  const startedMs = performance.now();
  await client.waitForJob(await client.load('transactions', path));
  return (performance.now() - startedMs) / 1000;
}

type PushLoad = { readonly requests: number; readonly rows: number; readonly format: 'json' | 'ndjson' };

/** Requests are made beforehand, a few of them, and sent in turn: the rows differ, their making is not measured. */
function push(service: RunningService, { requests, rows, format }: PushLoad) {
  const { hostname, port } = new URL(service.baseUrl);
  const path = `/v1/projects/${PROJECT}/sources/transactions/rows`;
  const prepared = Array.from({ length: Math.min(requests, 100) }, (_, i) => {
    const batch = Array.from({ length: rows }, (_unused, row) => rowOf(i * rows + row));
    if (format === 'json') return httpRequest(path, JSON.stringify({ rows: batch }));
    return httpRequest(path, batch.map((row) => JSON.stringify(row)).join('\n'), 'application/x-ndjson');
  });
  return sendLoad({
    host: hostname,
    port: Number(port),
    connections: CONNECTIONS,
    requests,
    request: (i) => prepared[i % prepared.length]!,
  });
}

/** Whole seconds, so that rows of a push are as their producers write them. */
const NOW_SECONDS = Math.floor(Date.now() / 1000) - 3_600;

function rowOf(i: number): object {
  const at = new Date((NOW_SECONDS - (i % 1000)) * 1000).toISOString();
  return {
    user_id: (i * 7919) % USERS,
    event_ts: at,
    created_ts: at,
    amount: (i % 10_000) / 100,
    balance: 1000.25 + (i % 77),
    score: (i % 100) / 100,
    transactions: i % 500,
    streak: i % 30,
    kind: KINDS[i % KINDS.length],
    is_online: i % 2 === 0,
  };
}

const KINDS = ['alpha', 'beta', 'gamma', 'delta'];

async function writeFile(path: string, seed: number): Promise<void> {
  const duckdb = await openDuckDb();
  try {
    await duckdb.run(`COPY (
      SELECT (hash(i, ${seed}) % ${USERS})::BIGINT AS user_id,
        TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds((i * 1000003 + ${seed})::BIGINT) AS event_ts,
        event_ts + to_microseconds((hash(i + 1, ${seed}) % 60000000)::BIGINT) AS created_ts,
        (hash(i + 2) % 1000000)::DOUBLE / 100 AS amount,
        CASE WHEN hash(i + 3) % 50 > 0 THEN (hash(i + 4) % 100000)::DOUBLE / 3 END AS balance,
        (hash(i + 5) % 1000)::DOUBLE / 1000 AS score,
        (hash(i + 6) % 500)::BIGINT AS transactions,
        (hash(i + 7) % 30)::BIGINT AS streak,
        ['alpha', 'beta', 'gamma', 'delta'][1 + (hash(i + 8) % 4)::INTEGER] AS kind,
        hash(i + 9) % 2 = 0 AS is_online
      FROM range(${FILE_ROWS}) t(i)
    ) TO ${sqlText(path)} (FORMAT parquet)`);
  } finally {
    duckdb.closeSync();
  }
}

const DEFINITIONS: readonly Document[] = [
  { kind: 'Entity', name: 'user', keys: [{ name: 'user_id', type: 'INT64' }] },
  {
    kind: 'Source',
    name: 'transactions',
    eventTime: 'event_ts',
    createdTime: 'created_ts',
    columns: [
      { name: 'user_id', type: 'INT64' },
      { name: 'event_ts', type: 'TIMESTAMP' },
      { name: 'created_ts', type: 'TIMESTAMP' },
      { name: 'amount', type: 'FLOAT64' },
      { name: 'balance', type: 'FLOAT64' },
      { name: 'score', type: 'FLOAT64' },
      { name: 'transactions', type: 'INT64' },
      { name: 'streak', type: 'INT64' },
      { name: 'kind', type: 'STRING' },
      { name: 'is_online', type: 'BOOL' },
    ],
  },
  {
    kind: 'FeatureSet',
    name: 'user_transactions',
    entity: 'user',
    source: 'transactions',
    features: ['amount', 'balance', 'score', 'transactions', 'streak', 'kind', 'is_online'].map((name) => ({
      name,
    })),
  },
  { kind: 'FeatureService', name: 'user', entries: [{ featureSet: 'user_transactions' }] },
];
