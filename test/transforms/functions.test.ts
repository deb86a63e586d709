import { describe, expect, it } from 'vitest';
import { compareCodePoints } from '../../src/compile/fitted/code-points.js';
import type { FittedState } from '../../src/compile/fitted-transform.js';
import { compileColumnState, compileTransform } from '../../src/compile/transform.js';
import { type Column, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import { batchOf, columnLike, fitted, rowsOf } from './fit-output.js';

/** The state that a function, written as a whole output over column `x`, learns from a column. */
function learnt(expression: string, column: Column): FittedState {
  const { nodes, outputs } = fitted({ o: expression }, [batchOf({ x: column })]);
  const output = outputs[0]!;
  return output.kind === 'encoded' ? output.state : nodes.at(-1)!.state;
}

/** What the function gives for another column of the same type. */
function given(expression: string, training: Column, column: Column = training): readonly Value[] {
  const result = compileColumnState(learnt(expression, training))(column);
  return Array.from({ length: result.values.length }, (_, row) => valueAt(result, row));
}

/** Model inputs of a whole output. */
function inputs(expression: string, training: Column, column: Column = training) {
  return rowsOf(fitted({ o: expression }, [batchOf({ x: training })]), batchOf({ x: column }));
}

const floats = (...values: (number | null)[]): Column => columnOf('FLOAT64', values);
const texts = (...values: (string | null)[]): Column => columnOf('STRING', values);

describe('STANDARD_SCALER', () => {
  const scaled = (training: Column, column?: Column) => given('STANDARD_SCALER(x) OVER ()', training, column);

  it('gives the documented values of BigQuery ML for 1 to 5', () => {
    const far = 1.2649110640673518;
    expect(scaled(floats(1, 2, 3, 4, 5))).toEqual([-far, -far / 2, 0, far / 2, far]);
  });

  it.each([
    ['a constant column', floats(7, 7, 7)],
    ['a single value', floats(7, null)],
    ['NULL everywhere', floats(null, null)],
  ])('is 0.0 after %s, and NULL for NULL', (_, training) => {
    expect(scaled(training, floats(7, 9, null))).toEqual([0, 0, null]);
  });

  it.each([
    [1e160, 3e160],
    [1e-170, 3e-170],
    [-1e308, 1e308],
  ])('scales %d and %d, whose squares leave the range of doubles', (low, high) => {
    const [below, above] = scaled(floats(low, high)) as readonly number[];
    expect(below).toBeCloseTo(-Math.SQRT1_2, 14);
    expect(above).toBeCloseTo(Math.SQRT1_2, 14);
  });

  it('scales what is farther from the mean than the greatest double', () => {
    const [far] = scaled(floats(-1.2e308, -1e308), floats(1.7e308)) as readonly number[];
    expect(far).toBeCloseTo(2.8 / (0.2 * Math.SQRT1_2), 10);
  });

  it('takes a deviation beyond the doubles for the greatest one', () => {
    const far = floats(-Number.MAX_VALUE, Number.MAX_VALUE);
    expect(learnt('STANDARD_SCALER(x) OVER ()', far)).toMatchObject({ standardDeviation: Number.MAX_VALUE });
    expect(scaled(far)).toEqual([-1, 1]);
  });

  it('is NULL where the result would not be finite', () => {
    expect(scaled(floats(0, 1e-150), floats(1e300, 0.5e-150))).toEqual([null, 0]);
  });

  it('divides by n and leaves the difference of a constant column where that is asked for', () => {
    const state = learnt("STANDARD_SCALER(x, deviation => 'population') OVER ()", floats(0, 4));
    expect(state).toMatchObject({ standardDeviation: 2, deviation: 'population' });
    const difference = "STANDARD_SCALER(x, constant => 'difference') OVER ()";
    expect(given(difference, floats(7, 7), floats(8, 7))).toEqual([1, 0]);
  });
});

describe('MIN_MAX_SCALER and MAX_ABS_SCALER', () => {
  it('clamps later values unless told otherwise', () => {
    const training = floats(1, 3);
    expect(given('MIN_MAX_SCALER(x) OVER ()', training, floats(0, 2, 9, null))).toEqual([0, 0.5, 1, null]);
    const free = 'MIN_MAX_SCALER(x, clamp => FALSE) OVER ()';
    expect(given(free, training, floats(0, 2, 9))).toEqual([-0.5, 0.5, 4]);
    expect(given('MAX_ABS_SCALER(x) OVER ()', floats(-4, 2), floats(8, null))).toEqual([2, null]);
  });

  it('knows what a constant column gives', () => {
    expect(given('MIN_MAX_SCALER(x) OVER ()', floats(7, 7), floats(7, 8))).toEqual([0, 0]);
    const sigmoid = given("MIN_MAX_SCALER(x, constant => 'sigmoid') OVER ()", floats(7, 7), floats(7));
    expect(sigmoid).toEqual([0.9990889488055994]);
    expect(given('MAX_ABS_SCALER(x) OVER ()', floats(0, 0), floats(1))).toEqual([0]);
  });

  it('spans the whole range of doubles', () => {
    const far = floats(-Number.MAX_VALUE, Number.MAX_VALUE);
    expect(given('MIN_MAX_SCALER(x) OVER ()', far, floats(0))).toEqual([0.5]);
  });
});

describe('OVER (PARTITION BY key)', () => {
  const training = batchOf({
    x: floats(1, 3, 10, 20, null, 7, 8),
    k: texts('a', 'a', 'b', 'b', 'c', 'd', null),
  });
  const other = batchOf({ x: floats(2, 15, 4, 5, 6, null), k: texts('a', 'b', 'c', null, 'z', 'a') });

  it('scales by the statistics of the key; the mean of the output stands for a key without any', () => {
    const transform = fitted({ o: 'MAX_ABS_SCALER(x) OVER (PARTITION BY k)' }, [training]);
    expect(transform.nodes[0]!.state).toEqual({
      function: 'MAX_ABS_SCALER',
      count: 6,
      maxAbs: 20,
      unseen: 'null',
      keys: [
        { key: 'a', count: 2, maxAbs: 3 },
        { key: 'b', count: 2, maxAbs: 20 },
        { key: 'd', count: 1, maxAbs: 7 },
      ],
    });
    const mean = Math.fround((1 / 3 + 1 + 0.5 + 1 + 1) / 5);
    expect(rowsOf(transform, other).flat()).toEqual([Math.fround(2 / 3), 0.75, mean, mean, mean, mean]);
  });

  it.each([
    ["MIN_MAX_SCALER(x, unseen => 'global') OVER (PARTITION BY k)", [0.5, 0.5, 3 / 19, 4 / 19, 5 / 19]],
    ["MIN_MAX_SCALER(x, unseen => 'unchanged') OVER (PARTITION BY k)", [0.5, 0.5, 4, 5, 6]],
    [
      "STANDARD_SCALER(x, deviation => 'population', unseen => 'unchanged') OVER (PARTITION BY k)",
      [0, 0, 4, 5, 6],
    ],
    ['COALESCE(STANDARD_SCALER(x) OVER (PARTITION BY k), -1)', [0, 0, -1, -1, -1]],
  ])('%s', (expression, expected) => {
    const rows = rowsOf(fitted({ o: expression }, [training]), other).flat();
    expect(rows.slice(0, 5)).toEqual(expected.map(Math.fround));
  });

  it('refuses more keys than a model version can hold', () => {
    const many = Array.from({ length: 100_001 }, (_, i) => i);
    const batch = batchOf({ x: floats(...many.slice(0, 9)), k: texts(...many.slice(0, 9).map(String)) });
    const wide = { x: columnOf('FLOAT64', many), k: columnOf('STRING', many.map(String)) };
    const expression = 'MIN_MAX_SCALER(x) OVER (PARTITION BY k)';
    expect(fitted({ o: expression }, [batch]).nodes).toHaveLength(1);
    expect(() => fitted({ o: expression }, [batchOf(wide)])).toThrow(
      expect.objectContaining({ code: 'TRAINING_FAILED' }),
    );
  });
});

describe('ROBUST_SCALER', () => {
  const training = floats(-3, 1, 2, 3, 4, 5);

  it('gives the documented values of BigQuery ML', () => {
    expect(given('ROBUST_SCALER(x) OVER ()', training)).toEqual([-5 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1]);
  });

  it('takes its options by place and by name', () => {
    expect(given('ROBUST_SCALER(x, [0, 100], FALSE) OVER ()', training, floats(8))).toEqual([1]);
    const centred = 'ROBUST_SCALER(x, with_quantile_range => FALSE) OVER ()';
    expect(given(centred, training, floats(8, null))).toEqual([6, null]);
    const state = learnt("ROBUST_SCALER(x, quantiles => 'interpolated') OVER ()", training);
    expect(state).toMatchObject({ median: 2.5, lower: 1.25, upper: 3.75 });
  });

  it('ranks by the decimals of a percentage, not by a product of doubles', () => {
    const column = floats(...Array.from({ length: 1000 }, (_, i) => i + 1));
    // 1.1 * 1000 / 100 is a little more than 11 in doubles, 2.3 * 1000 / 100 a little less than 23.
    expect(learnt('ROBUST_SCALER(x, [1.1, 90]) OVER ()', column)).toMatchObject({ lower: 11, upper: 900 });
    const upper = "ROBUST_SCALER(x, [2.3, 90], quantiles => 'upper') OVER ()";
    expect(learnt(upper, column)).toMatchObject({ lower: 24, upper: 901 });
  });

  it.each([[floats(7, 7)], [floats(null)]])('is 0 where the quantiles do not differ', (column) => {
    expect(given('ROBUST_SCALER(x) OVER ()', column, floats(7, 9, null))).toEqual([0, 0, null]);
  });
});

describe('IMPUTER', () => {
  it('puts the documented mean of BigQuery ML in place of NULL', () => {
    const training = floats(-3, -3, -3, 1, 2, 3, 4, 5, null);
    const state = learnt("IMPUTER(x, 'mean') OVER ()", training);
    expect(state).toEqual({ function: 'IMPUTER', strategy: 'mean', count: 8, value: 0.75 });
    expect(given("IMPUTER(x, 'mean') OVER ()", training, floats(null, 2))).toEqual([0.75, 2]);
  });

  it.each([
    [[1, 2, 3, 4], 2],
    [[5, 1, 3], 3],
    [[7], 7],
    [[-0, -0], 0],
    [[0.5, 7, -40_000, 40_000, -1e300], 0.5],
  ])('median of %j is the order statistic %d', (values, expected) => {
    expect(learnt("IMPUTER(x, 'median') OVER ()", floats(...values))).toMatchObject({ value: expected });
  });

  it('has the mean of values whose sum is beyond the doubles', () => {
    expect(learnt("IMPUTER(x, 'mean') OVER ()", floats(1.5e308, 1.7e308))).toMatchObject({ value: 1.6e308 });
    const output = fitted({ o: 'x' }, [batchOf({ x: floats(1.5e308, 1.7e308) })]).outputs[0];
    expect(output).toMatchObject({ nullAs: 1.6e308 });
  });

  it('takes the smallest of equally frequent values', () => {
    const frequent = "IMPUTER(x, 'most_frequent') OVER ()";
    expect(learnt(frequent, floats(3, 2, 2, 3, 1))).toMatchObject({ value: 2 });
    const words = `ARRAY_LENGTH(TOKENS(${frequent}))`;
    const { nodes } = fitted({ o: words }, [batchOf({ x: texts('b', 'a', 'b', 'a', null) })]);
    expect(nodes[0]!.state).toMatchObject({ value: 'a', count: 4 });
    expect(learnt(frequent, columnOf('INT64', [9n, 9n, 1n]))).toMatchObject({ value: 9 });
  });

  it('makes numbers FLOAT64 and keeps texts', () => {
    const frequent = "IMPUTER(x, 'most_frequent') OVER ()";
    expect(given(frequent, floats(4, null))).toEqual([4, 4]);
    const state = { function: 'IMPUTER', strategy: 'most_frequent', count: 1, value: 'a' } as const;
    const filled = compileColumnState(state)(texts('b', null));
    expect([valueAt(filled, 0), valueAt(filled, 1)]).toEqual(['b', 'a']);
  });

  it('leaves NULL where there was nothing to learn', () => {
    expect(given("IMPUTER(x, 'mean') OVER ()", floats(null), floats(null, 1))).toEqual([null, 1]);
  });
});

describe('BUCKETIZE and QUANTILE_BUCKETIZE', () => {
  it.each([
    ['BUCKETIZE(x, [1, 2, 3])', 'bin_3'],
    ['BUCKETIZE(x, [1, 2, 3], TRUE)', 'bin_2'],
    ["BUCKETIZE(x, [1, 2, 3], FALSE, 'bucket_ranges')", '[2, 3)'],
    ["BUCKETIZE(x, [1, 2, 3], FALSE, 'bucket_ranges_json')", '{"start": "2", "end": "3"}'],
    ["BUCKETIZE(x, [2.75], output_format => 'bucket_ranges')", '(-inf, 2.75)'],
    ["BUCKETIZE(x, [2.5], output_format => 'bucket_ranges')", '[2.5, +inf)'],
    ["BUCKETIZE(x, [2.5], output_format => 'bucket_ranges_json')", '{"start": "2.5", "end": "Infinity"}'],
    ["BUCKETIZE(x, [-2.5, 9], output_format => 'bucket_index')", 1n],
  ])('%s of 2.5 is %s', (expression, expected) => {
    expect(given(expression, floats(2.5, null))).toEqual([expected, null]);
  });

  it('breaks the documented five values into three buckets', () => {
    const expression = 'QUANTILE_BUCKETIZE(x, 3) OVER ()';
    const bins = ['bin_1', 'bin_2', 'bin_2', 'bin_3', 'bin_3'];
    expect(given(expression, floats(1, 2, 3, 4, 5))).toEqual(bins);
  });

  it('has fewer buckets where quantiles are equal, one after NULL everywhere', () => {
    const expression = 'QUANTILE_BUCKETIZE(x, 4) OVER ()';
    expect(learnt(expression, floats(1, 1, 1, 1, 1, 9))).toMatchObject({ boundaries: [1] });
    expect(inputs(expression, floats(null), floats(3, null))).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('is one index with a place for NULL where it is asked for', () => {
    const expression = "BUCKETIZE(x, [0, 1], output_format => 'bucket_index')";
    expect(inputs(expression, floats(-1, 0.5, 1, null))).toEqual([[0], [1], [2], [3]]);
    const { slots } = compileTransform(fitted({ o: expression }, [batchOf({ x: floats(1) })]));
    expect(slots).toEqual([{ name: 'o', output: 'o', kind: 'index', size: 4 }]);
  });
});

describe('HASH_BUCKETIZE', () => {
  it('is FARM_FINGERPRINT, unsigned, modulo the number of buckets', () => {
    const documented = texts('Hello', 'TensorFlow', '2.x', null);
    expect(given('HASH_BUCKETIZE(x, 3)', documented)).toEqual([0n, 2n, 2n, null]);
    expect(inputs('HASH_BUCKETIZE(x, 3)', documented)).toEqual([[0], [2], [2], [3]]);
  });
});

describe('NORMALIZER', () => {
  const vector = columnLike([[4, 1, 2, 2, 0]]);
  it.each([
    ['NORMALIZER(x)', [0.8, 0.2, 0.4, 0.4, 0]],
    ['NORMALIZER(x, 1)', [4 / 9, 1 / 9, 2 / 9, 2 / 9, 0]],
    ['NORMALIZER(x, 0)', [1, 0.25, 0.5, 0.5, 0]],
    ["NORMALIZER(x, CAST('+inf' AS FLOAT64))", [1, 0.25, 0.5, 0.5, 0]],
    ["NORMALIZER(x, p => 'inf')", [1, 0.25, 0.5, 0.5, 0]],
  ])('%s', (expression, expected) => expect(given(expression, vector)).toEqual([expected]));

  it('keeps zeros, NULL and the ends of the range', () => {
    const odd = columnLike([[0, 0], null, [1e308, -1e308], [5e-324, 0]]);
    const [zeros, missing, far, near] = given('NORMALIZER(x)', odd);
    expect([zeros, missing, near]).toEqual([[0, 0], null, [1, 0]]);
    expect((far as number[])[0]).toBeCloseTo(Math.SQRT1_2, 15);
  });

  it('keeps numbers below the normal ones by high norms', () => {
    const tiny = columnLike([
      [5e-324, 0],
      [1e-320, 1e-322],
    ]);
    for (const p of [30, 500]) {
      const [alone, both] = given(`NORMALIZER(x, ${p})`, tiny) as readonly number[][];
      expect(alone).toEqual([1, 0]);
      expect(both![0]).toBeCloseTo(1, 15);
      expect(both![1]).toBeCloseTo(1e-322 / 1e-320, 15);
    }
  });
});

describe('encoders', () => {
  /** The documented table of BigQuery ML's LABEL_ENCODER; that of ONE_HOT_ENCODER has the same rule. */
  const letters = texts(null, 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd');

  it('keep the top_k most frequent above the threshold, the earlier letter on a tie', () => {
    const state = learnt("ONE_HOT_ENCODER(x, 'none', 2, 2) OVER ()", letters);
    expect(state).toMatchObject({ vocabulary: ['b', 'c'], counts: [2, 3] });
    expect(given('LABEL_ENCODER(x, 2, 2) OVER ()', letters)).toEqual([0n, 0n, 1n, 1n, 2n, 2n, 2n, 0n, 0n]);
  });

  it('leave out categories seen fewer than 5 times unless told otherwise', () => {
    const column = texts('a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b');
    expect(learnt('ONE_HOT_ENCODER(x) OVER ()', column)).toMatchObject({ vocabulary: ['b'] });
  });

  it('put NULL and unseen categories into slot 0', () => {
    const expression = "ONE_HOT_ENCODER(x, 'none', 2, 1) OVER ()";
    expect(inputs(expression, texts('a', 'b'), texts(null, 'z', 'a', ''))).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  it('drop the most frequent category, the earlier one on a tie', () => {
    const expression = "ONE_HOT_ENCODER(x, 'most_frequent', frequency_threshold => 1) OVER ()";
    const training = texts('b', 'b', 'a', 'a', 'c');
    expect(learnt(expression, training)).toMatchObject({ vocabulary: ['a', 'b', 'c'], dropped: 'a' });
    expect(inputs(expression, training, texts('a', 'b', null))).toEqual([
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ]);
  });

  it('order categories by code points', () => {
    const state = learnt("ONE_HOT_ENCODER(x, 'none', 9, 1) OVER ()", texts('😀', '\ufb01', 'z', ''));
    expect(state).toMatchObject({ vocabulary: ['', 'z', '\ufb01', '😀'] });
    expect(compareCodePoints('a', 'ab')).toBeLessThan(0);
  });

  it('hash what the vocabulary has not into buckets behind it', () => {
    const expression = 'LABEL_ENCODER(x, 1, 1, oov_buckets => 3) OVER ()';
    expect(inputs(expression, letters, texts('c', null, 'Hello', '2.x'))).toEqual([[1], [0], [2], [4]]);
  });

  it('take an array as a set', () => {
    const training = columnLike([['a', 'b', 'b'], ['c'], [], null]);
    const expression = 'MULTI_HOT_ENCODER(x, 2, 1) OVER ()';
    expect(learnt(expression, training)).toMatchObject({ vocabulary: ['a', 'b'], counts: [1, 1] });
    expect(inputs(expression, training)).toEqual([
      [0, 1, 1],
      [1, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });
});

describe('texts', () => {
  it('NGRAMS come by their start, then by their length', () => {
    const words = columnLike([['a', 'b', 'c'], [], null]);
    expect(given("NGRAMS(x, [2, 3], '#')", words)).toEqual([['a#b', 'a#b#c', 'b#c'], [], null]);
    expect(given('NGRAMS(x, 1)', words)).toEqual([['a', 'b', 'c'], [], null]);
  });

  it.each([
    ['words', 'NGRAMS(x, [1, 100])', Array<string>(100).fill('word'), 5050],
    ['many words', 'NGRAMS(x, [1, 100])', Array<string>(5000).fill('word'), null],
    ['a long word', 'NGRAMS(x, 2)', ['a'.repeat(2 ** 20), 'b'], null],
    ['empty words', "NGRAMS(x, [1, 100], '')", Array<string>(20_000).fill(''), null],
  ])('NGRAMS of %s are NULL beyond their bound', (_, expression, words, count) => {
    const [grams] = given(expression, columnLike([words])) as readonly (readonly string[] | null)[];
    expect(grams?.length ?? null).toBe(count);
  });

  it.each([
    ["Don't fly!", ['Don', 't', 'fly']],
    ['São Paulo–GRU 25R', ['São', 'Paulo', 'GRU', '25R']],
    ['東京タワーへ', ['東', '京', 'タ', 'ワ', 'ー', 'へ']],
    ['สวัสดี', ['ส', 'วั', 'ส', 'ดี']],
    ['привет мир', ['привет', 'мир']],
    ['e\u0301te\u0301', ['e\u0301te\u0301']],
    ['हिन्दी', ['हिन्दी']],
    [' ,. 😀', []],
    // Assigned by Unicode 15.1: an ideograph that other versions do not know.
    ['a\u{2ebf0}b', ['a', 'b']],
  ])('TOKENS of %s', (text, expected) => expect(given('TOKENS(x)', texts(text))).toEqual([expected]));

  it('TF_IDF weighs shares by how rare a term is', () => {
    const documents = columnLike([['I', 'like', 'pie', 'pie', 'pie'], ['yum', 'yum', 'pie'], null]);
    const state = learnt("TF_IDF(x, 10, 1, idf => 'smooth') OVER ()", documents);
    expect(state).toMatchObject({ documents: 2, counts: [1, 1, 2, 1], idf: 'smooth' });
    const [first, , missing] = inputs("TF_IDF(x, 10, 1, idf => 'smooth') OVER ()", documents);
    expect(first![2]).toBeCloseTo((3 / 5) * (1 + Math.log(3 / 3)), 7);
    expect(missing).toEqual([0, 0, 0, 0]);
  });
});
