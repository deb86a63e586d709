import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addColumn } from './exact-column.js';
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
  it('has the deviation of BigQuery ML for 1 to 5', () => {
    expect(momentsOf([1, 2, 3, 4, 5]).mean()).toBe(3);
    expect(momentsOf([1, 2, 3, 4, 5]).sampleDeviation()).toBe(Math.sqrt(2.5));
  });

  it('has no mean of nothing and no deviation of one', () => {
    expect(momentsOf([]).mean()).toBeNull();
    expect(momentsOf([7]).sampleDeviation()).toBeNull();
  });

  it('is 0 for constants and never negative, at every magnitude', () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 2, max: 9 }), (value, count) => {
        expect(momentsOf(Array<number>(count).fill(value)).sampleDeviation()).toBe(0);
      }),
    );
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2 }), (values) => {
        expect(momentsOf(values).sampleDeviation()).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('survives a large offset that ruins the textbook formula', () => {
    expect(momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).sampleDeviation()).toBe(Math.sqrt(30));
  });

  it.each([
    [[1e160, 3e160], 2e160 * Math.SQRT1_2, 1e160],
    [[-1e308, 1e308], 1e308 * Math.SQRT2, 1e308],
    [[1e-170, 3e-170], 2e-170 * Math.SQRT1_2, 1e-170],
    [[5e-324, 15e-324], 5e-324, 5e-324],
    [[-Number.MAX_VALUE, Number.MAX_VALUE], Number.POSITIVE_INFINITY, Number.MAX_VALUE],
  ])('deviates where squares leave the doubles: %j', (values, sample, population) => {
    const near = (expected: number) => (found: number | null) =>
      Math.abs(found! - expected) <= 2 ** -52 * expected || found === expected;
    expect(momentsOf(values).sampleDeviation()).toSatisfy(near(sample));
    expect(momentsOf(values).populationDeviation()).toSatisfy(near(population));
  });

  it('adds a column as its values one by one', () => {
    const whole = fc.integer({ min: -(2 ** 20), max: 2 ** 20 });
    const column = fc.oneof(
      fc.array(whole),
      fc.array(fc.oneof(whole, finite)),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
    );
    fc.assert(
      fc.property(column, fc.integer({ min: 1, max: 3000 }), (values, times) => {
        const many = Array.from({ length: values.length * times }, (_, i) => values[i % values.length]!);
        const valid = Uint8Array.from(many, (_, i) => Number(i % 3 !== 1));
        const kept = many.filter((_, i) => valid[i] === 1);
        const moments = new ExactMoments();
        moments.addColumn(Float64Array.from(many), valid);
        const expected = momentsOf(kept);
        expect([moments.size(), moments.mean(), moments.sampleDeviation()]).toEqual([
          kept.length,
          expected.mean(),
          expected.sampleDeviation(),
        ]);
        const sum = new ExactSum();
        addColumn(sum, Float64Array.from(many), valid);
        expect(sum.exact()).toBe(sumOf(kept).exact());
      }),
      { numRuns: 100 },
    );
  });

  it('equals the variance of integers, taken as a ratio of integers', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 2 }), (values) => {
        const n = BigInt(values.length);
        const sum = values.reduce((total, value) => total + BigInt(value), 0n);
        const squares = values.reduce((total, value) => total + BigInt(value) ** 2n, 0n);
        const variance = roundedRatio(n * squares - sum ** 2n, n * (n - 1n), 0);
        expect(momentsOf(values).sampleDeviation()).toBe(Math.sqrt(variance));
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
        expect(merged.sampleDeviation()).toBe(whole.sampleDeviation());
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
