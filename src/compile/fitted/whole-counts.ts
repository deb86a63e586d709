/**
 * How often each whole number from −32,768 to 32,767 was seen: quantiles of such numbers stay exact without holding every
 * one. Takes 1 MiB from the first one on.
 */
export class WholeCounts {
  private counts = new Float64Array(0);
  /** For each number how many lower ones were seen; null where numbers came since. */
  private below: Float64Array | null = null;

  /** Whether a number is one of those that are counted. */
  static holds(x: number): boolean {
    return (x | 0) === x && x >= LEAST && x < LEAST + NUMBERS;
  }

  /** Adds a number that is held `times` times. */
  add(x: number, times: number): void {
    if (this.counts.length === 0) this.counts = new Float64Array(NUMBERS);
    this.counts[x - LEAST]! += times;
    this.below = null;
  }

  merge(other: WholeCounts): void {
    for (let i = 0; i < other.counts.length; i++) {
      if (other.counts[i]! > 0) this.add(i + LEAST, other.counts[i]!);
    }
  }

  /** The exact sum of what was added: below 2^53 for fewer than 2^38 numbers. */
  sum(): number {
    return this.counts.reduce((sum, count, i) => sum + count * (i + LEAST), 0);
  }

  /**
   * The value at `place`, from 0, among these numbers and `rest` in ascending order; `rest` is ascending and holds no number
   * that is counted here.
   */
  valueAt(place: number, rest: Float64Array): number {
    if (this.counts.length === 0) return rest[place]!;
    this.below ??= runningTotals(this.counts);
    const { below, counts } = this;
    const before = (i: number): number => below[i]! + lowerBound(rest, i + LEAST);
    // The last number with at most `place` values before it; −1 where the first one has more.
    let [low, high] = [-1, NUMBERS];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (before(middle) <= place) low = middle;
      else high = middle - 1;
    }
    if (low === -1) return rest[place]!;
    if (low < NUMBERS && place < before(low) + counts[low]!) return low + LEAST;
    return rest[place - below[Math.min(low + 1, NUMBERS)]!]!;
  }
}

const LEAST = -32_768;
const NUMBERS = 65_536;

/** The sum of what stands before each place, and of all behind the last. */
function runningTotals(counts: Float64Array): Float64Array {
  const totals = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) totals[i + 1] = totals[i]! + counts[i]!;
  return totals;
}

/** How many of ascending values are below `x`. */
function lowerBound(ascending: Float64Array, x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
