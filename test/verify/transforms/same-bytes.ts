import { join } from 'node:path';
import type { Table } from 'apache-arrow';
import type { Check } from '../check.js';
import { frameOf, type ReplayFlight } from '../replay-model.js';
import {
  bitsOf,
  bitsOfTable,
  flightsOf,
  inNewProcess,
  onStage,
  prepareModel,
  replayOnline,
  type Stage,
} from '../replay-stage.js';

/** From the week of `replay` on, long enough for the flights that are wanted. */
const SPAN = { from: '2013-07-08T04:00:00Z', to: '2013-12-01T00:00:00Z' } as const;
const FLIGHTS = 100_000;

/** The service clock moves in such steps, and the flights of a step are asked for at once. */
const STEP_US = 600_000_000n;

/**
 * Months of flights replayed in the order in which rows became known. The model input and the probability of each flight come
 * from: the training frame, through the vectors route of the client; a batch job that retrieves by itself; online prediction
 * at the time; the saved model in a new process; the transform applied by itself, to Parquet. All are the same bytes.
 */
export const sameBytes: Check = {
  name: 'same-bytes',
  bar: `model inputs and probabilities of ${FLIGHTS} flights are the same bytes from training frame, batch job, online, new process, and applied transform`,
  defect: {
    file: 'src/serving/batch-frames.js',
    find: 'const { time: timeColumn, knowledge, boundary, pins } = request.task;',
    replace: "const { time: timeColumn, boundary, pins } = request.task, knowledge = 'event';",
  },
  run: () => onStage(SPAN, compareWays),
};

async function compareWays(stage: Stage) {
  const { version } = await prepareModel(stage, SPAN);
  const flights = await flightsOf(stage.files, SPAN, `ORDER BY as_of, flight_id LIMIT ${FLIGHTS}`);
  const online = await replayOnline(stage, SPAN, inSteps(flights));
  const frame = frameOf(flights, online.asOfUs);
  const { table } = await stage.client.retrieve(
    { kind: 'arrow', table: frame },
    { featureService: 'replayed', time: 'as_of' },
  );
  const ways: Readonly<Record<string, readonly string[]>> = {
    'training frame': bitsOfTable(await stage.client.vectors('replayed', version, table)),
    'batch job': await byBatchJob(stage, frame),
    'new process': await inNewProcess(stage, version, table),
    'applied transform': await byTransform(stage, frame, online.bits),
  };
  const differences = Object.entries(ways).map(
    ([way, bits]) => [way, online.bits.filter((each, i) => each !== bits[i]).length] as const,
  );
  const distinct = new Set(online.bits).size;
  return {
    // Model inputs that hardly vary would agree by accident.
    ok:
      differences.every(([way, count]) => count === 0 && ways[way]!.length === FLIGHTS) &&
      online.bits.length === FLIGHTS &&
      distinct > FLIGHTS / 2,
    figure: `${differences.map(([way, count]) => `${way} ${count}`).join(', ')} differences from online in ${online.bits.length} flights (${distinct} distinct)`,
  };
}

/** Flights whose prediction times lie in the same step. */
function inSteps(flights: readonly ReplayFlight[]): Iterable<readonly ReplayFlight[]> {
  return Map.groupBy(flights, ({ asOfUs }) => asOfUs / STEP_US).values();
}

/** From keys, times and request inputs alone. */
async function byBatchJob({ client }: Stage, frame: Table): Promise<readonly string[]> {
  const options = { output: 'arrow', include: 'vector' } as const;
  const job = await client.models.startBatchPrediction('replayed', { kind: 'arrow', table: frame }, options);
  await client.waitForJob(job);
  return bitsOfTable(await client.models.batchTable(job));
}

/** A transform has no probability: that of `others` stands in its place. */
async function byTransform(
  { client, dataDir }: Stage,
  frame: Table,
  others: readonly string[],
): Promise<readonly string[]> {
  const path = join(dataDir, 'features.parquet');
  const query = { featureService: 'replayed', time: 'as_of' } as const;
  await client.retrieveToParquet({ kind: 'arrow', table: frame }, query, path);
  const applied = await client.models.applyTransform({ model: 'replayed' }, { kind: 'parquet', path });
  const columns = applied.schema.names.map((name) => applied.getChild(name)!.toArray() as Float64Array);
  return others.map((bits, row) => {
    const vector = columns.map((column) => column[row]!);
    return bitsOf(vector, 0).slice(0, -PROBABILITY_DIGITS) + bits.slice(-PROBABILITY_DIGITS);
  });
}

/** Hexadecimal digits of a double. */
const PROBABILITY_DIGITS = 16;
