import { exactInteger, exactTotal, grow, roundedRatio, UNIT_EXPONENT } from './exact-expansion.js';
import { ExactSum, meanOfScaled } from './exact-sum.js';

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

/** Between these sizes x² and its rounding error are doubles, and 2^60 squares can be summed. */
const SMALLEST_EXACT_SQUARE = 2 ** -480;
const LARGEST_EXACT_SQUARE = 2 ** 480;

/** Veltkamp's constant 2^27 + 1 splits a double into halves of 26 bits. */
const SPLITTER = 134_217_729;

function addSquare(parts: number[], x: number): void {
  const square = x * x;
  const split = SPLITTER * x;
  const high = split - (split - x);
  const low = x - high;
  const error = low * low - (square - high * high - 2 * (high * low));
  grow(parts, square);
  if (error !== 0) grow(parts, error);
}
