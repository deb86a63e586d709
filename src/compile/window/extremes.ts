import { emptyLike, type Instant, type Instants } from './instants.js';
import { FAN_OUT, firstChild, levelFrom, type RowTree, rowsAt } from './row-tree.js';

/** The least and the greatest of a column in every node of a tree. */
export class Extremes {
  /** Of nodes, by their numbers less the number of rows. */
  private readonly least: Instants;
  private readonly greatest: Instants;

  constructor(
    private readonly tree: RowTree,
    /** One a row of the tree. */
    readonly values: Instants,
  ) {
    const nodes = tree.size - tree.rowCount;
    this.least = emptyLike(values, nodes);
    this.greatest = emptyLike(values, nodes);
    for (let level = 1; level < tree.firsts.length; level++) this.fill(level);
  }

  /** The least of a row or a node, by its number. */
  leastOf(id: number): Instant {
    const { rowCount } = this.tree;
    return id < rowCount ? this.values[id]! : this.least[id - rowCount]!;
  }

  /** The greatest of a row or a node, by its number. */
  greatestOf(id: number): Instant {
    const { rowCount } = this.tree;
    return id < rowCount ? this.values[id]! : this.greatest[id - rowCount]!;
  }

  /** Whether a row from `start` to `end` (not included) has a value of at most `bound`. */
  anyAtMost(start: number, end: number, bound: Instant): boolean {
    const { firsts } = this.tree;
    let at = start;
    while (at < end) {
      const level = levelFrom(this.tree, at, end);
      const rows = rowsAt(level);
      if (this.leastOf(firsts[level]! + at / rows) <= bound) return true;
      at += rows;
    }
    return false;
  }

  private fill(level: number): void {
    const { firsts, size, rowCount } = this.tree;
    const end = firsts[level + 1] ?? size;
    for (let id = firsts[level]!; id < end; id++) {
      const child = firstChild(this.tree, id, level);
      let low = this.leastOf(child);
      let high = this.greatestOf(child);
      for (let i = child + 1; i < child + FAN_OUT; i++) {
        const [childLow, childHigh] = [this.leastOf(i), this.greatestOf(i)];
        if (childLow < low) low = childLow;
        if (childHigh > high) high = childHigh;
      }
      this.least[id - rowCount] = low;
      this.greatest[id - rowCount] = high;
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
  bound: Instant,
): boolean {
  const inNode = (id: number, level: number): boolean => {
    if (earliest.leastOf(id) > bound || latest.greatestOf(id) <= bound) return false;
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
