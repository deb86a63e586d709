import { settledWithin, sumError } from './double-double.js';
import { partsOf, shifted } from './fixed-point.js';
import { doubleOf } from './nearest.js';

/**
 * 1 − a·b / (|a| · |b|), each sum from the first element to the last, every step rounded, as GoogleSQL's reference
 * implementation does; NaN for arrays of different lengths and for a zero vector.
 */
export function cosineDistance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  let product = 0;
  let squareOfA = 0;
  let squareOfB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squareOfA += a[i]! * a[i]!;
    squareOfB += b[i]! * b[i]!;
  }
  const size = Math.sqrt(squareOfA) * Math.sqrt(squareOfB);
  return size === 0 || !Number.isFinite(size) ? Number.NaN : 1 - product / size;
}

/** The root of the sum of squared differences, from the first element to the last; NaN for arrays of different lengths. */
export function euclideanDistance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** The exact sum of the rounded products, rounded once; NaN for arrays of different lengths. */
export function dotProduct(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) return Number.NaN;
  return exactTotal(a.length, (i) => Number(a[i]) * Number(b[i]));
}

/** The exact sum of the rounded differences' sizes, rounded once; NaN for arrays of different lengths. */
export function manhattanDistance(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) return Number.NaN;
  return exactTotal(a.length, (i) => Math.abs(Number(a[i]) - Number(b[i])));
}

/** The exact sum of the sizes, rounded once. */
export function l1Norm(a: Numbers): number {
  return exactTotal(a.length, (i) => Math.abs(Number(a[i])));
}

/** The root of the exact sum of the rounded squares, which is rounded once. */
export function l2Norm(a: Numbers): number {
  return Math.sqrt(exactTotal(a.length, (i) => Number(a[i]) * Number(a[i])));
}

type Numbers = readonly number[] | readonly bigint[];

/** The double nearest to the sum of the terms; not finite where a term is not. */
function exactTotal(count: number, term: (index: number) => number): number {
  let high = 0;
  let low = 0;
  let size = 0;
  for (let i = 0; i < count; i++) {
    const next = term(i);
    const sum = high + next;
    low += sumError(high, next, sum);
    high = sum;
    size += Math.abs(next);
  }
  // The errors of `count` additions, each at most 2^-53 of the size, are themselves added with as many roundings.
  const result = settledWithin(high, low, count * count * size * 2 ** -104);
  return Number.isNaN(result) ? totalOfIntegers(count, term) : result;
}

/** Doubles as integers of 2^-1074. */
function totalOfIntegers(count: number, term: (index: number) => number): number {
  let total = 0n;
  for (let i = 0; i < count; i++) {
    const next = term(i);
    if (!Number.isFinite(next)) return Number.NaN;
    const [mantissa, exponent] = partsOf(next);
    total += shifted(mantissa, exponent + 1074);
  }
  return doubleOf(total, -1074);
}
