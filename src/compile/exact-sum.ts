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
 * Count, exact sum and exact sum of squares of doubles: mean and variance that do not depend on the order (S22).
 * A square is taken without rounding as a product and its error (Dekker and Veltkamp, TWO-PRODUCT).
 */
export class ExactMoments {
  private count = 0;
  private readonly sum = new ExactSum();
  private readonly squares: number[] = [];
  /** Squares the expansion could not hold, in units of 2^-2148. */
  private squaresRest = 0n;

  /** Adds one finite double. */
  add(x: number): void {
    this.count++;
    this.sum.add(x);
    const size = Math.abs(x);
    if (size <= LARGEST_EXACT_SQUARE && (size >= SMALLEST_EXACT_SQUARE || size === 0)) {
      addSquare(this.squares, x);
    } else {
      this.squaresRest += exactInteger(x) ** 2n;
    }
  }

  /** Adds everything that `other` was given. */
  merge(other: ExactMoments): void {
    this.count += other.count;
    this.sum.merge(other.sum);
    for (const part of other.squares) grow(this.squares, part);
    this.squaresRest += other.squaresRest;
  }

  /** How many doubles were added. */
  size(): number {
    return this.count;
  }

  /** The exact sum rounded once, divided by the count; null of nothing. */
  mean(): number | null {
    return this.count === 0 ? null : this.sum.value() / this.count;
  }

  /**
   * The sample variance (n Σx² − (Σx)²) / (n (n − 1)), evaluated exactly and rounded once: never negative, 0 for
   * constants; null of fewer than two.
   */
  sampleVariance(): number | null {
    if (this.count < 2) return null;
    const n = BigInt(this.count);
    const squares = exactTotal(this.squares, 0n) * 2n ** BigInt(-UNIT_EXPONENT) + this.squaresRest;
    const numerator = n * squares - this.sum.exact() ** 2n;
    return roundedRatio(numerator, n * (n - 1n), 2 * UNIT_EXPONENT);
  }
}

/** `numerator / denominator · 2^exponent` as the nearest double, ties to even; the denominator is positive. */
export function roundedRatio(numerator: bigint, denominator: bigint, exponent: number): number {
  if (numerator === 0n) return 0;
  const size = numerator < 0n ? -numerator : numerator;
  const lastPlace = Math.max(leadingExponent(size, denominator) + exponent - 52, UNIT_EXPONENT);
  const shift = BigInt(exponent - lastPlace);
  const mantissa =
    shift >= 0n
      ? dividedToNearest(size << shift, denominator)
      : dividedToNearest(size, denominator << -shift);
  const rounded = Number(mantissa) * 2 ** lastPlace;
  return numerator < 0n ? -rounded : rounded;
}

/** The exponent of the smallest double, 2^-1074. */
const UNIT_EXPONENT = -1074;

/** Sums of 2^60 doubles of this size still lie inside the doubles. */
const LARGEST_IN_EXPANSION = 2 ** 960;

/** Between these sizes x² and its rounding error are doubles, and 2^60 squares can be summed. */
const SMALLEST_EXACT_SQUARE = 2 ** -480;
const LARGEST_EXACT_SQUARE = 2 ** 480;

/** Veltkamp's constant 2^27 + 1 splits a double into halves of 26 bits. */
const SPLITTER = 134_217_729;

/** Adds `x` to an expansion, dropping zeros: each step is an error-free TWO-SUM. */
function grow(parts: number[], x: number): void {
  let carried = x;
  let kept = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const sum = carried + part;
    const partInSum = sum - carried;
    const error = carried - (sum - partInSum) + (part - partInSum);
    if (error !== 0) parts[kept++] = error;
    carried = sum;
  }
  parts.length = kept;
  if (carried !== 0) parts.push(carried);
}

function addSquare(parts: number[], x: number): void {
  const square = x * x;
  const split = SPLITTER * x;
  const high = split - (split - x);
  const low = x - high;
  const error = low * low - (square - high * high - 2 * (high * low));
  grow(parts, square);
  if (error !== 0) grow(parts, error);
}

function exactTotal(parts: readonly number[], rest: bigint): bigint {
  return parts.reduce((total, part) => total + exactInteger(part), rest);
}

const bits = new DataView(new ArrayBuffer(8));

/** A finite double as an integer in units of 2^-1074. */
function exactInteger(x: number): bigint {
  bits.setFloat64(0, Math.abs(x));
  const pattern = bits.getBigUint64(0);
  const fraction = pattern & 0xf_ffff_ffff_ffffn;
  const exponent = pattern >> 52n;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return x < 0 ? -size : size;
}

/** The e with 2^e ≤ numerator / denominator < 2^(e+1), both positive. */
function leadingExponent(numerator: bigint, denominator: bigint): number {
  const estimate = bitLength(numerator) - bitLength(denominator);
  const reached =
    estimate >= 0
      ? numerator >= denominator << BigInt(estimate)
      : numerator << BigInt(-estimate) >= denominator;
  return reached ? estimate : estimate - 1;
}

function bitLength(positive: bigint): number {
  const digits = positive.toString(16);
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits[0]!, 16)) - 28);
}

function dividedToNearest(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}
