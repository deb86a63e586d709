import fc from 'fast-check';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';

/** Columns of generated graph cases. */
export const GRAPH_SCOPE: ReadonlyMap<string, ValueType> = new Map([
  ['x', 'FLOAT64'],
  ['y', 'FLOAT64'],
  ['n', 'INT64'],
  ['f', 'BOOL'],
  ['s', 'STRING'],
]);

const UNARY = [
  'ABS',
  'FLOOR',
  'CEIL',
  'ROUND',
  'TRUNC',
  'SIGN',
  'LN',
  'EXP',
  'SQRT',
  'CBRT',
  'LOG',
  'LOG10',
  'SIN',
  'COS',
  'TAN',
  'SEC',
  'CSC',
  'COT',
  'ASIN',
  'ACOS',
  'ATAN',
  'SINH',
  'COSH',
  'TANH',
  'SECH',
  'CSCH',
  'COTH',
  'ASINH',
  'ACOSH',
  'ATANH',
]; // prettier-ignore
const SCALERS = ['STANDARD_SCALER', 'MIN_MAX_SCALER', 'MAX_ABS_SCALER', 'ROBUST_SCALER'];
const LETTERS = ["'a'", "'b'", "'c'", "'z'", "'3'", "'-1'", "'true'"];

const literal = fc
  .oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -8, max: 8, noNaN: true }))
  .map((value) => `(${Number.isInteger(value) ? `${value}.0` : value.toFixed(3)})`);

type Sorts = { readonly number: string; readonly flag: string; readonly text: string };
type Tie = fc.LetrecTypedTie<Sorts>;

/** Texts of expressions that a graph can carry: every operation of its table is in some of them. */
const texts = fc.letrec<Sorts>((tie) => ({
  number: fc.oneof({ maxDepth: 4, depthSize: 'small' }, ...leaves(), ...arithmetic(tie), ...choices(tie)),
  flag: fc.oneof({ maxDepth: 4, depthSize: 'small' }, ...comparisons(tie), ...logic(tie)),
  text: fc.oneof({ maxDepth: 3, depthSize: 'small' }, ...strings(tie)),
}));

function leaves(): fc.Arbitrary<string>[] {
  return [fc.constantFrom('x', 'y', 'CAST(n AS FLOAT64)', 'PI()'), literal];
}

function arithmetic(tie: Tie): fc.Arbitrary<string>[] {
  return [
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(fc.constantFrom(...UNARY), tie('number')).map(([name, a]) => `${name}(${a})`),
    tie('number').map((a) => `(-${a})`),
    fc
      .tuple(
        fc.constantFrom('POW', 'ATAN2', 'LOG', 'GREATEST', 'LEAST', 'NULLIF', 'COALESCE'),
        tie('number'),
        tie('number'),
      )
      .map(([name, a, b]) => `${name}(${a}, ${b})`),
    fc
      .tuple(fc.constantFrom('ROUND', 'TRUNC'), tie('number'), fc.integer({ min: -2, max: 3 }))
      .map(([name, a, places]) => `${name}(${a}, ${places})`),
  ];
}

function choices(tie: Tie): fc.Arbitrary<string>[] {
  return [
    fc.tuple(tie('flag'), tie('number'), tie('number')).map(([when, a, b]) => `IF(${when}, ${a}, ${b})`),
    fc
      .tuple(tie('number'), tie('number'), tie('number'))
      .map(([a, b, c]) => `CASE ${a} WHEN ${b} THEN ${c} WHEN 1.0 THEN 2.0 END`),
    fc
      .tuple(tie('text'), tie('number'))
      .map(([a, b]) => `CASE ${a} WHEN 'a' THEN ${b} WHEN 'q' THEN 3.0 ELSE x END`),
    tie('number').map((a) => `CAST(RANGE_BUCKET(${a}, [-3.0, 0.0, 2.5, 9.0]) AS FLOAT64)`),
    tie('flag').map((a) => `CAST(CAST(${a} AS INT64) AS FLOAT64)`),
    tie('number').map((a) => `IMPUTER(${a}, 'mean') OVER ()`),
    fc.tuple(fc.constantFrom(...SCALERS), tie('number')).map(([name, a]) => `${name}(${a}) OVER ()`),
  ];
}

function comparisons(tie: Tie): fc.Arbitrary<string>[] {
  return [
    fc.constantFrom('f', 'TRUE', 'FALSE', 'CAST(n AS BOOL)'),
    fc
      .tuple(
        tie('number'),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'IS DISTINCT FROM'),
        tie('number'),
      )
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('number'), tie('number'), tie('number')).map(([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`),
    fc.tuple(tie('number'), literal, literal).map(([a, b, c]) => `(${a} IN (${b}, ${c}))`),
    fc
      .tuple(tie('text'), fc.constantFrom(...LETTERS), fc.constantFrom('=', '!=', 'IS DISTINCT FROM'))
      .map(([a, b, op]) => `(${a} ${op} ${b})`),
    tie('text').map((a) => `(${a} IN ('a', 'c', 'q'))`),
  ];
}

function logic(tie: Tie): fc.Arbitrary<string>[] {
  return [
    fc
      .tuple(tie('flag'), fc.constantFrom('AND', 'OR', '='), tie('flag'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('flag').map((a) => `(NOT ${a})`),
    fc
      .tuple(tie('flag'), fc.constantFrom('IS TRUE', 'IS FALSE', 'IS NULL', 'IS NOT NULL'))
      .map(([a, is]) => `(${a} ${is})`),
    tie('number').map((a) => `(${a} IS NULL)`),
    tie('number').map((a) => `(IS_INF(${a}) OR IS_NAN(${a}))`),
  ];
}

function strings(tie: Tie): fc.Arbitrary<string>[] {
  return [
    fc.constantFrom('s', 's', 'CAST(n AS STRING)', 'CAST(COALESCE(n, 3) AS STRING)'),
    tie('flag').map((a) => `CAST(${a} AS STRING)`),
    tie('number').map((a) => `CAST(RANGE_BUCKET(${a}, [-3.0, 0.0, 9.0]) AS STRING)`),
    fc
      .tuple(tie('flag'), tie('text'), fc.constantFrom(...LETTERS))
      .map(([when, a, b]) => `IF(${when}, ${a}, ${b})`),
    fc.tuple(tie('text'), fc.constantFrom(...LETTERS)).map(([a, b]) => `COALESCE(${a}, ${b})`),
    fc.tuple(tie('text'), fc.constantFrom(...LETTERS)).map(([a, b]) => `NULLIF(${a}, ${b})`),
    tie('text').map((a) => `IMPUTER(${a}, 'most_frequent') OVER ()`),
    tie('number').map((a) => `BUCKETIZE(${a}, [-1.5, 0, 4])`),
  ];
}

/** Whole outputs of a transform. */
export const outputText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: texts.number },
  { weight: 2, arbitrary: texts.flag },
  { weight: 1, arbitrary: fc.constantFrom('n', 'IF(f, n, 7)', 'COALESCE(n, 0)') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(texts.number, fc.constantFrom('bucket_names', 'bucket_index'))
      .map(([a, format]) => `BUCKETIZE(${a}, [-2, 0, 3.5], FALSE, '${format}')`),
  },
  { weight: 1, arbitrary: texts.number.map((a) => `QUANTILE_BUCKETIZE(${a}, 3) OVER ()`) },
  { weight: 1, arbitrary: texts.text.map((a) => `LABEL_ENCODER(${a}, 10, 1) OVER ()`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(texts.text, fc.constantFrom('none', 'most_frequent'))
      .map(([a, drop]) => `ONE_HOT_ENCODER(${a}, '${drop}', 10, 1) OVER ()`),
  },
);

export type GraphRow = Readonly<Record<string, Value>>;

/** What float32 rounds to 0 is 0 here. */
const real = fc
  .oneof(
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.double({ min: -1e4, max: 1e4, noNaN: true }),
    fc.integer({ min: -5, max: 5 }).map(Number),
    fc.constantFrom(0, -0, 1e-3, 12345.678),
  )
  .map((value) => (Math.abs(value) < 1e-30 ? 0 : value));

/** EXP and the like of most of them are within float32. */
const whole = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: -20n, max: 20n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -1000n, max: 1000n }) },
);

/** Rows with NULLs, whole numbers, negative zeros. */
export const graphRow: fc.Arbitrary<GraphRow> = fc.record({
  x: fc.option(real, { freq: 6 }),
  y: fc.option(real, { freq: 6 }),
  n: fc.option(whole, { freq: 6 }),
  f: fc.option(fc.boolean(), { freq: 6 }),
  s: fc.option(fc.constantFrom('a', 'b', 'c', 'd', '', '😀', '3', '-1', 'true'), { freq: 6 }),
});
