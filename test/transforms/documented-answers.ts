import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../demo/paths.js';
import { compileColumnState, compileTransform } from '../../src/compile/transform.js';
import { type Column, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import { batchOf, columnLike, fitted, rowsOf } from './fit-output.js';
import { type Comparison, compared } from './shared-answers.js';

const FAR = 1.2649110640673518;
const LETTERS = [null, 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd'];

/** A function over column `x` of training rows, and its values for them. Source: the reference of BigQuery ML. */
const COLUMNS: readonly (readonly [expression: string, x: readonly Value[], expected: readonly Value[]])[] = [
  ['STANDARD_SCALER(x) OVER ()', [1, 2, 3, 4, 5], [-FAR, -FAR / 2, 0, FAR / 2, FAR]],
  ['MIN_MAX_SCALER(x) OVER ()', [1, 2, 3, 4, 5], [0, 0.25, 0.5, 0.75, 1]],
  ['MAX_ABS_SCALER(x) OVER ()', [null, -3, 1, 2, 3, 4, 5], [null, -0.6, 0.2, 0.4, 0.6, 0.8, 1]],
  ['ROBUST_SCALER(x) OVER ()', [null, -3, 1, 2, 3, 4, 5], [null, -5 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1]],
  ["IMPUTER(x, 'mean') OVER ()", [null, -3, -3, -3, 1, 2, 3, 4, 5], [0.75, -3, -3, -3, 1, 2, 3, 4, 5]],
  ['BUCKETIZE(x, [1, 2, 3])', [2.5], ['bin_3']],
  ['BUCKETIZE(x, [1, 2, 3], TRUE)', [2.5], ['bin_2']],
  ["BUCKETIZE(x, [1, 2, 3], FALSE, 'bucket_ranges')", [2.5], ['[2, 3)']],
  ["BUCKETIZE(x, [1, 2, 3], FALSE, 'bucket_ranges_json')", [2.5], ['{"start": "2", "end": "3"}']],
  ['QUANTILE_BUCKETIZE(x, 3) OVER ()', [1, 2, 3, 4, 5], ['bin_1', 'bin_2', 'bin_2', 'bin_3', 'bin_3']],
  ['LABEL_ENCODER(x, 2, 2) OVER ()', LETTERS, [0n, 0n, 1n, 1n, 2n, 2n, 2n, 0n, 0n]],
];

/** Arrays, compared element by element. */
const ARRAYS: readonly (readonly [expression: string, x: readonly Value[], expected: readonly Value[]])[] = [
  ['NORMALIZER(x)', [4, 1, 2, 2, 0], [0.8, 0.2, 0.4, 0.4, 0]],
  ["NGRAMS(x, [2, 3], '#')", ['a', 'b', 'c'], ['a#b', 'a#b#c', 'b#c']],
];

/** Every documented value of BigQuery ML. */
export function compareDocumented(): Comparison {
  return joined([
    ...COLUMNS.map(([expression, x, expected]) =>
      compared(expression, valuesOf(expression, columnLike(x)), expected),
    ),
    ...ARRAYS.map(([expression, x, expected]) => {
      const [array] = valuesOf(expression, columnLike([x]));
      return compared(expression, array as readonly Value[], expected);
    }),
    compareExpansions(),
  ]);
}

/** FEATURE_CROSS of a, b, c; POLYNOMIAL_EXPAND of 2 and 3. */
function compareExpansions(): Comparison {
  const texts = batchOf({ f1: columnLike(['a']), f2: columnLike(['b']), f3: columnLike(['c']) });
  const crossed = fitted({ c: 'LABEL_ENCODER(FEATURE_CROSS(STRUCT(f1, f2, f3)), 9, 1) OVER ()' }, [texts]);
  const words = crossed.outputs.flatMap((output) =>
    output.kind === 'encoded' && 'vocabulary' in output.state
      ? [output.name, ...output.state.vocabulary]
      : [],
  );
  const numbers = batchOf({ f1: columnLike([2]), f2: columnLike([3]) });
  const expanded = fitted({ p: 'POLYNOMIAL_EXPAND(STRUCT(f1, f2), 2)' }, [numbers]);
  const names = compileTransform(expanded).slots.map(({ name }) => name);
  return joined([
    compared('FEATURE_CROSS', words, ['c_f1_f2', 'a_b', 'c_f1_f3', 'a_c', 'c_f2_f3', 'b_c']),
    compared('POLYNOMIAL_EXPAND', names, ['p_f1', 'p_f1_f1', 'p_f1_f2', 'p_f2', 'p_f2_f2']),
    compared('POLYNOMIAL_EXPAND', rowsOf(expanded, numbers)[0]!, [2, 4, 6, 3, 9]),
  ]);
}

/** What TFX Transform calls its outputs, and the same in our language. */
const TFX: Readonly<Record<string, string>> = {
  z: "STANDARD_SCALER(x, deviation => 'population') OVER ()",
  z_const: "STANDARD_SCALER(c, deviation => 'population', constant => 'difference') OVER ()",
  zpk: "STANDARD_SCALER(x, deviation => 'population', constant => 'difference', unseen => 'unchanged') OVER (PARTITION BY s)",
  mm: 'MIN_MAX_SCALER(x, clamp => FALSE) OVER ()',
  'mm_-1_1': 'MIN_MAX_SCALER(x, clamp => FALSE) OVER () * 2 - 1',
  mm_const: "MIN_MAX_SCALER(c, clamp => FALSE, constant => 'sigmoid') OVER ()",
  bk3: "QUANTILE_BUCKETIZE(x, 3, 'bucket_index', quantiles => 'upper') OVER ()",
  bk4: "QUANTILE_BUCKETIZE(x, 4, 'bucket_index', quantiles => 'upper') OVER ()",
  vocab: "LABEL_ENCODER(s, 32000, 1, oov => -1, vocabulary_order => 'frequency') OVER ()",
  vocab_f2: "LABEL_ENCODER(s, 32000, 2, oov => -1, vocabulary_order => 'frequency') OVER ()",
  vocab_top2: "LABEL_ENCODER(s, 2, 1, oov => -1, vocabulary_order => 'frequency') OVER ()",
  vocab_oov3: "LABEL_ENCODER(s, 2, 1, oov => -1, oov_buckets => 3, vocabulary_order => 'frequency') OVER ()",
  hash5: 'HASH_BUCKETIZE(s, 5)',
};

type TfxRow = Readonly<Record<string, number | string | null | readonly number[]>>;

/** Its answers are float32, so ours are rounded likewise; NaN, which we have not, is left out, and what it makes of NaN. */
export function compareTfx(): Comparison {
  const path = join(ROOT, 'test', 'data', 'transforms', 'tft.json');
  const answers = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, readonly TfxRow[]>>;
  const training = tfxBatch(answers['train_in']!);
  const transform = fitted(TFX, [training]);
  const compareRows = (input: readonly TfxRow[], output: readonly TfxRow[]): Comparison => {
    const rows = rowsOf(transform, tfxBatch(input));
    return joined(
      output.flatMap((row, at) =>
        input[at]!['x'] === 'nan'
          ? []
          : Object.keys(TFX).map((name, slot) =>
              comparedFloats(`${name} row ${at}`, rows[at]![slot]!, row[name] as number),
            ),
      ),
    );
  };
  return joined([
    compareRows(answers['train_in']!, answers['train_out']!),
    compareRows(answers['serve_in']!, answers['serve_out']!),
  ]);
}

function tfxBatch(rows: readonly TfxRow[]) {
  const numbers = (name: string): Column =>
    columnOf(
      'FLOAT64',
      rows.map((row) => (row[name] === 'nan' ? null : Number(row[name]))),
    );
  const texts = columnOf(
    'STRING',
    rows.map((row) => row['s'] as string),
  );
  return batchOf({ x: numbers('x'), c: numbers('c'), s: texts });
}

/** TFX Transform computes in float32: a few units in the last place of the largest intermediate. */
function comparedFloats(name: string, given: number, expected: number): Comparison {
  const isIntegral = Number.isInteger(expected);
  const tolerance = isIntegral ? 0 : 4 * 2 ** -24 * Math.max(1, Math.abs(expected));
  const isClose = Math.abs(given - expected) <= tolerance;
  return { values: 1, differences: isClose ? [] : [`${name}: ${given}, not ${expected}`] };
}

function valuesOf(expression: string, column: Column): readonly Value[] {
  const { nodes, outputs } = fitted({ o: expression }, [batchOf({ x: column })]);
  const output = outputs[0]!;
  const state = output.kind === 'encoded' ? output.state : nodes.at(-1)!.state;
  const result = compileColumnState(state)(column);
  return Array.from({ length: result.values.length }, (_, row) => valueAt(result, row));
}

function joined(parts: readonly Comparison[]): Comparison {
  return {
    values: parts.reduce((total, { values }) => total + values, 0),
    differences: parts.flatMap(({ differences }) => differences),
  };
}
