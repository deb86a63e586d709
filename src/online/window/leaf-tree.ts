import { PlumblineError } from '../../definition/error.js';
import type { LeafList } from './leaf-list.js';
import type { RowBytes } from './row-block.js';

/** Instants (`afterUs`, `throughUs`], halved as long as there are too many rows in them for one leaf. */
export type TimeRange = { readonly afterUs: bigint; readonly throughUs: bigint };

/**
 * Rows of a leaf at most, unless they are all of one instant: what a row rewrites. The more, the fewer leaves are listed in
 * the header, which is rewritten too.
 */
export const LEAF_ROWS = 128;

/** A row at its event time, or a leaf that was not read at its end. */
export type LeafItem = {
  readonly atUs: bigint;
  /** Place of the stored leaf that it is of; −1 of a new row. */
  readonly leaf: number;
  /** How many rows it is. */
  readonly rows: number;
  /** Null of a leaf that was not read. */
  readonly bytes: RowBytes | null;
};

/** A leaf as it is to be; of one that was not read its only item is itself. */
export type PlacedLeaf = { readonly endUs: bigint; readonly items: readonly LeafItem[] };

/**
 * The leaves of items that ascend (S10): the largest ranges that halving gives with {@link LEAF_ROWS} rows at most. So they
 * follow from the rows alone, in whatever order those came. A leaf that was not read stays as it is; the caller has read those
 * that new rows fall into, and those that may become one because rows before them are dropped.
 */
export function placeLeaves(range: TimeRange, items: readonly LeafItem[]): readonly PlacedLeaf[] {
  const rowsBefore = summed(items, ({ rows }) => rows);
  const readBefore = summed(items, ({ bytes }) => Number(bytes !== null));
  const placed: PlacedLeaf[] = [];
  const place = ({ afterUs, throughUs }: TimeRange, from: number, to: number): void => {
    if (readBefore[to] === readBefore[from]) {
      for (let i = from; i < to; i++) placed.push({ endUs: items[i]!.atUs, items: [items[i]!] });
      return;
    }
    const isLeaf = rowsBefore[to]! - rowsBefore[from]! <= LEAF_ROWS || throughUs - afterUs === 1n;
    if (isLeaf) {
      placed.push({ endUs: throughUs, items: requireRead(items.slice(from, to)) });
      return;
    }
    const middleUs = middleOf(afterUs, throughUs);
    const split = firstWhere(from, to, (i) => items[i]!.atUs > middleUs);
    place({ afterUs, throughUs: middleUs }, from, split);
    place({ afterUs: middleUs, throughUs }, split, to);
  };
  place(range, 0, items.length);
  return placed;
}

/** Leaves of one range by their places in a list, the last one not included. */
export type RangeLeaves = TimeRange & { readonly from: number; readonly to: number };

/** The place of the stored leaf that a row of an instant falls into; −1 where there is none yet. */
export function leafOf({ ends, counts }: LeafList, atUs: bigint, range: RangeLeaves): number {
  let { afterUs, throughUs, from, to } = range;
  while (throughUs - afterUs > 1n && (to - from > 1 || (to > from && counts[from]! > LEAF_ROWS))) {
    const middleUs = middleOf(afterUs, throughUs);
    const split = firstWhere(from, to, (i) => ends[i]! > middleUs);
    if (atUs <= middleUs) {
      throughUs = middleUs;
      to = split;
    } else {
      afterUs = middleUs;
      from = split;
    }
  }
  return to > from ? from : -1;
}

/** The first place from `from` on where something holds from then on; `to` where nowhere before it. */
export function firstWhere(from: number, to: number, holds: (i: number) => boolean): number {
  let [start, end] = [from, to];
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (holds(middle)) end = middle;
    else start = middle + 1;
  }
  return start;
}

function middleOf(afterUs: bigint, throughUs: bigint): bigint {
  return afterUs + ((throughUs - afterUs) >> 1n);
}

/** Sums of what comes before each item, and of all. */
function summed(items: readonly LeafItem[], of: (item: LeafItem) => number): Float64Array {
  const sums = new Float64Array(items.length + 1);
  for (let i = 0; i < items.length; i++) sums[i + 1] = sums[i]! + of(items[i]!);
  return sums;
}

function requireRead(items: readonly LeafItem[]): readonly LeafItem[] {
  if (items.some(({ bytes }) => bytes === null))
    throw new PlumblineError(
      'INTERNAL',
      'the list of rows of an exact window is not of its rows; rebuild online state',
    );
  return items;
}
