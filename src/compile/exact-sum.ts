import { exactInteger, exactTotal, grow, roundedRatio, UNIT_EXPONENT } from './exact-expansion.js';

/**
 * The exact sum of doubles, whatever their order (S22): an expansion of doubles that do not overlap (Shewchuk, "Adaptive
 * Precision Floating-Point Arithmetic", 1997, GROW-EXPANSION), beside an integer for magnitudes beyond its reach.
 * Adding, merging and splitting the rows never changes the result, because nothing is rounded before `value()`.
 */
export class ExactSum {
  private readonly parts: number[] = [];
  /** What the expansion could not hold, in units of 2^-1074. */
  private rest = 0n;

  /** Adds one finite double. */
  add(x: number): void {
    if (Math.abs(x) > LARGEST_IN_EXPANSION) this.rest += exactInteger(x);
    else grow(this.parts, x);
  }

  /** Adds a finite double `times` times. */
  addRepeated(x: number, times: number): void {
    this.rest += exactInteger(x) * BigInt(times);
  }

  /** Adds everything that `other` was given. */
  merge(other: ExactSum): void {
    for (const part of other.parts) grow(this.parts, part);
    this.rest += other.rest;
  }

  /** The sum as an integer in units of 2^-1074, which hold every double. */
  exact(): bigint {
    return exactTotal(this.parts, this.rest);
  }

  /** The sum rounded once, to nearest, ties to even; ±Infinity beyond the doubles. */
  value(): number {
    return roundedRatio(this.exact(), 1n, UNIT_EXPONENT);
  }
}

/**
 * The mean of `count` doubles of which `sum` is the sum: the sum rounded once, over the count (S22), and where that sum lies
 * beyond the doubles the exact quotient, rounded once. Null of nothing.
 */
export function meanOf(sum: ExactSum, count: number): number | null {
  if (count === 0) return null;
  const total = sum.value();
  return Number.isFinite(total) ? total / count : roundedRatio(sum.exact(), BigInt(count), UNIT_EXPONENT);
}

/**
 * The exact mean of (x − center) / scale over `count` doubles of which `sum` is the sum: (Σx − n · center) / (n · scale),
 * rounded once; 0 of nothing, without a scale, or where it is no finite double.
 */
export function meanOfScaled(
  sum: ExactSum,
  count: number,
  { center, scale }: { readonly center: number; readonly scale: number },
): number {
  if (count === 0 || scale === 0) return 0;
  const n = BigInt(count);
  const size = exactInteger(Math.abs(scale));
  const numerator = (sum.exact() - n * exactInteger(center)) * (scale < 0 ? -1n : 1n);
  const mean = roundedRatio(numerator, n * size, 0);
  return Number.isFinite(mean) ? mean : 0;
}

/** The exact mean of (x − from) / (to − from), likewise; `to` is greater than `from`. */
export function meanOfRange(
  sum: ExactSum,
  count: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const n = BigInt(count);
  const start = exactInteger(from);
  return roundedRatio(sum.exact() - n * start, n * (exactInteger(to) - start), 0);
}

/** Sums of 2^60 doubles of this size still lie inside the doubles. */
export const LARGEST_IN_EXPANSION = 2 ** 960;
