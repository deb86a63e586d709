import { valueAt } from '../../definition/column-batch.js';
import { Extremes } from './extremes.js';
import { type Instant, type Instants, takeInstants } from './instants.js';
import { type RowTree, rowTree } from './row-tree.js';
import type { WindowRows } from './window-rows.js';

/** The rows that pass one filter, as a tree, found by key and event time. */
export class Lane {
  readonly tree: RowTree;
  /** For each row its place among all; null where all pass. */
  readonly places: Int32Array | null;
  private readonly keys: Float64Array;
  private readonly eventTimes: Instants;
  private readonly extremes = new Map<Instants, Extremes>();
  private range = { key: Number.NaN, start: 0, end: 0 };

  constructor(rows: WindowRows, filter: string | null) {
    this.places = filter === null ? null : passing(rows, filter);
    this.tree = rowTree(this.places?.length ?? rows.rowCount);
    this.keys = this.places === null ? rows.keys : Float64Array.from(this.places, (row) => rows.keys[row]!);
    this.eventTimes = this.own(rows.eventTimes);
  }

  /** The first and the last row, not included, of a key; both the same where there is none. */
  rangeOf(key: number): { readonly start: number; readonly end: number } {
    if (key !== this.range.key) {
      const start = firstNotBelow(this.keys, key);
      this.range = { key, start, end: firstNotBelow(this.keys, key + 1) };
    }
    return this.range;
  }

  /** The first row from `start` to `end` that happened after an instant; `end` where there is none. */
  firstAfter(us: Instant, start: number, end: number): number {
    const { eventTimes } = this;
    let [low, high] = [start, end];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (eventTimes[middle]! > us) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The extremes of a column of all rows. */
  extremesOf(values: Instants): Extremes {
    const made = this.extremes.get(values) ?? new Extremes(this.tree, this.own(values));
    this.extremes.set(values, made);
    return made;
  }

  private own(values: Instants): Instants {
    return this.places === null ? values : takeInstants(values, this.places);
  }
}

function passing({ rowCount, inputs }: WindowRows, filter: string): Int32Array {
  const passes = inputs.get(filter)!;
  const places = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (valueAt(passes, row) === true) places[count++] = row;
  return places.subarray(0, count);
}

function firstNotBelow(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
