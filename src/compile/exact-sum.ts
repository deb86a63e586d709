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

  /** Adds the doubles of a column, finite where `valid`; gives how many. */
  addAll(values: Float64Array, valid: Uint8Array | null): number {
    // Two doubles before the expansion take nearly everything: each step is error-free, so nothing is lost on the way.
    let [high, low, count] = [0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      if (valid !== null && valid[i] === 0) continue;
      const x = values[i]!;
      count++;
      if (Math.abs(x) > LARGEST_IN_EXPANSION) {
        this.rest += exactInteger(x);
        continue;
      }
      const sum = high + x;
      const part = sum - high;
      const error = high - (sum - part) + (x - part);
      high = sum;
      if (error === 0) continue;
      const lower = low + error;
      const lowerPart = lower - low;
      const left = low - (lower - lowerPart) + (error - lowerPart);
      low = lower;
      if (left !== 0) grow(this.parts, left);
    }
    grow(this.parts, low);
    grow(this.parts, high);
    return count;
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

  /** Adds a finite double `times` times. */
  addRepeated(x: number, times: number): void {
    this.count += times;
    this.sum.addRepeated(x, times);
    this.squaresRest += exactInteger(x) ** 2n * BigInt(times);
  }

  /** Adds the doubles of a column, finite where `valid`. */
  addAll(values: Float64Array, valid: Uint8Array | null): void {
    this.count += this.sum.addAll(values, valid);
    let [high, low] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      if (valid !== null && valid[i] === 0) continue;
      const x = values[i]!;
      const size = Math.abs(x);
      if (size > LARGEST_EXACT_SQUARE || (size < SMALLEST_EXACT_SQUARE && size !== 0)) {
        this.squaresRest += exactInteger(x) ** 2n;
        continue;
      }
      const square = x * x;
      const split = SPLITTER * x;
      const head = split - (split - x);
      const tail = x - head;
      const rounding = tail * tail - (square - head * head - 2 * (head * tail));
      const sum = high + square;
      const part = sum - high;
      const error = high - (sum - part) + (square - part);
      high = sum;
      low = this.addLow(low, error);
      if (rounding !== 0) low = this.addLow(low, rounding);
    }
    grow(this.squares, low);
    grow(this.squares, high);
  }

  /** `low + x`, whose rounding error goes into the expansion. */
  private addLow(low: number, x: number): number {
    const sum = low + x;
    const part = sum - low;
    const left = low - (sum - part) + (x - part);
    if (left !== 0) grow(this.squares, left);
    return sum;
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
    return this.count < 2 ? null : this.varianceOver(BigInt(this.count) - 1n);
  }

  /** The variance of the population, (n Σx² − (Σx)²) / n², likewise; null of nothing. */
  populationVariance(): number | null {
    return this.count === 0 ? null : this.varianceOver(BigInt(this.count));
  }

  /** The exact mean of (x − `center`) / `scale`, rounded once; 0 of nothing or where it is no finite double. */
  meanOfScaled(center: number, scale: number): number {
    return meanOfScaled(this.sum, this.count, { center, scale });
  }

  private varianceOver(divisor: bigint): number {
    const n = BigInt(this.count);
    const squares = exactTotal(this.squares, 0n) * 2n ** BigInt(-UNIT_EXPONENT) + this.squaresRest;
    const numerator = n * squares - this.sum.exact() ** 2n;
    return roundedRatio(numerator, n * divisor, 2 * UNIT_EXPONENT);
  }
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
