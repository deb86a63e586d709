/** RANGE_BUCKET: how many of the ascending bounds are at most x; null where they do not ascend. */
export function rangeBucket<T extends boolean | bigint | number>(x: T, bounds: readonly T[]): bigint | null {
  return bucketOf(x, bounds, (a, b) => (a > b ? 1 : 0));
}

/** The same, by any order. */
export function bucketOf<T>(x: T, bounds: readonly T[], compare: (a: T, b: T) => number): bigint | null {
  let count = 0n;
  for (let i = 0; i < bounds.length; i++) {
    if (i > 0 && compare(bounds[i - 1]!, bounds[i]!) > 0) return null;
    if (compare(bounds[i]!, x) <= 0) count++;
  }
  return count;
}
