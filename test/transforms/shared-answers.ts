import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ROOT } from '../../demo/paths.js';
import { compileColumnState } from '../../src/compile/transform.js';
import { type Column, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import { batchOf, fitted } from './fit-output.js';

/** What another implementation gives: how many values were compared, and those that differ. */
export type Comparison = { readonly values: number; readonly differences: readonly string[] };

export const TABLES = [
  { name: 'flights', file: 'flights.zstd.parquet', time: 'sched_dep_ts' },
  { name: 'weather', file: 'weather.parquet', time: 'event_ts' },
] as const;

/** Rows before this instant are the training split. */
const EVALUATE_FROM = '2013-04-01T04:00:00Z';

/** NumPy's answers for one table. */
type Answers = {
  readonly fit_rows: number;
  readonly numeric: Readonly<Record<string, NumericAnswers>>;
  readonly categorical: Readonly<
    Record<
      string,
      {
        readonly vocabulary: readonly string[];
        readonly test: {
          readonly value: readonly string[];
          readonly one_hot_index: readonly (number | null)[];
        };
      }
    >
  >;
};

type NumericAnswers = {
  readonly boundaries: readonly number[];
  readonly test: Readonly<Record<string, readonly (number | null)[]>>;
};

/** What the answers are called, and the same in our language. */
const EXPRESSIONS: Readonly<Record<string, (answers: NumericAnswers) => string>> = {
  standardise: () => "STANDARD_SCALER(x, deviation => 'population') OVER ()",
  minmax: () => 'MIN_MAX_SCALER(x, clamp => FALSE) OVER ()',
  bucketise: ({ boundaries }) => `BUCKETIZE(x, [${boundaries.join(', ')}], output_format => 'bucket_index')`,
  decile_bucket: () => "QUANTILE_BUCKETIZE(x, 10, 'bucket_index', quantiles => 'interpolated') OVER ()",
  impute_median: () => "IMPUTER(x, 'median', quantiles => 'interpolated') OVER ()",
};

/** Compares every answer for a table: integral ones exactly, others within 1e-12 of their size. */
export async function compareAnswers(table: (typeof TABLES)[number]): Promise<Comparison> {
  const path = join(ROOT, 'test', 'data', 'transforms', `${table.name}.json`);
  const answers = JSON.parse(readFileSync(path, 'utf8')) as Answers;
  const parts: Comparison[] = [];
  for (const [name, expected] of Object.entries(answers.numeric)) {
    const training = columnOf('FLOAT64', await trainingValues(table, name, 'DOUBLE'));
    if (training.values.length !== answers.fit_rows) throw new Error(`${training.values.length} rows to fit`);
    parts.push(...compareNumeric(`${table.name}.${name}`, training, expected));
  }
  for (const [name, expected] of Object.entries(answers.categorical)) {
    const training = columnOf('STRING', await trainingValues(table, name, 'VARCHAR'));
    const indexes = expected.test.one_hot_index.map((index) => (index === null ? 0n : BigInt(index) + 1n));
    const column = columnOf('STRING', expected.test.value);
    const given = results('LABEL_ENCODER(x, 32000, 1) OVER ()', training, column);
    parts.push(compared(`${table.name}.${name}`, given, indexes));
  }
  return {
    values: parts.reduce((total, { values }) => total + values, 0),
    differences: parts.flatMap(({ differences }) => differences),
  };
}

function compareNumeric(name: string, training: Column, expected: NumericAnswers): readonly Comparison[] {
  const column = columnOf('FLOAT64', expected.test['value']!);
  return Object.entries(EXPRESSIONS).map(([answer, expression]) => {
    const wanted = expected.test[answer]!;
    const isIndex = answer === 'bucketise' || answer === 'decile_bucket';
    const integral = (value: number | null): Value => (value === null ? null : BigInt(value));
    const given = results(expression(expected), training, column);
    return compared(`${name} ${answer}`, given, isIndex ? wanted.map(integral) : wanted);
  });
}

function results(expression: string, training: Column, column: Column): readonly Value[] {
  const { nodes, outputs } = fitted({ o: expression }, [batchOf({ x: training })]);
  const output = outputs[0]!;
  const state = output.kind === 'encoded' ? output.state : nodes.at(-1)!.state;
  const result = compileColumnState(state)(column);
  return Array.from({ length: result.values.length }, (_, row) => valueAt(result, row));
}

export function compared(name: string, given: readonly Value[], expected: readonly Value[]): Comparison {
  const differences = expected.flatMap((value, row) =>
    isClose(given[row] ?? null, value) ? [] : [`${name} row ${row}: ${given[row]}, not ${value}`],
  );
  return { values: expected.length, differences };
}

const TOLERANCE = 1e-12;

function isClose(given: Value, expected: Value): boolean {
  if (given === expected) return true;
  if (typeof given !== 'number' || typeof expected !== 'number') return false;
  return Math.abs(given - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
}

async function trainingValues(
  table: (typeof TABLES)[number],
  column: string,
  type: string,
): Promise<readonly (number | string | null)[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  const file = join(ROOT, 'demo', 'data', table.file);
  const reader = await connection.runAndReadAll(
    `SELECT ${column}::${type} FROM read_parquet('${file}') WHERE ${table.time} < TIMESTAMPTZ '${EVALUATE_FROM}'`,
  );
  const values = reader.getColumns()[0] as (number | string | null)[];
  connection.closeSync();
  return values;
}
