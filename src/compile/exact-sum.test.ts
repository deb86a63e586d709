import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundedRatio } from './exact-expansion.js';
import { ExactMoments } from './exact-moments.js';
import { ExactSum } from './exact-sum.js';

/** Doubles of every magnitude, subnormal ones and the largest included. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

const sumOf = (values: readonly number[]): ExactSum => {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum;
};

const momentsOf = (values: readonly number[]): ExactMoments => {
  const moments = new ExactMoments();
  for (const value of values) moments.add(value);
  return moments;
};

describe('ExactSum (S22)', () => {
  it.each([
    [[], 0],
    [[1e16, 1, -1e16], 1],
    [[0.1, 0.2, 0.3], 0.6],
    [Array<number>(10).fill(0.1), 1],
    [[1e308, 1e308, -1e308, -1e308, 3], 3],
    [[Number.MAX_VALUE, Number.MAX_VALUE], Infinity],
    [[5e-324, 5e-324], 1e-323],
    [[1, 2 ** -53], 1],
    [[1, 2 ** -53, 5e-324], 1 + 2 ** -52],
    [[-1, -(2 ** -53), -5e-324], -1 - 2 ** -52],
    [[2 ** 1000, 2 ** -1074, -(2 ** 1000)], 2 ** -1074],
  ])('sums %j to %d', (values, expected) => {
    expect(sumOf(values).value()).toBe(expected);
  });

  it('gives the same bits in any order and from any split', () => {
    fc.assert(
      fc.property(fc.array(finite), fc.nat(), (values, cut) => {
        const whole = sumOf(values);
        const at = values.length === 0 ? 0 : cut % values.length;
        const merged = sumOf(values.slice(at).reverse());
        merged.merge(sumOf(values.slice(0, at)));
        expect(merged.exact()).toBe(whole.exact());
        expect(merged.value()).toBe(whole.value());
      }),
    );
  });

  it('equals the sum of integers, taken as integers', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (values) => {
        const total = values.reduce((sum, value) => sum + BigInt(value), 0n);
        expect(sumOf(values).value()).toBe(Number(total));
      }),
    );
  });
});

describe('ExactMoments (S22)', () => {
  it('has the sample variance of BigQuery ML for 1 to 5', () => {
    expect(momentsOf([1, 2, 3, 4, 5]).mean()).toBe(3);
    expect(momentsOf([1, 2, 3, 4, 5]).sampleVariance()).toBe(2.5);
  });

  it('has no mean of nothing and no variance of one', () => {
    expect(momentsOf([]).mean()).toBeNull();
    expect(momentsOf([7]).sampleVariance()).toBeNull();
  });

  it('is 0 for constants and never negative, at every magnitude', () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 2, max: 9 }), (value, count) => {
        expect(momentsOf(Array<number>(count).fill(value)).sampleVariance()).toBe(0);
      }),
    );
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2 }), (values) => {
        expect(momentsOf(values).sampleVariance()).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('survives a large offset that ruins the textbook formula', () => {
    expect(momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).sampleVariance()).toBe(30);
  });

  it('equals the variance of integers, taken as a ratio of integers', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 2 }), (values) => {
        const n = BigInt(values.length);
        const sum = values.reduce((total, value) => total + BigInt(value), 0n);
        const squares = values.reduce((total, value) => total + BigInt(value) ** 2n, 0n);
        const expected = roundedRatio(n * squares - sum ** 2n, n * (n - 1n), 0);
        expect(momentsOf(values).sampleVariance()).toBe(expected);
      }),
    );
  });

  it('gives the same bits in any order and from any split', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2 }), fc.nat(), (values, cut) => {
        const whole = momentsOf(values);
        const merged = momentsOf(values.slice(cut % values.length).reverse());
        merged.merge(momentsOf(values.slice(0, cut % values.length)));
        expect(merged.size()).toBe(values.length);
        expect(merged.mean()).toBe(whole.mean());
        expect(merged.sampleVariance()).toBe(whole.sampleVariance());
      }),
    );
  });
});

describe('roundedRatio', () => {
  it('divides safe integers as IEEE 754 does', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1 }), (numerator, denominator) => {
        const expected = numerator / denominator;
        expect(roundedRatio(BigInt(numerator), BigInt(denominator), 0)).toBe(expected + 0);
      }),
    );
  });

  it('rounds subnormal results once', () => {
    expect(roundedRatio(3n, 2n, -1074)).toBe(1e-323);
    expect(roundedRatio(1n, 2n, -1074)).toBe(0);
    expect(roundedRatio(5n, 2n, -1074)).toBe(1e-323);
  });
});
