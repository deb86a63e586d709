import type { WindowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { BlockId, WindowHeader, WindowWrite } from '../store.js';
import { decodeLeafLists, encodeLeafLists, type LeafList } from './leaf-list.js';
import { RowSeriesUpdate } from './row-series-update.js';
import type { ChangedBlocks, SeriesPlan, SeriesUpdate } from './series-update.js';
import { TileSeriesUpdate } from './tile-series-update.js';
import { type EntityRows, isTrue, type WindowRows } from './window-rows.js';

/** What rows change of one entity, known from its header alone. */
export type PlannedUpdate = {
  readonly key: Uint8Array;
  readonly header: WindowHeader;
  /** Late rows among those that it adds, and missed ones (S23). */
  readonly late: { readonly lateRows: number; readonly missedRows: number };
  /** Blocks that must be read to write the new ones, in this order. */
  readonly needed: readonly BlockId[];
  /** Of each series; null where nothing is to be done. */
  readonly plans: readonly (SeriesPlan | null)[];
  /** What the header lists of exact windows still. */
  readonly lists: readonly LeafList[];
};

/**
 * Applies rows to the windows of one set, each once (S11) and in the order of their sequences: what is kept is cut by the
 * newest event time of each entity alone, so the state is the same whatever the order in which rows came.
 */
export class WindowUpdate {
  private readonly parts: readonly SeriesUpdate[];
  /** How many of the series are exact windows. */
  private lists = 0;

  constructor(
    private readonly set: WindowedFeatureSet,
    series: readonly WindowSeries[],
    private readonly rows: WindowRows,
  ) {
    this.parts = series.map((each, place) =>
      each.kind === 'rows'
        ? new RowSeriesUpdate(set, each, { series: place, list: this.lists++ }, rows)
        : new TileSeriesUpdate(set, each, place, rows),
    );
  }

  /** Null where the header knows all of the rows already. */
  plan({ key, rows }: EntityRows, stored: WindowHeader | null): PlannedUpdate | null {
    const fresh = this.behind(rows, stored?.through ?? -1n);
    if (fresh.length === 0) return null;
    const { header, late } = this.newHeader(fresh, stored);
    const counted = this.rows.tombstones === null ? fresh : fresh.filter((row) => !this.isTombstone(row));
    const lists = decodeLeafLists(header.leaves, this.lists);
    const moved = { beforeUs: stored?.newestUs ?? null, newestUs: header.newestUs, lists };
    const plans = this.parts.map((part) => part.plan(counted, moved));
    let needed: readonly BlockId[] = NOTHING;
    for (const plan of plans)
      if (plan !== null) needed = needed.length === 0 ? plan.needed : needed.concat(plan.needed);
    return { key, header, late, needed, plans, lists };
  }

  /** The write of an update, from the blocks that it needed. */
  finish({ key, header, plans, lists }: PlannedUpdate, stored: readonly (Uint8Array | null)[]): WindowWrite {
    const changed: ChangedBlocks = { blocks: [], gone: [], lists: [...lists] };
    let at = 0;
    for (const plan of plans) {
      if (plan === null) continue;
      plan.finish(stored, at, changed);
      at += plan.needed.length;
    }
    const { blocks, gone } = changed;
    const moved = this.lists === 0 ? header : { ...header, leaves: encodeLeafLists(changed.lists) };
    return { setId: this.set.id, key, header: moved, blocks, gone };
  }

  /** Rows ascend by sequence. */
  private behind(rows: readonly number[], through: bigint): readonly number[] {
    const { sequences } = this.rows.orders;
    return sequences[rows[0]!]! > through ? rows : rows.filter((row) => sequences[row]! > through);
  }

  private newHeader(
    fresh: readonly number[],
    stored: WindowHeader | null,
  ): Pick<PlannedUpdate, 'header' | 'late'> {
    const { eventTimes, sequences } = this.rows.orders;
    let newestUs = stored?.newestUs ?? eventTimes[fresh[0]!]!;
    let [lateRows, missedRows] = [0, 0];
    for (const row of fresh) {
      const eventUs = eventTimes[row]!;
      if (eventUs >= newestUs) newestUs = eventUs;
      else if (!this.isTombstone(row)) {
        lateRows++;
        if (this.isMissed(row, newestUs)) missedRows++;
      }
    }
    const header = {
      newestUs,
      through: sequences[fresh.at(-1)!]!,
      lateRows: (stored?.lateRows ?? 0n) + BigInt(lateRows),
      missedRows: (stored?.missedRows ?? 0n) + BigInt(missedRows),
      leaves: stored?.leaves ?? NO_LEAVES,
    };
    return { header, late: { lateRows, missedRows } };
  }

  private isTombstone(row: number): boolean {
    const { tombstones } = this.rows;
    return tombstones !== null && isTrue(tombstones, row);
  }

  private isMissed(row: number, newestUs: bigint): boolean {
    return this.parts.some((part) => part.isMissed(row, newestUs));
  }
}

const NO_LEAVES = new Uint8Array(0);
const NOTHING: readonly BlockId[] = [];
