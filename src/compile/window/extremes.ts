import { FAN_OUT, firstChild, levelFrom, type RowTree, rowsAt } from './row-tree.js';

/** The least and the greatest of a column in every node of a tree, under the numbers of rows and nodes. */
export class Extremes {
  readonly least: BigInt64Array;
  readonly greatest: BigInt64Array;

  /** @param values One a row of the tree. */
  constructor(
    private readonly tree: RowTree,
    values: BigInt64Array,
  ) {
    this.least = new BigInt64Array(tree.size);
    this.greatest = new BigInt64Array(tree.size);
    this.least.set(values);
    this.greatest.set(values);
    for (let level = 1; level < tree.firsts.length; level++) this.fill(level);
  }

  /** Whether a row from `start` to `end` (not included) has a value of at most `bound`. */
  anyAtMost(start: number, end: number, bound: bigint): boolean {
    const { firsts } = this.tree;
    let at = start;
    while (at < end) {
      const level = levelFrom(this.tree, at, end);
      const rows = rowsAt(level);
      if (this.least[firsts[level]! + at / rows]! <= bound) return true;
      at += rows;
    }
    return false;
  }

  private fill(level: number): void {
    const { firsts, size } = this.tree;
    const { least, greatest } = this;
    const end = firsts[level + 1] ?? size;
    for (let id = firsts[level]!; id < end; id++) {
      const child = firstChild(this.tree, id, level);
      let low = least[child]!;
      let high = greatest[child]!;
      for (let i = child + 1; i < child + FAN_OUT; i++) {
        if (least[i]! < low) low = least[i]!;
        if (greatest[i]! > high) high = greatest[i]!;
      }
      least[id] = low;
      greatest[id] = high;
    }
  }
}

/**
 * Whether a row from `start` to `end` (not included) may be seen and may not be at `bound`: its value among `earliest` is at
 * most that, its value among `latest` is more. Both are of one tree.
 */
export function anyBetween(
  tree: RowTree,
  { earliest, latest }: { readonly earliest: Extremes; readonly latest: Extremes },
  { start, end }: { readonly start: number; readonly end: number },
  bound: bigint,
): boolean {
  const inNode = (id: number, level: number): boolean => {
    if (earliest.least[id]! > bound || latest.greatest[id]! <= bound) return false;
    if (level === 0) return true;
    const child = firstChild(tree, id, level);
    for (let i = child; i < child + FAN_OUT; i++) if (inNode(i, level - 1)) return true;
    return false;
  };
  let at = start;
  while (at < end) {
    const level = levelFrom(tree, at, end);
    const rows = rowsAt(level);
    if (inNode(tree.firsts[level]! + at / rows, level)) return true;
    at += rows;
  }
  return false;
}
