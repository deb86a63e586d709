import type { Extremes } from './extremes.js';
import { FAN_OUT, firstChild, levelBefore, levelFrom, type RowTree, rowsAt } from './row-tree.js';

/** A stretch of rows as the few rows and nodes that make it up: those that are known, and those that are not. */
export class Cover {
  readonly known = new IdList();
  readonly unknown = new IdList();

  constructor(
    private readonly tree: RowTree,
    /** From when on each row is known; null: all rows always are. */
    private readonly from: Extremes | null,
  ) {}

  /** Takes the rows from `start` to `end` (not included), as of `bound`, in the place of what was taken before. */
  take(start: number, end: number, bound: bigint): void {
    this.known.clear();
    this.unknown.clear();
    const { firsts } = this.tree;
    let at = start;
    while (at < end) {
      const level = levelFrom(this.tree, at, end);
      const rows = rowsAt(level);
      this.takeNode(firsts[level]! + at / rows, level, bound);
      at += rows;
    }
  }

  /** The row from which on `count` rows before `end` are known as of `bound`; `start` where there are no more. */
  startOfNewest(start: number, end: number, { bound, count }: Newest): number {
    const { tree } = this;
    let [at, left] = [end, count];
    while (at > start && left > 0) {
      let level = levelBefore(tree, at, start);
      let state = this.stateOf(at, level, bound);
      while (level > 0 && (state === 'mixed' || (state === 'known' && rowsAt(level) > left))) {
        state = this.stateOf(at, --level, bound);
      }
      at -= rowsAt(level);
      if (state === 'known') left -= rowsAt(level);
    }
    return at;
  }

  private takeNode(id: number, level: number, bound: bigint): void {
    if (this.from === null || this.from.greatest[id]! <= bound) {
      this.known.push(id);
    } else if (this.from.least[id]! > bound) {
      this.unknown.push(id);
    } else {
      const child = firstChild(this.tree, id, level);
      for (let i = child; i < child + FAN_OUT; i++) this.takeNode(i, level - 1, bound);
    }
  }

  /** Whether the rows of the node that ends before row `at` are known. */
  private stateOf(at: number, level: number, bound: bigint): 'known' | 'unknown' | 'mixed' {
    if (this.from === null) return 'known';
    const id = this.tree.firsts[level]! + at / rowsAt(level) - 1;
    if (this.from.greatest[id]! <= bound) return 'known';
    return this.from.least[id]! > bound ? 'unknown' : 'mixed';
  }
}

type Newest = {
  readonly bound: bigint;
  /** Most rows. */
  readonly count: number;
};

/** Numbers of rows and nodes, in memory that is used again. */
class IdList {
  ids = new Int32Array(64);
  length = 0;

  push(id: number): void {
    if (this.length === this.ids.length) {
      const wider = new Int32Array(this.length * 2);
      wider.set(this.ids);
      this.ids = wider;
    }
    this.ids[this.length++] = id;
  }

  clear(): void {
    this.length = 0;
  }
}
