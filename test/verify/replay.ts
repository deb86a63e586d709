import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Table, tableToIPC } from 'apache-arrow';
import { readDefinitions } from '../../demo/definitions.js';
import { openDuckDb, sqlText } from '../../demo/duckdb.js';
import { predictionsOf, vectorsOf } from '../../demo/frame.js';
import { PREPARED, ROOT } from '../../demo/paths.js';
import { FILE, prepareFiles } from '../../demo/prepare.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import type { InferAnswer, Row } from '../../sdk/typescript/src/wire.js';
import { createApp } from '../../src/create-app.js';
import { formatTimestamp, parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { configurationIn } from '../../src/platform/configuration.js';
import type { Check } from './check.js';
import { frameOf, type ReplayFlight, replayModel } from './replay-model.js';

const PROJECT = 'verify';
/** A summer week with thunderstorms; everything known before it is history. */
const WEEK_START = '2013-07-08T04:00:00Z';
const WEEK_END = '2013-07-15T04:00:00Z';
const FLIGHTS = 1_000;

/**
 * A week replayed in the order in which rows became known, the service clock stepped with them. For each sampled flight
 * the float32 model input is made three ways: online at its prediction time, from history for that time, and by the saved
 * model loaded in a new process from the retrieved features. All must be the same bits, and so must the predictions.
 */
export const replay: Check = {
  name: 'replay',
  bar: `for ${FLIGHTS} flights of a replayed week the same model input and prediction, bit for bit, three ways`,
  defect: {
    file: 'src/online/row-codec.js',
    find: 'cursor.bytes.readDoubleLE(advance(cursor, 8))',
    replace: 'Math.fround(cursor.bytes.readDoubleLE(advance(cursor, 8)))',
  },
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-replay-'));
    const clock = new ManualClock(parseTimestamp(WEEK_START)!);
    const app = await createApp({ ...configurationIn(dataDir), dataRoots: [PREPARED, dataDir] }, clock);
    await app.listen(0, '127.0.0.1');
    try {
      const client = new PlumblineClient({ baseUrl: await app.getUrl(), project: PROJECT });
      return await replayWeek({ client, clock, dataDir, files: await openDuckDb() });
    } finally {
      await app.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

type Stage = {
  readonly client: PlumblineClient;
  readonly clock: ManualClock;
  readonly dataDir: string;
  readonly files: DuckDBConnection;
};

async function replayWeek(stage: Stage) {
  const version = await prepareModel(stage);
  const flights = await sampleFlights(stage.files);
  const online = await step(stage, flights);
  const asOf = online.map((answer) => parseTimestamp(answer.parameters.as_of)!);
  const { table } = await stage.client.retrieve(
    { kind: 'arrow', table: frameOf(flights, asOf) },
    { featureService: 'replayed', time: 'as_of' },
  );
  const history = await stage.client.vectors('replayed', version, table);
  const reloaded = await inNewProcess(stage, version, table);
  const [fromHistory, predicted] = [vectorsOf(history), predictionsOf(history)];
  const ways = online.map((answer, i) => [
    bitsOf(outputOf(answer, 'vector'), outputOf(answer, 'probability')),
    bitsOf(fromHistory[i]!, [predicted[i]!]),
    reloaded[i]!,
  ]);
  const differences = ways.filter(([a, b, c]) => a !== b || a !== c).length;
  const distinct = new Set(ways.map(([a]) => a)).size;
  const exact = asOf.filter((us, i) => us === flights[i]!.asOfUs).length;
  return {
    // Model inputs that hardly vary would agree by accident.
    ok: differences === 0 && ways.length === FLIGHTS && distinct > FLIGHTS / 2,
    figure: `${differences} differences in ${ways.length} flights (${distinct} distinct inputs of ${fromHistory[0]!.length} numbers; ${exact} answered for exactly their prediction time)`,
  };
}

/** Registers everything, loads what was known before the week, and trains on the quarter before it. */
async function prepareModel({ client, files, dataDir }: Stage): Promise<number> {
  await prepareFiles(files);
  await client.apply(await readDefinitions());
  await client.apply(replayModel());
  for (const { source, path, created } of SOURCES) {
    const known = join(dataDir, `${source}.parquet`);
    await files.run(`COPY (SELECT * FROM ${tableOf(path)} WHERE ${created} <= ${sqlText(WEEK_START)}::TIMESTAMPTZ)
      TO ${sqlText(known)} (FORMAT parquet)`);
    await client.waitForJob(await client.load(source, known));
  }
  const frame = join(dataDir, 'training.parquet');
  await files.run(`COPY (SELECT flight_id, origin, tailnum, sched_block_min AS planned_block_min, arr_delay, as_of FROM flight
    WHERE arr_delay IS NOT NULL AND as_of BETWEEN '2013-04-01 00:00:00Z'::TIMESTAMPTZ AND '2013-07-01 00:00:00Z'::TIMESTAMPTZ)
    TO ${sqlText(frame)} (FORMAT parquet)`);
  const query = { featureService: 'replayed', time: 'as_of' } as const;
  const set = await client.createTrainingSet({ kind: 'parquet', path: frame }, query);
  return (await client.waitForJob(await client.train('replayed', set.id))).version;
}

const SOURCES = [
  { source: 'schedules', path: FILE.schedules, created: 'published_ts' },
  { source: 'observations', path: FILE.observations, created: 'created_ts' },
  { source: 'airframes', path: FILE.airframes, created: 'registered_ts::TIMESTAMPTZ' },
] as const;

function tableOf(path: string): string {
  if (path.endsWith('.parquet')) return `read_parquet(${sqlText(path)})`;
  return `(SELECT * REPLACE (registered_ts::TIMESTAMPTZ AS registered_ts) FROM read_csv(${sqlText(path)}))`;
}

async function sampleFlights(files: DuckDBConnection): Promise<readonly ReplayFlight[]> {
  const reader = await files.runAndReadAll(`
    SELECT flight_id, origin, tailnum, sched_block_min, epoch_us(as_of) AS as_of FROM (
      SELECT * FROM flight WHERE as_of > ${sqlText(WEEK_START)}::TIMESTAMPTZ AND as_of < ${sqlText(WEEK_END)}::TIMESTAMPTZ
      ORDER BY md5(flight_id::VARCHAR) LIMIT ${FLIGHTS})
    ORDER BY as_of, flight_id`);
  return reader.getRowObjects().map((row) => ({
    flightId: row['flight_id'] as bigint,
    origin: row['origin'] as string,
    tailnum: row['tailnum'] as string | null,
    plannedBlockMin: row['sched_block_min'] as bigint,
    asOfUs: row['as_of'] as bigint,
  }));
}

type Arrival = { readonly source: string; readonly createdUs: bigint; readonly row: Row };

/** Pushes every row of the week when it becomes known, and asks for each flight at its prediction time. */
async function step(
  { client, clock, files }: Stage,
  flights: readonly ReplayFlight[],
): Promise<readonly InferAnswer[]> {
  const arrivals = await arrivalsOf(files);
  const answers: InferAnswer[] = [];
  let next = 0;
  for (const flight of flights) {
    const due: Arrival[] = [];
    while (next < arrivals.length && arrivals[next]!.createdUs <= flight.asOfUs) due.push(arrivals[next++]!);
    clock.set(flight.asOfUs);
    for (const source of new Set(due.map((arrival) => arrival.source))) {
      await client.push(
        source,
        due.filter((arrival) => arrival.source === source).map(({ row }) => row),
      );
    }
    answers.push(await client.infer('replayed', inferRequest(flight)));
  }
  clock.set(parseTimestamp(WEEK_END)!);
  return answers;
}

async function arrivalsOf(files: DuckDBConnection): Promise<readonly Arrival[]> {
  const arrivals: Arrival[] = [];
  for (const { source, path, created } of SOURCES) {
    const reader =
      await files.runAndReadAll(`SELECT *, epoch_us(${created}) AS created_us FROM ${tableOf(path)}
      WHERE ${created} > ${sqlText(WEEK_START)}::TIMESTAMPTZ AND ${created} <= ${sqlText(WEEK_END)}::TIMESTAMPTZ`);
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

function inferRequest(flight: ReplayFlight) {
  const shape = [1];
  return {
    inputs: [
      { name: 'flight_id', shape, datatype: 'INT64', data: [flight.flightId] },
      { name: 'origin', shape, datatype: 'BYTES', data: [flight.origin] },
      { name: 'tailnum', shape, datatype: 'BYTES', data: [flight.tailnum] },
      { name: 'planned_block_min', shape, datatype: 'INT64', data: [flight.plannedBlockMin] },
    ],
    outputs: [{ name: 'probability' }, { name: 'vector' }],
  } as const;
}

function outputOf(answer: InferAnswer, name: string): readonly number[] {
  return answer.outputs.find((output) => output.name === name)!.data.map(Number);
}

/** The bits of a model input, float32, and of its probability, a double, as text. */
function bitsOf(vector: Iterable<number>, probability: Iterable<number>): string {
  const parts = [Float32Array.from(vector), Float64Array.from(probability)];
  return Buffer.concat(parts.map(({ buffer }) => Buffer.from(buffer))).toString('hex');
}

/** Model inputs and predictions by a process that knows nothing but the saved model and the retrieved features. */
async function inNewProcess({ dataDir }: Stage, version: number, table: Table): Promise<readonly string[]> {
  const frame = join(dataDir, 'features.arrow');
  await writeFile(frame, tableToIPC(table, 'stream'));
  const script = join(ROOT, 'dist/test/verify/reload.js');
  const child = spawn(process.execPath, [script, dataDir, PROJECT, 'replayed', String(version), frame], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, 'exit');
  return output.trim().split('\n');
}
