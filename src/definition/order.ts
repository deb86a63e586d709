/**
 * Where a row stands among the rows of its key (S10). Newest is greatest, compared member by member; a missing
 * `orderColumn` is smaller than any present one, so that a source may gain the column later.
 */
export type RowOrder = {
  /** Microseconds. */
  readonly eventTime: bigint;
  /** Microseconds: the declared created time, else the arrival. */
  readonly orderTime: bigint;
  readonly orderColumn: bigint | null;
  /** Place in the log, assigned once. */
  readonly sequence: bigint;
};

/** Negative when `a` is older than `b`, positive when newer, 0 for the same row. */
export function compareOrder(a: RowOrder, b: RowOrder): number {
  return (
    compareBigint(a.eventTime, b.eventTime) ||
    compareBigint(a.orderTime, b.orderTime) ||
    compareOrderColumn(a.orderColumn, b.orderColumn) ||
    compareBigint(a.sequence, b.sequence)
  );
}

/** The third member of an order alone; a missing one is the smallest. */
export function compareOrderColumn(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareBigint(a, b);
}

function compareBigint(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
