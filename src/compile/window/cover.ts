import type { Extremes } from './extremes.js';
import type { Instant } from './instants.js';
import { FAN_OUT, firstChild, levelBefore, levelFrom, type RowTree, rowsAt } from './row-tree.js';

/** A stretch of rows as the few rows and nodes that make it up: those that are known, and those that are not. */
export class Cover {
  readonly known = new CoverPart();
  readonly unknown = new CoverPart();

  constructor(
    private readonly tree: RowTree,
    /** From when on each row is known; null: all rows always are. */
    private readonly from: Extremes | null,
    /** For each row its place among all; null where that is the same. */
    private readonly places: Int32Array | null,
  ) {}

  /** Takes the rows from `start` to `end` (not included), as of `bound`, in the place of what was taken before. */
  take(start: number, end: number, bound: Instant): void {
    this.known.clear();
    this.unknown.clear();
    const { firsts } = this.tree;
    let at = start;
    while (at < end) {
      if (at % FAN_OUT !== 0 || end - at < FAN_OUT) {
        this.takeRow(at++, bound);
        continue;
      }
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

  private takeRow(row: number, bound: Instant): void {
    const { from, places } = this;
    const part = from === null || from.values[row]! <= bound ? this.known : this.unknown;
    part.rows.push(places === null ? row : places[row]!);
  }

  private takeNode(id: number, level: number, bound: Instant): void {
    if (level === 0) {
      this.takeRow(id, bound);
    } else if (this.from === null || this.from.greatestOf(id) <= bound) {
      this.known.nodes.push(id);
    } else if (this.from.leastOf(id) > bound) {
      this.unknown.nodes.push(id);
    } else {
      const child = firstChild(this.tree, id, level);
      for (let i = child; i < child + FAN_OUT; i++) this.takeNode(i, level - 1, bound);
    }
  }

  /** Whether the rows of the node that ends before row `at` are known. */
  private stateOf(at: number, level: number, bound: Instant): 'known' | 'unknown' | 'mixed' {
    if (this.from === null) return 'known';
    const id = this.tree.firsts[level]! + at / rowsAt(level) - 1;
    if (this.from.greatestOf(id) <= bound) return 'known';
    return this.from.leastOf(id) > bound ? 'unknown' : 'mixed';
  }
}

type Newest = {
  readonly bound: Instant;
  /** Most rows. */
  readonly count: number;
};

/** Rows by their places among all, and nodes by their numbers. */
export class CoverPart {
  readonly rows = new IdList();
  readonly nodes = new IdList();

  get isEmpty(): boolean {
    return this.rows.length === 0 && this.nodes.length === 0;
  }

  clear(): void {
    this.rows.length = 0;
    this.nodes.length = 0;
  }
}

/** Numbers in memory that is used again: the first `length` of `ids`. */
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
}
