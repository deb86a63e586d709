import { addBlock } from './exact-column.js';
import { errorOf, exactInteger, exactTotal, grow, roundedRatio, UNIT_EXPONENT } from './exact-expansion.js';
import { ExactSum, meanOf, meanOfScaled } from './exact-sum.js';
import { type Block, blocksOf, wholeTotals } from './whole-block.js';

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
  addColumn(values: Float64Array, valid: Uint8Array | null): void {
    for (const block of blocksOf(values, valid)) {
      const whole = wholeTotals(block);
      if (whole === null) {
        this.count += addBlock(this.sum, block);
        this.addSquares(block);
        continue;
      }
      this.count += whole.count;
      this.sum.add(whole.sum);
      grow(this.squares, whole.squares);
    }
  }

  /** Three doubles before the expansion take nearly every square: each step is error-free, so nothing is lost. */
  private addSquares({ values, valid, from, to }: Block): void {
    let [high, low, lowest] = [0, 0, 0];
    for (let row = from; row < to; row++) {
      if (valid !== null && valid[row] === 0) continue;
      const x = values[row]!;
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
      const error = errorOf(high, square, sum);
      const lower = low + error;
      const lost = errorOf(low, error, lower);
      const rounded = lower + rounding;
      const rest = errorOf(lower, rounding, rounded);
      const left = lowest + lost;
      const last = left + rest;
      this.addRest(errorOf(lowest, lost, left), errorOf(left, rest, last));
      [high, low, lowest] = [sum, rounded, last];
    }
    for (const part of [lowest, low, high]) grow(this.squares, part);
  }

  private addRest(a: number, b: number): void {
    if (a !== 0) grow(this.squares, a);
    if (b !== 0) grow(this.squares, b);
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

  /** As {@link meanOf} has it; null of nothing. */
  mean(): number | null {
    return meanOf(this.sum, this.count);
  }

  /**
   * The root of the sample variance (n Σx² − (Σx)²) / (n (n − 1)), which is evaluated exactly and rounded once: 0 for
   * constants; null of fewer than two; Infinity beyond the doubles.
   */
  sampleDeviation(): number | null {
    return this.count < 2 ? null : this.deviationOver(BigInt(this.count) - 1n);
  }

  /** The root of the variance of the population, (n Σx² − (Σx)²) / n², likewise; null of nothing. */
  populationDeviation(): number | null {
    return this.count === 0 ? null : this.deviationOver(BigInt(this.count));
  }

  /** The exact mean of (x − `center`) / `scale`, rounded once; 0 of nothing or where it is no finite double. */
  meanOfScaled(center: number, scale: number): number {
    return meanOfScaled(this.sum, this.count, { center, scale });
  }

  private deviationOver(divisor: bigint): number {
    const n = BigInt(this.count);
    const squares = exactTotal(this.squares, 0n) * 2n ** BigInt(-UNIT_EXPONENT) + this.squaresRest;
    const numerator = n * squares - this.sum.exact() ** 2n;
    return rootOfRatio(numerator, n * divisor, 2 * UNIT_EXPONENT);
  }
}

/** √(`numerator` / `denominator` · 2^`exponent`), also where that ratio itself is no normal double, but its root is one. */
function rootOfRatio(numerator: bigint, denominator: bigint, exponent: number): number {
  const ratio = roundedRatio(numerator, denominator, exponent);
  if (numerator === 0n || (ratio >= SMALLEST_NORMAL && ratio < Number.POSITIVE_INFINITY)) {
    return Math.sqrt(ratio);
  }
  const half = ratio < 1 ? 600 : -600;
  return Math.sqrt(roundedRatio(numerator, denominator, exponent + 2 * half)) * 2 ** -half;
}

const SMALLEST_NORMAL = 2 ** -1022;

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
