import type { Column } from '../../definition/column-batch.js';
import { addColumn } from '../exact-column.js';
import { roundedRatio } from '../exact-expansion.js';
import { ExactSum, meanOfScaled } from '../exact-sum.js';
import { numbersOf } from './column-numbers.js';
import type { Fraction } from './fraction.js';
import { sortDoubles } from './sort-doubles.js';
import { WholeCounts } from './whole-counts.js';

/**
 * How a quantile is taken of n sorted values: `order_statistic` the ⌈q n⌉-th, as BigQuery ML's documented values have it;
 * `upper` the (⌊q n⌋ + 1)-th, as TFX Transform's; `interpolated` between the two nearest (Hyndman and Fan 1996, type 7), as
 * NumPy and scikit-learn do by default.
 */
export type QuantileMethod = 'order_statistic' | 'upper' | 'interpolated';

/** Every value that is not NULL: an exact quantile needs them all, 8 bytes each but for small whole numbers. */
export class OrderedValues {
  private readonly whole = new WholeCounts();
  /** What is no small whole number, in the first `restCount` places. */
  private rest = new Float64Array(FIRST_CAPACITY);
  private restCount = 0;
  private count = 0;
  private isSorted = true;

  addColumn(column: Column): void {
    const numbers = numbersOf(column);
    const { valid } = column;
    this.reserve(numbers.length);
    let [seen, at] = [0, this.restCount];
    for (let row = 0; row < numbers.length; row++) {
      if (valid !== null && valid[row] === 0) continue;
      const x = numbers[row]!;
      seen++;
      if (WholeCounts.holds(x)) this.whole.add(x, 1);
      else this.rest[at++] = x;
    }
    this.isSorted &&= at === this.restCount;
    this.restCount = at;
    this.count += seen;
  }

  addValue(value: number, times: number): void {
    this.count += times;
    if (WholeCounts.holds(value)) {
      this.whole.add(value, times);
      return;
    }
    this.reserve(times);
    this.rest.fill(value, this.restCount, this.restCount + times);
    this.restCount += times;
    this.isSorted = false;
  }

  merge(other: OrderedValues): void {
    this.whole.merge(other.whole);
    this.reserve(other.restCount);
    this.rest.set(other.rest.subarray(0, other.restCount), this.restCount);
    this.restCount += other.restCount;
    this.count += other.count;
    this.isSorted = false;
  }

  size(): number {
    return this.count;
  }

  /** A quantile; null of nothing. */
  quantile(share: Fraction, method: QuantileMethod): number | null {
    if (this.count === 0) return null;
    // An interpolation may underflow to -0.0.
    if (method === 'interpolated') return this.interpolated(share) + 0;
    const { numerator, denominator } = share;
    const scaled = numerator * BigInt(this.count);
    const place = method === 'upper' ? scaled / denominator : (scaled + denominator - 1n) / denominator - 1n;
    return this.valueAt(Number(place));
  }

  /** The exact mean of (x − `center`) / `scale`, rounded once; 0 of nothing or where it is no finite double. */
  meanOfScaled(center: number, scale: number): number {
    const sum = new ExactSum();
    sum.add(this.whole.sum());
    addColumn(sum, this.rest.subarray(0, this.restCount), null);
    return meanOfScaled(sum, this.count, { center, scale });
  }

  /** Type 7: the value at (n − 1) q, between two neighbours by x + (y − x) · fraction, as NumPy computes it. */
  private interpolated({ numerator, denominator }: Fraction): number {
    const scaled = numerator * BigInt(this.count - 1);
    const below = Number(scaled / denominator);
    const part = roundedRatio(scaled, denominator, 0) - below;
    const [low, high] = [this.valueAt(below), this.valueAt(below + 1)];
    if (part === 0 || low === high) return low;
    const step = high - low;
    if (!Number.isFinite(step)) return low * (1 - part) + high * part;
    return part < 0.5 ? low + step * part : high - step * (1 - part);
  }

  /** The value at a place of the ascending values, from 0; beyond them the first or the last. */
  private valueAt(place: number): number {
    return this.whole.valueAt(Math.min(Math.max(place, 0), this.count - 1), this.sorted());
  }

  private sorted(): Float64Array {
    const used = this.rest.subarray(0, this.restCount);
    if (!this.isSorted) sortDoubles(used);
    this.isSorted = true;
    return used;
  }

  private reserve(more: number): void {
    const needed = this.restCount + more;
    if (needed <= this.rest.length) return;
    const grown = new Float64Array(Math.max(needed, this.rest.length * 2));
    grown.set(this.rest.subarray(0, this.restCount));
    this.rest = grown;
  }
}

/** Grows by doubling. */
const FIRST_CAPACITY = 1024;
