import { errorOf } from './exact-expansion.js';
import { type ExactSum, LARGEST_IN_EXPANSION } from './exact-sum.js';
import { type Block, blocksOf, wholeTotals } from './whole-block.js';

/** Adds the doubles of a column, finite where `valid`, to an exact sum; gives how many. */
export function addColumn(sum: ExactSum, values: Float64Array, valid: Uint8Array | null): number {
  let count = 0;
  for (const block of blocksOf(values, valid)) {
    const whole = wholeTotals(block);
    if (whole !== null) sum.add(whole.sum);
    count += whole?.count ?? addBlock(sum, block);
  }
  return count;
}

/** Adds one block; gives how many of its values are valid. */
export function addBlock(sum: ExactSum, { values, valid, from, to }: Block): number {
  // Two doubles before the expansion take nearly everything: each step is error-free, so nothing is lost on the way.
  let [high, low, count] = [0, 0, 0];
  for (let row = from; row < to; row++) {
    if (valid !== null && valid[row] === 0) continue;
    const x = values[row]!;
    count++;
    if (Math.abs(x) > LARGEST_IN_EXPANSION) {
      sum.add(x);
      continue;
    }
    const total = high + x;
    const error = errorOf(high, x, total);
    high = total;
    if (error === 0) continue;
    const lower = low + error;
    const left = errorOf(low, error, lower);
    low = lower;
    if (left !== 0) sum.add(left);
  }
  sum.add(low);
  sum.add(high);
  return count;
}
