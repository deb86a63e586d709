/** Rows, or nodes, in one node of the level above, as a power of two. */
const FAN_OUT_BITS = 4;
export const FAN_OUT = 1 << FAN_OUT_BITS;

/**
 * The nodes over rows in a row: node `k` of a level holds the {@link FAN_OUT} of the level below from `16 k` on. Rows and
 * nodes are numbered through, level after level, so that a list of them is one of integers. There are whole nodes alone.
 */
export type RowTree = {
  readonly rowCount: number;
  /** Rows and nodes. */
  readonly size: number;
  /** Number of the first of each level; rows are level 0. */
  readonly firsts: readonly number[];
};

export function rowTree(rowCount: number): RowTree {
  const firsts: number[] = [];
  let size = 0;
  for (let count = rowCount; count > 0; count = Math.floor(count / FAN_OUT)) {
    firsts.push(size);
    size += count;
  }
  return { rowCount, size, firsts };
}

/** The number of a node's first child, of the level below `level`. */
export function firstChild({ firsts }: RowTree, id: number, level: number): number {
  return firsts[level - 1]! + (id - firsts[level]!) * FAN_OUT;
}

/** The level of the largest node that begins at row `at` and does not reach beyond `end`; 0 is the row itself. */
export function levelFrom({ firsts }: RowTree, at: number, end: number): number {
  let level = 0;
  let rows = FAN_OUT;
  while (level + 1 < firsts.length && (at & (rows - 1)) === 0 && at + rows <= end) {
    level++;
    rows *= FAN_OUT;
  }
  return level;
}

/** The level of the largest node that ends before row `at` and does not begin before `start`. */
export function levelBefore({ firsts }: RowTree, at: number, start: number): number {
  let level = 0;
  let rows = FAN_OUT;
  while (level + 1 < firsts.length && (at & (rows - 1)) === 0 && at - rows >= start) {
    level++;
    rows *= FAN_OUT;
  }
  return level;
}

/** Rows in a node of a level. */
export function rowsAt(level: number): number {
  return 1 << (FAN_OUT_BITS * level);
}
