import { describe, expect, it } from 'vitest';
import type { Problem } from '../definition/error.js';
import type { ValueType } from '../definition/value-type.js';
import { checkTransformOutput } from './check.js';
import { compileTransformOutputs } from './transform-output.js';

const SCOPE = new Map<string, ValueType>([
  ['x', 'FLOAT64'],
  ['n', 'INT64'],
  ['s', 'STRING'],
  ['c', 'STRING'],
  ['b', 'BOOL'],
  ['t', 'ARRAY<STRING>'],
  ['v', 'ARRAY<FLOAT64>'],
]);

const messages = (text: string): readonly string[] => {
  const checked = checkTransformOutput(text, SCOPE);
  return 'problems' in checked ? checked.problems.map(({ message }) => message) : [];
};

/** Names of the outputs, or the problems. */
const outputs = (...expressions: readonly string[]): readonly string[] => {
  const problems: Problem[] = [];
  const documents = expressions.map((expression, index) => ({ name: `o${index}`, expression }));
  const compiled = compileTransformOutputs(documents, SCOPE, problems);
  if (problems.length > 0) return problems.map(({ path, message }) => `${path} ${message}`);
  return compiled.map(({ name, expression }) => `${name} ${expression.type}`);
};

describe('preprocessing functions', () => {
  it.each([
    [
      'MIN_MAX_SCALER(s) OVER ()',
      '1:16 MIN_MAX_SCALER takes INT64 or FLOAT64, not STRING; did you mean SAFE_CAST(s AS FLOAT64)?',
    ],
    [
      'LABEL_ENCODER(n) OVER ()',
      '1:15 LABEL_ENCODER takes STRING, not INT64; did you mean CAST(n AS STRING)?',
    ],
    [
      'BUCKETIZE(s, [1])',
      '1:11 BUCKETIZE takes INT64 or FLOAT64, not STRING; did you mean SAFE_CAST(s AS FLOAT64)?',
    ],
    [
      'MULTI_HOT_ENCODER(s) OVER ()',
      '1:19 MULTI_HOT_ENCODER takes ARRAY<STRING>, not STRING; did you mean TOKENS(…)?',
    ],
    [
      'LABEL_ENCODER(t) OVER ()',
      '1:15 LABEL_ENCODER takes STRING, not ARRAY<STRING>; did you mean MULTI_HOT_ENCODER(…) OVER ()?',
    ],
    ['NORMALIZER(x)', '1:12 NORMALIZER takes ARRAY<FLOAT64>, not FLOAT64'],
    ['BUCKETIZE(x, [1]) OVER ()', '1:1 BUCKETIZE takes no OVER (): it learns nothing'],
    ['ROBUST_SCALER(x)', '1:1 write ROBUST_SCALER(…) OVER (): it is fitted over all training rows'],
    [
      'BUCKETIZE(x)',
      '1:1 BUCKETIZE takes array_split_points: an array literal of numbers, each greater than the one before it',
    ],
    [
      'BUCKETIZE(x, [2, 1])',
      '1:14 BUCKETIZE takes array_split_points: an array literal of numbers, each greater than the one before it',
    ],
    [
      'BUCKETIZE(x, [x])',
      '1:14 BUCKETIZE takes array_split_points: an array literal of numbers, each greater than the one before it',
    ],
    [
      "BUCKETIZE(x, [1], FALSE, 'names')",
      "1:26 BUCKETIZE takes output_format: 'bucket_names', 'bucket_ranges', 'bucket_ranges_json', 'bucket_index'",
    ],
    [
      'QUANTILE_BUCKETIZE(x, 0) OVER ()',
      '1:23 QUANTILE_BUCKETIZE takes num_buckets: a whole number from 1 to 10000, as a literal',
    ],
    [
      'ROBUST_SCALER(x, [75, 25]) OVER ()',
      '1:18 ROBUST_SCALER takes quantile_range: [from, to] between 0 and 100',
    ],
    ['NORMALIZER(v, 0.5)', "1:15 NORMALIZER takes p: 0, a number from 1 to 500, or 'inf'"],
    ['NGRAMS(t, [3, 2])', '1:11 NGRAMS takes ngram_range: [from, to] between 1 and 100, whole numbers'],
    [
      'STANDARD_SCALER(x, 1) OVER ()',
      '1:20 STANDARD_SCALER takes these options: deviation => …, constant => …, unseen => …',
    ],
    [
      "STANDARD_SCALER(x, deviaton => 'population') OVER ()",
      '1:20 STANDARD_SCALER takes no other deviaton; it takes these options: deviation => …, constant => …, unseen => …; did you mean deviation?',
    ],
    ["MIN_MAX_SCALER(x, clamp => 'no') OVER ()", '1:28 MIN_MAX_SCALER takes clamp: TRUE or FALSE'],
    ['MAX_ABS_SCALER(x, 2) OVER ()', '1:19 MAX_ABS_SCALER takes these options: unseen => …'],
    ['TOKENS(s, 2)', '1:11 TOKENS takes one argument'],
    ['ABS(x => 1)', '1:5 there are no named arguments; write the values in their order'],
    ...['TIMESTAMP', 'DATE'].map((type) => [
      `ROBUST_SCALER(x, [25, ${type} '1970-01-02']) OVER ()`,
      '1:18 ROBUST_SCALER takes quantile_range: [from, to] between 0 and 100',
    ]),
    [
      "QUANTILE_BUCKETIZE(x, TIMESTAMP '1970-01-01 00:00:00.000009Z') OVER ()",
      '1:33 QUANTILE_BUCKETIZE takes num_buckets: a whole number from 1 to 10000, as a literal',
    ],
    ...["[DATE '2020-01-01']", "ARRAY<DATE>['2020-01-01']", 'ARRAY<STRING>[1, 2]', 'ARRAY<INT64>[1.5]'].map(
      (splits) => [
        `BUCKETIZE(x, ${splits})`,
        '1:14 BUCKETIZE takes array_split_points: an array literal of numbers, each greater than the one before it',
      ],
    ),
    [
      'LABEL_ENCODER(s) OVER (PARTITION BY c)',
      '1:1 LABEL_ENCODER takes no PARTITION BY; functions that do are STANDARD_SCALER, MIN_MAX_SCALER, MAX_ABS_SCALER',
    ],
    [
      'MIN_MAX_SCALER(x) OVER (PARTITION BY n)',
      '1:38 PARTITION BY takes STRING, not INT64; did you mean CAST(n AS STRING)?',
    ],
    [
      "MAX_ABS_SCALER(x, unseen => 'global') OVER ()",
      '1:1 MAX_ABS_SCALER takes unseen with OVER (PARTITION BY key) only',
    ],
    [
      'MAX_ABS_SCALER(x) OVER (PARTITION BY ONE_HOT_ENCODER(s) OVER ())',
      '1:38 ONE_HOT_ENCODER must be the outermost function: its result is a vector',
    ],
    [
      'MAX_ABS_SCALER(x) OVER (ORDER BY s)',
      '1:25 found "ORDER", expected ")" or "PARTITION BY": a fitted function sees all training rows',
    ],
    [
      'MAX_ABS_SCALER(x) OVER (PARTITION BY s, c)',
      '1:39 found ",", expected ")": several keys are one by CONCAT(…)',
    ],
    ['1 + TF_IDF(t) OVER ()', '1:5 TF_IDF must be the outermost function: its result is a vector'],
  ])('%s', (text, message) => expect(messages(text)).toEqual([message]));

  it('may be written as BigQuery does', () => {
    expect(outputs("BUCKETIZE(x, ARRAY<FLOAT64>[1, 2.5], FALSE, 'bucket_index')")).toEqual(['o0 INT64']);
    expect(outputs('ML.MIN_MAX_SCALER(x) OVER()', "ML.NORMALIZER(v, CAST('+inf' AS FLOAT64))")).toEqual([
      'o0 FLOAT64',
      'o1 ARRAY<FLOAT64>',
    ]);
  });
});

describe('names before a function', () => {
  it.each([
    [
      'ML.ABS(x)',
      '1:1 there is no function ML.ABS; only preprocessing functions stand behind ML; did you mean ABS(…)?',
    ],
    [
      '1 + ML.TOKENS(s)',
      '1:5 there is no function ML.TOKENS; only preprocessing functions stand behind ML; did you mean TOKENS(…)?',
    ],
    [
      'ML.CAST(x AS INT64) + y',
      '1:1 there is no function ML.CAST; only preprocessing functions stand behind ML; did you mean CAST(…)?',
    ],
    ['SAFE.CAST(x AS INT64)', '1:1 CAST takes no SAFE before it; did you mean SAFE_CAST(… AS type)?'],
    ['SAFE.EXTRACT(DAY FROM x)', '1:1 EXTRACT takes no SAFE before it; did you mean EXTRACT(…)?'],
    [
      'safe.standard_scaler(x) OVER ()',
      '1:1 STANDARD_SCALER takes no SAFE before it; did you mean STANDARD_SCALER(…)?',
    ],
    ['SAFE.AS_OF()', '1:1 AS_OF takes no SAFE before it; did you mean AS_OF(…)?'],
    [
      'SAFE.FEATURE_CROSS(STRUCT(s, c))',
      '1:1 FEATURE_CROSS takes no SAFE before it; did you mean FEATURE_CROSS(…)?',
    ],
    ...['AND', 'like', 'NOT'].map((name) => [`SAFE.${name}(b, b)`, `1:6 there is no function "${name}"`]),
    ...['+', 'IS NULL', '[OFFSET]', 'in', 'case'].map((name) => [
      `\`${name}\`(x, n)`,
      `1:1 there is no function "${name}"`,
    ]),
    ['NET.HOST(s)', '1:1 there are no functions of NET'],
    ['ML.X.ABS(x)', '1:1 there are no functions of ML.…'],
  ])('%s', (text, message) => expect(messages(text)[0]).toBe(message));

  it.each([
    'SAFE.LN(x)',
    'safe.if(b, x, 1.0)',
    'SAFE.GREATEST(x, 0.0)',
    'ml.bucketize(x, [1, 2], false, "bucket_index")',
  ])('%s', (text) => expect(messages(text)).toEqual([]));
});

describe('outputs of a transform', () => {
  it('are several where a struct is expanded, with what stands around it of each', () => {
    expect(outputs('ABS(POLYNOMIAL_EXPAND(STRUCT(x, n AS count), 2)) + 1')).toEqual([
      'o0_x FLOAT64',
      'o0_x_x FLOAT64',
      'o0_x_count FLOAT64',
      'o0_count FLOAT64',
      'o0_count_count FLOAT64',
    ]);
    expect(
      outputs('LABEL_ENCODER(FEATURE_CROSS(STRUCT(s, c))) OVER ()', 'LENGTH(FEATURE_CROSS(STRUCT(s, c)))'),
    ).toEqual(['o0 INT64', 'o1 INT64']);
    expect(outputs('HASH_BUCKETIZE(FEATURE_CROSS(STRUCT(s, c, UPPER(s) AS u), 3), 9)')).toHaveLength(4);
  });

  it.each([
    ['FEATURE_CROSS(s)', '1:15 FEATURE_CROSS takes STRUCT(a, b AS c, …) of at most 10 features'],
    ['FEATURE_CROSS(STRUCT(s))', '1:15 FEATURE_CROSS takes at least 2 features'],
    [
      'FEATURE_CROSS(STRUCT(s, n))',
      '1:25 a feature of FEATURE_CROSS is STRING, not INT64; did you mean CAST(n AS STRING)?',
    ],
    [
      'FEATURE_CROSS(STRUCT(s, UPPER(c)))',
      '1:25 name the feature: write … AS name, because what FEATURE_CROSS gives is named by its features',
    ],
    [
      'FEATURE_CROSS(STRUCT(s, c), 5)',
      '1:29 FEATURE_CROSS takes a STRUCT and a degree from 2 to 4, as a literal',
    ],
    [
      'POLYNOMIAL_EXPAND(STRUCT(x), 1) + POLYNOMIAL_EXPAND(STRUCT(n), 1)',
      '1:35 one FEATURE_CROSS or POLYNOMIAL_EXPAND an output; write another output for the second',
    ],
    [
      'POLYNOMIAL_EXPAND(STRUCT(NULL AS a))',
      '1:26 a feature of POLYNOMIAL_EXPAND is INT64 or FLOAT64, not NULL; did you mean CAST(null AS FLOAT64)?',
    ],
    ['POLYNOMIAL_EXPAND(STRUCT(x)) OVER ()', '1:1 POLYNOMIAL_EXPAND takes no OVER (): it learns nothing'],
    [
      'ABS(STRUCT(x))',
      '1:5 there are no structs but in FEATURE_CROSS(STRUCT(a, b)) and POLYNOMIAL_EXPAND(STRUCT(a, b)) of a transform',
    ],
    ...['`a b`', '`ä`', 'a__b', '_a', '`1`', 'a'.repeat(64)].map((name) => [
      `FEATURE_CROSS(STRUCT(s AS ${name}, c))`,
      `1:27 "${name.replaceAll('`', '')}" is no name of a feature: write letters, digits and single underscores, a letter first, at most 63 characters`,
    ]),
    ['POLYNOMIAL_EXPAND(STRUCT(x, y))', '1:29 there is no column "y"; columns are x, n, s, c, b, t, v'],
  ])('%s', (text, message) => expect(messages(text)).toEqual([message]));

  it('tells a mistake around an expansion once', () => {
    expect(messages('POLYNOMIAL_EXPAND(STRUCT(x, n)) || 1')).toHaveLength(0);
    expect(messages('POLYNOMIAL_EXPAND(STRUCT(x, n)) + s')).toHaveLength(1);
  });

  it.each([
    ['s', 'is STRING, a model input is a number; encode it with ONE_HOT_ENCODER(…) OVER ()'],
    [
      't',
      'is ARRAY<STRING>, a model input is a number; encode it with MULTI_HOT_ENCODER(…) OVER () or BAG_OF_WORDS(…) OVER ()',
    ],
    [
      'HASH_BUCKETIZE(s, 16777217)',
      'has 16777217 buckets, a model input tells 16777216 apart at most; give HASH_BUCKETIZE fewer',
    ],
    [
      'HASH_BUCKETIZE(s, 0)',
      'is the hash itself, which is no model input; give HASH_BUCKETIZE a number of buckets',
    ],
    [
      "IMPUTER(s, 'most_frequent') OVER ()",
      'is STRING, a model input is a number; encode it with ONE_HOT_ENCODER(…) OVER ()',
    ],
  ])('%s is no model input', (text, message) => {
    expect(outputs(text)).toEqual([`/transform/0/expression ${message}`]);
  });

  it('have different names', () => {
    const problems: Problem[] = [];
    const documents = [
      { name: 'p', expression: 'POLYNOMIAL_EXPAND(STRUCT(x, n))' },
      { name: 'p_x', expression: 'x' },
    ];
    compileTransformOutputs(documents, SCOPE, problems);
    expect(problems).toEqual([
      {
        path: '/transform/1/expression',
        message: 'makes an output "p_x", as another output does; rename one of them',
      },
    ]);
  });
});
