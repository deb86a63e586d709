import type { Instant } from '../../compile/window/instants.js';
import { blockOf, firstBlock, hasBase, type TileSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { BlockId } from '../store.js';
import { changedBlock, type TileChange } from './changed-block.js';
import type { ChangedBlocks, Moved, SeriesPlan, SeriesUpdate } from './series-update.js';
import { StateRows } from './state-rows.js';
import { decodeBlock, encodeBlock, TileCodec } from './tile-block.js';
import { blockOfTile, placeInBlock, TileNumbers } from './tile-numbers.js';
import { type TouchedBlock, TouchedBlocks } from './touched-blocks.js';
import type { WindowRows } from './window-rows.js';

/** Adds the rows of a batch to tiles. */
export class TileSeriesUpdate implements SeriesUpdate {
  private readonly change: TileChange;
  private readonly numbers: TileNumbers;
  private readonly keepsOlder: boolean;

  constructor(
    set: WindowedFeatureSet,
    private readonly series: TileSeries,
    /** Place of the series in the set. */
    private readonly place: number,
    rows: WindowRows,
  ) {
    const states = series.states.map((state) => set.states[state]!);
    const codec = new TileCodec(states.map(({ aggregate }) => aggregate));
    this.change = { codec, rows: new StateRows(states, rows) };
    this.keepsOlder = hasBase(series);
    this.numbers = new TileNumbers(series, place, rows.orders.eventTimes);
  }

  isMissed(row: number, newestUs: bigint): boolean {
    if (this.keepsOlder) return false;
    return blockOfTile(this.numbers.tileOf(row)) < this.numbers.firstBlock(newestUs);
  }

  plan(rows: readonly number[], moved: Moved): SeriesPlan | null {
    const first = this.series.kind === 'whole' ? BEHIND_ALL : this.numbers.firstBlock(moved.newestUs);
    const left = this.leaving(moved, first);
    const blocks = this.touch(rows, first, this.keepsOlder && left.length > 0);
    if (blocks.length === 0 && left.length === 0) return null;
    const folded = this.keepsOlder ? left : NONE;
    const own = blocks.map(idOf);
    return {
      needed: folded.length === 0 ? own : own.concat(folded),
      finish: (stored, at, changed) => {
        for (const block of left) changed.gone.push(block);
        const end = at + blocks.length;
        const bytes = folded.length === 0 ? NO_BYTES : stored.slice(end, end + folded.length);
        for (let i = 0; i < blocks.length; i++)
          this.apply(blocks[i]!, stored[at + i]!, { folded: bytes, changed });
      },
    };
  }

  /** The blocks that rows go into; and the base, where others are folded into it. */
  private touch(rows: readonly number[], first: Instant, folds: boolean): readonly TouchedBlock[] {
    const { base } = this.numbers;
    const touched = new TouchedBlocks();
    for (const row of rows) {
      const tile = this.series.kind === 'whole' ? BEFORE_ALL : this.numbers.tileOf(row);
      const number = blockOfTile(tile);
      if (number >= first) touched.add(this.numbers.idOf(number), placeInBlock(tile), row);
      else if (this.keepsOlder) touched.add(base, 0, row);
    }
    if (folds) touched.blockOf(base);
    return touched.all;
  }

  /** Blocks that may be stored and that no T can need by themselves any more, since the newest event moved on. */
  private leaving({ beforeUs, newestUs }: Moved, first: Instant): readonly BlockId[] {
    if (beforeUs === null || beforeUs === newestUs || this.series.kind === 'whole') return NONE;
    if (this.numbers.firstBlock(beforeUs) >= first) return NONE;
    const last = blockOf(this.series, beforeUs);
    const left: BlockId[] = [];
    for (let number = firstBlock(this.series, beforeUs); number < first && number <= last; number++)
      left.push({ series: this.place, number });
    return left;
  }

  /** Writes a block anew; the base takes in the blocks that are folded into it. */
  private apply(
    { id, tiles }: TouchedBlock,
    stored: Uint8Array | null,
    { folded, changed }: { readonly folded: FoldedBytes; readonly changed: ChangedBlocks },
  ): void {
    const before = id === this.numbers.base && folded.length > 0 ? this.fold(stored, folded) : stored;
    const bytes = changedBlock(before, tiles, this.change);
    if (bytes !== null) changed.blocks.push({ series: id.series, number: id.number, bytes });
  }

  /** The base with the tiles of blocks that are folded into it. */
  private fold(stored: Uint8Array | null, folded: FoldedBytes): Uint8Array | null {
    const { codec } = this.change;
    const base = decodeBlock(stored);
    const states = codec.decode(base[0]!);
    for (const bytes of folded) {
      for (const tile of decodeBlock(bytes)) if (tile !== null) codec.merge(states, codec.decode(tile));
    }
    base[0] = codec.encode(states);
    return encodeBlock(base);
  }
}

function idOf({ id }: TouchedBlock): BlockId {
  return id;
}

type FoldedBytes = readonly (Uint8Array | null)[];

const NONE: readonly BlockId[] = [];
const NO_BYTES: FoldedBytes = [];

/** What no block of a time comes before, or behind. */
const BEFORE_ALL = Number.NEGATIVE_INFINITY;
const BEHIND_ALL = Number.POSITIVE_INFINITY;
