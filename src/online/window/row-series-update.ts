import type { OrderColumns } from '../../compile/aggregate/aggregate.js';
import { keptAfterUs, type RowSeries, rowRangeOf } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { Column } from '../../definition/column-batch.js';
import { changedLeaves } from './changed-leaves.js';
import type { LeafList } from './leaf-list.js';
import { firstWhere, LEAF_ROWS, type LeafItem, leafOf } from './leaf-tree.js';
import { encodeRow } from './row-block.js';
import type { Moved, SeriesPlan, SeriesUpdate } from './series-update.js';
import { StateRows } from './state-rows.js';
import { TileCodec } from './tile-block.js';
import { isTrue, type WindowRows } from './window-rows.js';

/** Adds the rows of a batch to those of an exact window. */
export class RowSeriesUpdate implements SeriesUpdate {
  private readonly codec: TileCodec;
  private readonly rows: StateRows;
  private readonly orders: OrderColumns;
  private readonly filter: Column | null;

  constructor(
    set: WindowedFeatureSet,
    private readonly series: RowSeries,
    private readonly places: SeriesPlaces,
    rows: WindowRows,
  ) {
    const states = series.states.map((place) => set.states[place]!);
    this.codec = new TileCodec(states.map(({ aggregate }) => aggregate));
    this.rows = new StateRows(states, rows);
    this.orders = rows.orders;
    const { filter } = states[0]!;
    this.filter = filter === null ? null : rows.inputs.get(filter)!;
  }

  isMissed(row: number, newestUs: bigint): boolean {
    return !this.isKept(row, keptAfterUs(this.series, newestUs));
  }

  plan(rows: readonly number[], { newestUs, lists }: Moved): SeriesPlan | null {
    const list = lists[this.places.list]!;
    const afterUs = keptAfterUs(this.series, newestUs);
    const first = afterUs === null ? 0 : firstWhere(0, list.ends.length, (i) => list.ends[i]! > afterUs);
    const fresh = this.freshRows(rows, afterUs);
    if (fresh.length === 0 && first === 0) return null;
    const over = fresh.length === 0 ? 0 : rowsOf(list, first) + fresh.length - this.series.max;
    const read = fresh.length === 0 ? [] : this.leavesToRead(list, fresh, { first, over });
    const { series } = this.places;
    return {
      needed: read.map((leaf) => ({ series, number: list.ends[leaf]! })),
      finish: (stored, at, { blocks, gone, lists: changedLists }) => {
        const bytes = new Map(read.map((leaf, i) => [leaf, stored[at + i]!]));
        const changed = changedLeaves(this.series, { list, first, over, read: bytes, fresh });
        for (const { number, bytes: block } of changed.written) blocks.push({ series, number, bytes: block });
        for (const number of changed.gone) gone.push({ series, number });
        changedLists[this.places.list] = changed.list;
      },
    };
  }

  /** Rows that count, the oldest first (S10). */
  private freshRows(rows: readonly number[], afterUs: bigint | null): readonly LeafItem[] {
    const fresh: LeafItem[] = [];
    for (const row of rows) {
      if (!this.isKept(row, afterUs) || (this.filter !== null && !isTrue(this.filter, row))) continue;
      const states = this.codec.decode(null);
      this.rows.add(states, [row]);
      const bytes = encodeRow(this.orders, row, this.codec.encode(states)!);
      fresh.push({ atUs: this.orders.eventTimes[row]!, leaf: -1, rows: 1, bytes });
    }
    return fresh.sort((a, b) => Buffer.compare(a.bytes!, b.bytes!));
  }

  private isKept(row: number, afterUs: bigint | null): boolean {
    return afterUs === null || this.orders.eventTimes[row]! > afterUs;
  }

  /**
   * Leaves that rows fall into; and where `over` rows are dropped, the oldest, those that have them and one more leaf's rows:
   * so many may become one leaf.
   */
  private leavesToRead(
    list: LeafList,
    fresh: readonly LeafItem[],
    { first, over }: { readonly first: number; readonly over: number },
  ): readonly number[] {
    const { ends, counts } = list;
    const read = new Set<number>();
    for (const { atUs } of fresh) {
      const { afterUs, throughUs } = rowRangeOf(this.series, atUs);
      const from = firstWhere(first, ends.length, (i) => ends[i]! > afterUs);
      const to = firstWhere(from, ends.length, (i) => ends[i]! > throughUs);
      const leaf = leafOf(list, atUs, { afterUs, throughUs, from, to });
      if (leaf >= 0) read.add(leaf);
    }
    for (let leaf = first, rows = 0; over > 0 && leaf < ends.length && rows < over + LEAF_ROWS; leaf++) {
      read.add(leaf);
      rows += counts[leaf]!;
    }
    return [...read].sort((a, b) => a - b);
  }
}

/** Where a series stands in its set, and its list of leaves in a header. */
export type SeriesPlaces = { readonly series: number; readonly list: number };

function rowsOf({ counts }: LeafList, first: number): number {
  let rows = 0;
  for (let leaf = first; leaf < counts.length; leaf++) rows += counts[leaf]!;
  return rows;
}
