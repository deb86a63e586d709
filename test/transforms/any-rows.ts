import fc from 'fast-check';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';

/** Columns that the expressions below read. */
const SCOPE = {
  x: 'FLOAT64',
  n: 'INT64',
  s: 'STRING',
  b: 'BOOL',
  v: 'ARRAY<FLOAT64>',
  t: 'ARRAY<STRING>',
} as const satisfies Record<string, ValueType>;

export type Row = Readonly<Record<keyof typeof SCOPE, Value>>;

/** Every preprocessing function, alone, in another and in a larger expression; with options of each dialect. */
export const EXPRESSIONS: Readonly<Record<string, string>> = {
  standard: 'STANDARD_SCALER(x) OVER ()',
  population: "STANDARD_SCALER(n, deviation => 'population', constant => 'difference') OVER ()",
  min_max: 'MIN_MAX_SCALER(x) OVER ()',
  free: "MIN_MAX_SCALER(x, clamp => FALSE, constant => 'sigmoid') OVER ()",
  max_abs: 'MAX_ABS_SCALER(x) OVER ()',
  robust: 'ROBUST_SCALER(x) OVER ()',
  interpolated: "ROBUST_SCALER(n, [10, 90], quantiles => 'interpolated') OVER ()",
  mean: "STANDARD_SCALER(IMPUTER(x, 'mean') OVER ()) OVER ()",
  median: "MIN_MAX_SCALER(IMPUTER(x, 'median') OVER ()) OVER ()",
  frequent: "ROBUST_SCALER(IMPUTER(n, 'most_frequent') OVER ()) OVER ()",
  deep: "MAX_ABS_SCALER(STANDARD_SCALER(IMPUTER(x, 'mean') OVER ()) OVER () + 1) OVER ()",
  deeper:
    'LABEL_ENCODER(QUANTILE_BUCKETIZE(ROBUST_SCALER(STANDARD_SCALER(n) OVER ()) OVER () + x, 3) OVER (), 9, 1) OVER ()',
  keyed: 'STANDARD_SCALER(x) OVER (PARTITION BY s)',
  keyed_global:
    "MIN_MAX_SCALER(IMPUTER(n, 'mean') OVER (), unseen => 'global') OVER (PARTITION BY IMPUTER(s, 'most_frequent') OVER ())",
  keyed_same:
    "MAX_ABS_SCALER(x, unseen => 'unchanged') OVER (PARTITION BY QUANTILE_BUCKETIZE(n, 2) OVER ()) * 2",
  letter: "ONE_HOT_ENCODER(s, 'most_frequent', 2, 2) OVER ()",
  known: "ONE_HOT_ENCODER(IMPUTER(s, 'most_frequent') OVER (), 'none', 3, 1) OVER ()",
  label: "LABEL_ENCODER(s, 3, 1, vocabulary_order => 'frequency', oov_buckets => 2) OVER ()",
  bucket: "BUCKETIZE(x, [-1.5, 0, 2], output_format => 'bucket_ranges')",
  deciles: 'QUANTILE_BUCKETIZE(x, 4) OVER ()',
  hashed: 'HASH_BUCKETIZE(s, 7)',
  crossed: 'LABEL_ENCODER(FEATURE_CROSS(STRUCT(s, CAST(b AS STRING) AS b)), 9, 1) OVER ()',
  expanded: 'STANDARD_SCALER(POLYNOMIAL_EXPAND(STRUCT(x, n), 2)) OVER ()',
  unit: 'NORMALIZER(v)',
  vector: 'v',
  tags: 'MULTI_HOT_ENCODER(t, 3, 1) OVER ()',
  words: 'BAG_OF_WORDS(NGRAMS(t, [1, 2]), 5, 1) OVER ()',
  weighted: 'TF_IDF(TOKENS(s), 5, 1) OVER ()',
  count: 'ARRAY_LENGTH(TOKENS(s))',
  plain: 'x + n',
  flag: 'b',
};

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 2, 0.1, 1e-310, 5e-324, 1e300, -1e300, Number.MAX_VALUE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const text = fc.constantFrom('a', 'b', 'c', 'd e', '😀 f', '東京', '');

const anyRow: fc.Arbitrary<Row> = fc.record({
  x: fc.option(number),
  n: fc.option(
    fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  ),
  s: fc.option(text),
  b: fc.option(fc.boolean()),
  v: fc.option(fc.array(number, { minLength: 3, maxLength: 3 })),
  t: fc.option(fc.array(text, { maxLength: 4 })),
});

/** Rows of which some values are NULL, some twice, some at the ends of their range. */
export const anyRows: fc.Arbitrary<readonly Row[]> = fc.array(anyRow, { maxLength: 40 });

export function batchOfRows(rows: readonly Row[]): ColumnBatch {
  const columns = Object.entries(SCOPE).map(([name, type]) => {
    const values = rows.map((row) => row[name as keyof Row]);
    return [name, columnOf(type, values)] as const;
  });
  return { rowCount: rows.length, columns: new Map(columns) };
}
