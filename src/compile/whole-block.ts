/** A stretch of a column of doubles, finite where `valid`: rows `from` to `to` (not included). */
export type Block = {
  readonly values: Float64Array;
  readonly valid: Uint8Array | null;
  readonly from: number;
  readonly to: number;
};

/** A column in stretches of at most {@link ROWS_A_BLOCK} rows. */
export function* blocksOf(values: Float64Array, valid: Uint8Array | null): Iterable<Block> {
  for (let from = 0; from < values.length; from += ROWS_A_BLOCK) {
    yield { values, valid, from, to: Math.min(from + ROWS_A_BLOCK, values.length) };
  }
}

/** What a block of whole numbers adds to count, sum and sum of squares: exact, because all of it stays below 2^53. */
export type WholeTotals = { readonly count: number; readonly sum: number; readonly squares: number };

/** The totals of a block in which every value is a whole number up to ±2^19; null of another. */
export function wholeTotals({ values, valid, from, to }: Block): WholeTotals | null {
  let [count, sum, squares] = [0, 0, 0];
  for (let row = from; row < to; row++) {
    if (valid !== null && valid[row] === 0) continue;
    const x = values[row]!;
    if ((x | 0) !== x || x > LARGEST_WHOLE || x < -LARGEST_WHOLE) return null;
    count++;
    sum += x;
    squares += x * x;
  }
  return { count, sum, squares };
}

/** 2^14 squares of at most 2^38 sum up to 2^52. */
const ROWS_A_BLOCK = 2 ** 14;
const LARGEST_WHOLE = 2 ** 19;
