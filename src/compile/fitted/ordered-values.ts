import type { Column } from '../../definition/column-batch.js';
import { ExactSum, meanOfScaled } from '../exact-sum.js';
import { numbersOf } from './column-numbers.js';
import { sortDoubles } from './sort-doubles.js';

/**
 * How a quantile is taken of n sorted values: `order_statistic` the ⌈q n⌉-th, as BigQuery ML's documented values have it;
 * `upper` the (⌊q n⌋ + 1)-th, as TFX Transform's; `interpolated` between the two nearest (Hyndman and Fan 1996, type 7), as
 * NumPy and scikit-learn do by default.
 */
export type QuantileMethod = 'order_statistic' | 'upper' | 'interpolated';

/** Every value that is not NULL: an exact quantile needs them all, 8 bytes each. */
export class OrderedValues {
  private values = new Float64Array(FIRST_CAPACITY);
  private count = 0;
  private isSorted = true;

  addColumn(column: Column): void {
    const numbers = numbersOf(column);
    const { valid } = column;
    this.reserve(numbers.length);
    for (let row = 0; row < numbers.length; row++) {
      // -0.0 + 0 is 0.0: JSON has no -0.0 to reload.
      if (valid === null || valid[row] === 1) this.values[this.count++] = numbers[row]! + 0;
    }
    this.isSorted = false;
  }

  addValue(value: number, times: number): void {
    this.reserve(times);
    this.values.fill(value + 0, this.count, this.count + times);
    this.count += times;
    this.isSorted = false;
  }

  merge(other: OrderedValues): void {
    this.reserve(other.count);
    this.values.set(other.values.subarray(0, other.count), this.count);
    this.count += other.count;
    this.isSorted = false;
  }

  size(): number {
    return this.count;
  }

  /** The quantile `numerator / denominator`, from 0 to 1; null of nothing. */
  quantile(numerator: number, denominator: number, method: QuantileMethod): number | null {
    const sorted = this.sorted();
    const n = sorted.length;
    if (n === 0) return null;
    // An interpolation may underflow to -0.0.
    if (method === 'interpolated') return interpolated(sorted, numerator, denominator) + 0;
    const scaled = (numerator * n) / denominator;
    const place = method === 'upper' ? Math.floor(scaled) : Math.ceil(scaled) - 1;
    return sorted[Math.min(Math.max(place, 0), n - 1)]!;
  }

  /** The exact mean of (x − `center`) / `scale`, rounded once; 0 of nothing or where it is no finite double. */
  meanOfScaled(center: number, scale: number): number {
    const sum = new ExactSum();
    sum.addAll(this.values.subarray(0, this.count), null);
    return meanOfScaled(sum, this.count, { center, scale });
  }

  private sorted(): Float64Array {
    const used = this.values.subarray(0, this.count);
    if (!this.isSorted) sortDoubles(used);
    this.isSorted = true;
    return used;
  }

  private reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.values.length) return;
    const grown = new Float64Array(Math.max(needed, this.values.length * 2));
    grown.set(this.values.subarray(0, this.count));
    this.values = grown;
  }
}

/** Grows by doubling. */
const FIRST_CAPACITY = 1024;

/** Type 7: the value at (n − 1) q, between two neighbours by x + (y − x) · fraction, as NumPy computes it. */
function interpolated(sorted: Float64Array, numerator: number, denominator: number): number {
  const at = ((sorted.length - 1) * numerator) / denominator;
  const below = Math.min(Math.floor(at), sorted.length - 1);
  const fraction = at - below;
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  if (fraction === 0 || low === high) return low;
  const step = high - low;
  if (!Number.isFinite(step)) return low * (1 - fraction) + high * fraction;
  return fraction < 0.5 ? low + step * fraction : high - step * (1 - fraction);
}
