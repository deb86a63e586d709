import { describe, expect, it } from 'vitest';
import { type Column, columnOf, valueAt } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import { compareCodePoints } from './code-points.js';
import { imputed, imputerAccumulator } from './imputer.js';
import { OneHotAccumulator, oneHotSlots } from './one-hot-encoder.js';
import { StandardScalerAccumulator, standardScaled } from './standard-scaler.js';

const valuesOf = (column: Column): Value[] =>
  Array.from({ length: column.values.length }, (_, row) => valueAt(column, row));

const floats = (...values: (number | null)[]): Column => columnOf('FLOAT64', values);
const strings = (...values: (string | null)[]): Column => columnOf('STRING', values);

describe('STANDARD_SCALER', () => {
  const scaled = (training: Column, column: Column): Value[] => {
    const accumulator = new StandardScalerAccumulator();
    accumulator.add(training);
    return valuesOf(standardScaled(accumulator.state(), column));
  };

  it('gives the documented values of BigQuery ML for 1 to 5', () => {
    const column = floats(1, 2, 3, 4, 5);
    const far = 1.2649110640673518;
    expect(scaled(column, column)).toEqual([-far, -far / 2, 0, far / 2, far]);
  });

  it('takes INT64 and BOOL as numbers', () => {
    const column = columnOf('INT64', [1n, 2n, 3n]);
    expect(scaled(column, column)).toEqual([-1, 0, 1]);
    const flags = columnOf('BOOL', [true, false]);
    expect(scaled(flags, flags)).toEqual([0.5 / Math.SQRT1_2, -0.5 / Math.SQRT1_2]);
  });

  it.each([
    ['a constant column', floats(7, 7, 7)],
    ['a single value', floats(7, null)],
    ['NULL everywhere', floats(null, null)],
    ['values too far apart for a variance', floats(-1e308, 1e308)],
  ])('is 0.0 after %s, and NULL for NULL', (_, training) => {
    expect(scaled(training, floats(7, 9, null))).toEqual([0, 0, null]);
  });

  it('is NULL where the result would not be finite', () => {
    expect(scaled(floats(0, 1e-150), floats(1e300, 0.5e-150))).toEqual([null, 0]);
  });
});

describe('IMPUTER', () => {
  const learn = (strategy: 'mean' | 'median' | 'most_frequent', training: Column) => {
    const accumulator = imputerAccumulator(strategy);
    accumulator.add(training);
    return accumulator.state();
  };

  it('puts the documented mean of BigQuery ML in place of NULL', () => {
    const training = floats(-3, -3, -3, 1, 2, 3, 4, 5, null);
    const state = learn('mean', training);
    expect(state).toEqual({ function: 'IMPUTER', strategy: 'mean', count: 8, value: 0.75 });
    expect(valuesOf(imputed(state, floats(null, 2)))).toEqual([0.75, 2]);
  });

  it.each([
    [[1, 2, 3, 4], 2],
    [[5, 1, 3], 3],
    [[7], 7],
    [[-0, -0], 0],
  ])('median of %j is the order statistic %d', (values, expected) => {
    expect(learn('median', floats(...values)).value).toBe(expected);
  });

  it('takes the smallest of equally frequent values', () => {
    expect(learn('most_frequent', floats(3, 2, 2, 3, 1)).value).toBe(2);
    expect(learn('most_frequent', strings('b', 'a', 'b', 'a', null)).value).toBe('a');
    expect(learn('most_frequent', columnOf('INT64', [9n, 9n, 1n])).value).toBe(9);
  });

  it('makes numbers FLOAT64 and keeps strings', () => {
    const numbers = columnOf('INT64', [4n, null]);
    expect(valuesOf(imputed(learn('most_frequent', numbers), numbers))).toEqual([4, 4]);
    const texts = strings('a', null);
    expect(valuesOf(imputed(learn('most_frequent', texts), texts))).toEqual(['a', 'a']);
  });

  it('leaves NULL where there was nothing to learn', () => {
    expect(valuesOf(imputed(learn('mean', floats(null)), floats(null, 1)))).toEqual([null, 1]);
    expect(valuesOf(imputed(learn('most_frequent', strings(null)), strings(null)))).toEqual([null]);
  });
});

describe('ONE_HOT_ENCODER', () => {
  const learn = (column: Column, parameters = {}) => {
    const defaults = { drop: 'none', topK: 32_000, frequencyThreshold: 5 } as const;
    const accumulator = new OneHotAccumulator({ ...defaults, ...parameters });
    accumulator.add(column);
    return accumulator.state();
  };
  /** The documented table of BigQuery ML's LABEL_ENCODER, whose vocabulary rule is the same. */
  const letters = strings(null, 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd');

  it('keeps the top_k most frequent above the threshold, the earlier letter on a tie', () => {
    const state = learn(letters, { topK: 2, frequencyThreshold: 2 });
    expect(state.vocabulary).toEqual(['b', 'c']);
    expect([...oneHotSlots(state)(letters)]).toEqual([0, 0, 1, 1, 2, 2, 2, 0, 0]);
  });

  it('leaves out categories seen fewer than 5 times unless told otherwise', () => {
    expect(learn(strings('a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b')).vocabulary).toEqual(['b']);
  });

  it('puts NULL and unseen categories into slot 0', () => {
    const state = learn(letters, { frequencyThreshold: 1 });
    expect([...oneHotSlots(state)(strings(null, 'z', 'a', ''))]).toEqual([0, 0, 1, 0]);
  });

  it('drops the most frequent category, the earlier one on a tie', () => {
    const state = learn(strings('b', 'b', 'a', 'a', 'c'), { drop: 'most_frequent', frequencyThreshold: 1 });
    expect(state).toMatchObject({ vocabulary: ['a', 'b', 'c'], dropped: 'a' });
    expect([...oneHotSlots(state)(strings('a', 'b', null))]).toEqual([-1, 2, 0]);
  });

  it('orders categories by code points', () => {
    const state = learn(strings('😀', '\ufb01', 'z', ''), { frequencyThreshold: 1 });
    expect(state.vocabulary).toEqual(['', 'z', '\ufb01', '😀']);
    expect(compareCodePoints('a', 'ab')).toBeLessThan(0);
  });
});
