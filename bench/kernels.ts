import { checkExpression } from '../src/compile/check.js';
import { compileColumnarKernel } from '../src/compile/kernel.js';
import { type Column, type ColumnBatch, columnOf, valueAt } from '../src/definition/column-batch.js';
import type { Value } from '../src/definition/value.js';
import { type BenchResult, median } from './conditions.js';
import { FLIGHT_COLUMNS, flightColumns, KERNEL_FEATURES } from './kernel-features.js';

const ROWS_A_BATCH = 16_384;
const BATCHES = 16;
const REPETITIONS = 11;

/**
 * A feature set of twenty mixed expressions: the compiled kernel against the same features written by hand, over the same
 * columns, interleaved. The values must be the same; LN, which is pinned here, within one unit of the last place.
 */
export async function kernels(): Promise<BenchResult> {
  const kernel = compileColumnarKernel(
    KERNEL_FEATURES.map(({ name, expression }) => ({ name, ...typed(expression) })),
  );
  const batches = Array.from({ length: BATCHES }, (_, index) => flights(index));
  const differences = batches.reduce((sum, batch) => sum + differencesOf(kernel(batch), byHand(batch)), 0);
  const seconds = { kernel: [] as number[], byHand: [] as number[] };
  for (let i = 0; i < REPETITIONS; i++) {
    seconds.kernel.push(secondsOf(() => batches.map((batch) => kernel(batch))));
    seconds.byHand.push(secondsOf(() => batches.map(byHand)));
  }
  const rows = BATCHES * ROWS_A_BATCH;
  const ratios = seconds.kernel.map((each, i) => each / seconds.byHand[i]!);
  return {
    ok: differences === 0,
    metrics: {
      differences,
      ratioToHandWritten: Math.round(median(ratios) * 1000) / 1000,
      kernelRowsPerSecond: Math.round(rows / median(seconds.kernel)),
      byHandRowsPerSecond: Math.round(rows / median(seconds.byHand)),
      features: KERNEL_FEATURES.length,
      rows,
    },
  };
}

function typed(text: string) {
  const checked = checkExpression(text, { scope: FLIGHT_COLUMNS, allow: 'row' });
  if ('expression' in checked) return checked;
  throw new Error(`${text}: ${checked.problems[0]?.message}`);
}

function byHand(batch: ColumnBatch): ReadonlyMap<string, Column> {
  const columns = flightColumns(batch);
  return new Map(KERNEL_FEATURES.map((feature) => [feature.name, feature.byHand(columns)]));
}

function secondsOf(run: () => unknown): number {
  const startedMs = performance.now();
  run();
  return (performance.now() - startedMs) / 1000;
}

function differencesOf({ columns, rowCount }: ColumnBatch, expected: ReadonlyMap<string, Column>): number {
  let differences = 0;
  for (const [name, column] of columns) {
    for (let row = 0; row < rowCount; row++) {
      if (!isSame(valueAt(column, row), valueAt(expected.get(name)!, row))) differences++;
    }
  }
  return differences;
}

function isSame(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true;
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= Math.abs(b) * Number.EPSILON;
}

/** Departures of a made-up day, the same for the same number. */
function flights(day: number): ColumnBatch {
  const random = randomOf(day + 1);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const some = (value: Value): Value => (random() < 0.05 ? null : value);
  const columns = new Map<string, Value[]>([...FLIGHT_COLUMNS.keys()].map((name) => [name, []]));
  for (let i = 0; i < ROWS_A_BATCH; i++) {
    const departure = 1_380_000_000_000_000n + BigInt(Math.floor(random() * 1e13));
    const row: Readonly<Record<string, Value>> = {
      distance: Math.round(random() * 3000),
      air_time: some(Math.round(random() * 400)),
      wind_u: random() * 60 - 30,
      wind_v: random() * 60 - 30,
      visibility: some(random() * 10),
      departure_delay: some(BigInt(Math.round(random() * 120 - 20))),
      arrival_delay: some(BigInt(Math.round(random() * 140 - 40))),
      flight: BigInt(Math.floor(random() * 8000)),
      departure,
      created: departure - BigInt(Math.floor(random() * 1e11)),
      carrier: pick(['aa', 'AA', 'B6', 'DL', 'EV', 'UA', 'us']),
      origin: pick(['EWR', 'JFK', 'LGA']),
      destination: pick(['ATL', 'BOS', 'LAX', 'MIA', 'ORD', 'SFO']),
      tail: some(`N${Math.floor(random() * 99_999)}${pick(['A', 'Q', ''])}`),
    };
    for (const [name, values] of columns) values.push(row[name] ?? null);
  }
  const made = [...columns].map(
    ([name, values]) => [name, columnOf(FLIGHT_COLUMNS.get(name)!, values)] as const,
  );
  return { rowCount: ROWS_A_BATCH, columns: new Map(made) };
}

/** Numbers in [0, 1), mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
