import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { imputed, imputerAccumulator } from '../../src/compile/fitted/imputer.js';
import { OneHotAccumulator, oneHotSlots } from '../../src/compile/fitted/one-hot-encoder.js';
import { StandardScalerAccumulator, standardScaled } from '../../src/compile/fitted/standard-scaler.js';
import { type Column, columnOf, valueAt } from '../../src/definition/column-batch.js';

/** Answers that NumPy gave: population standard deviation, frequency threshold 1, slots from 0. */
type Answers = {
  readonly fitRows: number;
  readonly numeric: Readonly<Record<string, NumericAnswers>>;
  readonly categorical: Readonly<Record<string, CategoricalAnswers>>;
};
type NumericAnswers = {
  readonly count: number;
  readonly mean: number;
  readonly stdPop: number;
  readonly median: number;
  readonly values: readonly (number | null)[];
  readonly standardised: readonly (number | null)[];
  readonly imputedMedian: readonly number[];
};
type CategoricalAnswers = {
  readonly vocabulary: readonly string[];
  readonly values: readonly string[];
  readonly index: readonly (number | null)[];
};

const TABLES = [
  { name: 'flights', file: 'flights.zstd.parquet', time: 'sched_dep_ts' },
  { name: 'weather', file: 'weather.parquet', time: 'event_ts' },
] as const;

/** Rows before this instant are the training split. */
const EVALUATE_FROM = '2013-04-01T04:00:00Z';

const here = (path: string): URL => new URL(`../../${path}`, import.meta.url);

async function trainingColumn(table: (typeof TABLES)[number], column: string, type: string) {
  const connection = await (await DuckDBInstance.create()).connect();
  const file = here(`demo/data/${table.file}`).pathname;
  const reader = await connection.runAndReadAll(
    `SELECT ${column}::${type} FROM read_parquet('${file}') WHERE ${table.time} < TIMESTAMPTZ '${EVALUATE_FROM}'`,
  );
  const values = reader.getColumns()[0] as (number | string | null)[];
  connection.closeSync();
  return columnOf(type === 'DOUBLE' ? 'FLOAT64' : 'STRING', values);
}

const numbersOf = (column: Column): (number | null)[] =>
  Array.from({ length: column.values.length }, (_, row) => valueAt(column, row) as number | null);

describe.each(TABLES)('transforms fitted on the first quarter of $name', (table) => {
  const answers = JSON.parse(
    readFileSync(here(`test/data/transforms/${table.name}.json`), 'utf8'),
  ) as Answers;

  it.each(Object.entries(answers.numeric))('%s: mean, deviation, median', async (name, expected) => {
    const training = await trainingColumn(table, name, 'DOUBLE');
    expect(training.values.length).toBe(answers.fitRows);
    const scaler = new StandardScalerAccumulator();
    scaler.add(training);
    const state = scaler.state();
    expect(state.count).toBe(expected.count);
    expect(state.mean! / expected.mean).toBeCloseTo(1, 12);
    const toPopulation = Math.sqrt(expected.count / (expected.count - 1));
    const scaled = numbersOf(standardScaled(state, columnOf('FLOAT64', expected.values)));
    scaled.forEach((value, row) => {
      const want = expected.standardised[row]!;
      if (want === null) expect(value).toBeNull();
      else expect(Math.abs(value! * toPopulation - want)).toBeLessThan(1e-12 * Math.max(1, Math.abs(want)));
    });
    const median = imputerAccumulator('median');
    median.add(training);
    expect(median.state().value).toBe(expected.median);
    const filled = imputed(median.state(), columnOf('FLOAT64', expected.values));
    expect(numbersOf(filled)).toEqual(expected.imputedMedian);
  });

  it.each(Object.entries(answers.categorical))('%s: vocabulary and slots', async (name, expected) => {
    const encoder = new OneHotAccumulator({ drop: 'none', topK: 32_000, frequencyThreshold: 1 });
    encoder.add(await trainingColumn(table, name, 'VARCHAR'));
    expect(encoder.state().vocabulary).toEqual(expected.vocabulary);
    const slots = oneHotSlots(encoder.state())(columnOf('STRING', expected.values));
    expect([...slots]).toEqual(expected.index.map((index) => (index === null ? 0 : index + 1)));
  });
});
