import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Table, tableToIPC } from 'apache-arrow';
import { readDefinitions } from '../../demo/definitions.js';
import { openDuckDb, sqlText } from '../../demo/duckdb.js';
import { PREPARED, ROOT } from '../../demo/paths.js';
import { FILE, prepareFiles } from '../../demo/prepare.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import type { InferAnswer, Row } from '../../sdk/typescript/src/wire.js';
import { createApp } from '../../src/create-app.js';
import { formatTimestamp, parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { configurationIn } from '../../src/platform/configuration.js';
import { type ReplayFlight, replayModel } from './replay-model.js';

const PROJECT = 'verify';

/** A service in this process whose clock the check moves, and the prepared files. */
export type Stage = {
  readonly client: PlumblineClient;
  readonly clock: ManualClock;
  readonly dataDir: string;
  readonly files: DuckDBConnection;
};

/** What is replayed: RFC 3339, both ends out. What is known by `from` is history when it begins. */
export type Span = { readonly from: string; readonly to: string };

/** Runs work on a stage of its own, gone afterwards. */
export async function onStage<T>({ from }: Span, work: (stage: Stage) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-replay-'));
  const clock = new ManualClock(parseTimestamp(from)!);
  const app = await createApp({ ...configurationIn(dataDir), dataRoots: [PREPARED, dataDir] }, { clock });
  await app.listen(0, '127.0.0.1');
  try {
    const client = new PlumblineClient({ baseUrl: await app.getUrl(), project: PROJECT });
    return await work({ client, clock, dataDir, files: await openDuckDb() });
  } finally {
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Registers everything, loads what was known before the span, and trains on the spring; the training set and the version. */
export async function prepareModel(
  { client, files, dataDir }: Stage,
  { from }: Span,
): Promise<{ readonly trainingSet: string; readonly version: number }> {
  await prepareFiles(files);
  await client.apply(await readDefinitions());
  await client.apply(replayModel());
  for (const { source, path, created } of SOURCES) {
    const known = join(dataDir, `${source}.parquet`);
    await files.run(`COPY (SELECT * FROM ${tableOf(path)} WHERE ${created} <= ${sqlText(from)}::TIMESTAMPTZ)
      TO ${sqlText(known)} (FORMAT parquet)`);
    await client.waitForJob(await client.load(source, known));
  }
  const frame = join(dataDir, 'training.parquet');
  await files.run(`COPY (SELECT flight_id, origin, dest, carrier, tailnum, sched_block_min AS planned_block_min, arr_delay, as_of FROM flight
    WHERE arr_delay IS NOT NULL AND as_of BETWEEN '2013-04-01 00:00:00Z'::TIMESTAMPTZ AND '2013-07-01 00:00:00Z'::TIMESTAMPTZ)
    TO ${sqlText(frame)} (FORMAT parquet)`);
  const query = { featureService: 'replayed', time: 'as_of' } as const;
  const set = await client.createTrainingSet({ kind: 'parquet', path: frame }, query);
  const { version } = await client.waitForJob(await client.train('replayed', set.id));
  return { trainingSet: set.id, version };
}

const SOURCES = [
  { source: 'schedules', path: FILE.schedules, created: 'published_ts' },
  { source: 'observations', path: FILE.observations, created: 'created_ts' },
  { source: 'airframes', path: FILE.airframes, created: 'registered_ts::TIMESTAMPTZ' },
  { source: 'departures', path: FILE.departures, created: 'reported_ts' },
  { source: 'arrivals', path: FILE.arrivals, created: 'landed_ts' },
] as const;

function tableOf(path: string): string {
  if (path.endsWith('.parquet')) return `read_parquet(${sqlText(path)})`;
  return `(SELECT * REPLACE (registered_ts::TIMESTAMPTZ AS registered_ts) FROM read_csv(${sqlText(path)}))`;
}

/** Flights that are predicted within the span, by prediction time; `choose` orders and limits those that are taken. */
export async function flightsOf(
  files: DuckDBConnection,
  { from, to }: Span,
  choose: string,
): Promise<readonly ReplayFlight[]> {
  const reader = await files.runAndReadAll(`
    SELECT flight_id, origin, dest, carrier, tailnum, sched_block_min, epoch_us(as_of) AS as_of FROM (
      SELECT * FROM flight WHERE as_of > ${sqlText(from)}::TIMESTAMPTZ AND as_of < ${sqlText(to)}::TIMESTAMPTZ ${choose})
    ORDER BY as_of, flight_id`);
  return reader.getRowObjects().map((row) => ({
    flightId: row['flight_id'] as bigint,
    origin: row['origin'] as string,
    dest: row['dest'] as string,
    carrier: row['carrier'] as string,
    tailnum: row['tailnum'] as string | null,
    plannedBlockMin: row['sched_block_min'] as bigint,
    asOfUs: row['as_of'] as bigint,
  }));
}

/** What the service answered online. */
export type Replayed = {
  /** T of each answer, microseconds, one a flight. */
  readonly asOfUs: readonly bigint[];
  /** See {@link bitsOf}. */
  readonly bits: readonly string[];
};

/** Pushes every row of the span when it becomes known, and asks for the flights of each group, by time, at its last time. */
export async function replayOnline(
  { client, clock, files }: Stage,
  span: Span,
  groups: Iterable<readonly ReplayFlight[]>,
): Promise<Replayed> {
  const arrivals = await arrivalsOf(files, span);
  const asOfUs: bigint[] = [];
  const bits: string[] = [];
  let next = 0;
  for (const flights of groups) {
    const nowUs = flights.at(-1)!.asOfUs;
    const due: Arrival[] = [];
    while (next < arrivals.length && arrivals[next]!.createdUs <= nowUs) due.push(arrivals[next++]!);
    clock.set(nowUs);
    for (const source of new Set(due.map((arrival) => arrival.source))) {
      await client.push(
        source,
        due.filter((arrival) => arrival.source === source).map(({ row }) => row),
      );
    }
    const answer = await client.infer('replayed', inferRequest(flights));
    bits.push(...answerBits(answer));
    for (const _ of flights) asOfUs.push(parseTimestamp(answer.parameters.as_of)!);
  }
  clock.set(parseTimestamp(span.to)!);
  return { asOfUs, bits };
}

type Arrival = { readonly source: string; readonly createdUs: bigint; readonly row: Row };

async function arrivalsOf(files: DuckDBConnection, { from, to }: Span): Promise<readonly Arrival[]> {
  const arrivals: Arrival[] = [];
  for (const { source, path, created } of SOURCES) {
    const reader =
      await files.runAndReadAll(`SELECT *, epoch_us(${created}) AS created_us FROM ${tableOf(path)}
      WHERE ${created} > ${sqlText(from)}::TIMESTAMPTZ AND ${created} <= ${sqlText(to)}::TIMESTAMPTZ`);
    for (const { created_us: createdUs, ...row } of reader.getRowObjects()) {
      arrivals.push({ source, createdUs: createdUs as bigint, row: jsonRow(row) });
    }
  }
  return arrivals.sort((a, b) => (a.createdUs < b.createdUs ? -1 : Number(a.createdUs > b.createdUs)));
}

/** Instants as RFC 3339 text; a NaN as the text that the door takes for it. */
function jsonRow(row: Readonly<Record<string, unknown>>): Row {
  const entries = Object.entries(row).map(([name, value]) => {
    if (typeof value === 'object' && value !== null && 'micros' in value)
      return [name, formatTimestamp(value.micros as bigint)];
    return [name, typeof value === 'number' && Number.isNaN(value) ? 'NaN' : value];
  });
  return Object.fromEntries(entries) as Row;
}

function inferRequest(flights: readonly ReplayFlight[]) {
  const tensor = <T>(
    name: string,
    datatype: 'INT64' | 'BYTES',
    valueOfFlight: (flight: ReplayFlight) => T,
  ) => ({
    name,
    shape: [flights.length],
    datatype,
    data: flights.map(valueOfFlight),
  });
  return {
    inputs: [
      tensor('flight_id', 'INT64', (flight) => flight.flightId),
      tensor('origin', 'BYTES', (flight) => flight.origin),
      tensor('dest', 'BYTES', (flight) => flight.dest),
      tensor('carrier', 'BYTES', (flight) => flight.carrier),
      tensor('tailnum', 'BYTES', (flight) => flight.tailnum),
      tensor('planned_block_min', 'INT64', (flight) => flight.plannedBlockMin),
    ],
    outputs: [{ name: 'probability' }, { name: 'vector' }],
  } as const;
}

function answerBits({ outputs }: InferAnswer): readonly string[] {
  const dataOf = (name: string): readonly number[] =>
    outputs.find((output) => output.name === name)!.data.map(Number);
  const [vectors, probabilities] = [dataOf('vector'), dataOf('probability')];
  const width = vectors.length / probabilities.length;
  return probabilities.map((probability, row) =>
    bitsOf(vectors.slice(row * width, (row + 1) * width), probability),
  );
}

/** The bits of a model input, float32, and of its probability, a double, as text. */
export function bitsOf(vector: Iterable<number>, probability: number): string {
  const parts = [Float32Array.from(vector), Float64Array.of(probability)];
  return Buffer.concat(parts.map(({ buffer }) => Buffer.from(buffer))).toString('hex');
}

/** The same of a table with the columns `vector` and `probability`, row by row. */
export function bitsOfTable(table: Table): readonly string[] {
  const [vector, probability] = ['vector', 'probability'].map((name) => table.getChild(name)!);
  return Array.from({ length: table.numRows }, (_, row) => bitsOf(vector!.get(row), probability!.get(row)));
}

/** Model inputs and predictions by a process that knows nothing but the saved model and the retrieved features. */
export async function inNewProcess(
  { dataDir }: Stage,
  version: number,
  table: Table,
): Promise<readonly string[]> {
  const frame = join(dataDir, 'features.arrow');
  await writeFile(frame, tableToIPC(table, 'stream'));
  const script = join(ROOT, 'dist/test/verify/reload.js');
  const child = spawn(process.execPath, [script, dataDir, PROJECT, 'replayed', String(version), frame], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  return Buffer.concat(chunks).toString().trim().split('\n');
}
