import {
  BASE_BLOCK,
  BLOCK_TILES,
  blockOf,
  firstBlock,
  hasBase,
  type TileSeries,
} from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { floorDivided } from '../../definition/floor-divided.js';
import type { BlockId } from '../store.js';
import type { ChangedBlocks, Moved, SeriesPlan, SeriesUpdate } from './series-update.js';
import { StateRows } from './state-rows.js';
import { decodeBlock, encodeBlock, TileCodec } from './tile-block.js';
import { type TouchedBlock, TouchedBlocks } from './touched-blocks.js';
import type { WindowRows } from './window-rows.js';

/** Adds the rows of a batch to tiles. */
export class TileSeriesUpdate implements SeriesUpdate {
  private readonly codec: TileCodec;
  private readonly rows: StateRows;
  private readonly eventTimes: BigInt64Array;
  private readonly keepsOlder: boolean;
  /** Kept for the next call: rows that follow each other ask for the same one. */
  private first: { readonly newestUs: bigint; readonly block: bigint } | null = null;

  constructor(
    set: WindowedFeatureSet,
    private readonly series: TileSeries,
    /** Place of the series in the set. */
    private readonly place: number,
    rows: WindowRows,
  ) {
    const states = series.states.map((state) => set.states[state]!);
    this.codec = new TileCodec(states.map(({ aggregate }) => aggregate));
    this.rows = new StateRows(states, rows);
    this.keepsOlder = hasBase(series);
    this.eventTimes = rows.orders.eventTimes;
  }

  isMissed(row: number, newestUs: bigint): boolean {
    return !this.keepsOlder && this.tileOf(row) >> BLOCK_SHIFT < this.firstBlock(newestUs);
  }

  plan(rows: readonly number[], moved: Moved): SeriesPlan | null {
    const left = this.leaving(moved);
    const touched = this.touch(rows, moved.newestUs);
    const folded = this.keepsOlder ? left : NONE;
    if (folded.length > 0) touched.blockOf(BASE_BLOCK);
    const blocks = touched.all;
    if (blocks.length === 0 && left.length === 0) return null;
    const needed: BlockId[] = [];
    for (const { number } of blocks) needed.push({ series: this.place, number });
    needed.push(...folded);
    return {
      needed,
      finish: (stored, at, changed) => {
        changed.gone.push(...left);
        const foldedBytes =
          folded.length === 0 ? NO_BYTES : stored.slice(at + blocks.length, at + needed.length);
        for (let i = 0; i < blocks.length; i++)
          this.apply(blocks[i]!, stored[at + i]!, { foldedBytes, changed });
      },
    };
  }

  private touch(rows: readonly number[], newestUs: bigint): TouchedBlocks {
    const touched = new TouchedBlocks();
    if (this.series.kind === 'whole') {
      for (const row of rows) touched.add(BASE_BLOCK, 0, row);
      return touched;
    }
    const first = this.firstBlock(newestUs);
    for (const row of rows) {
      const tile = this.tileOf(row);
      const number = tile >> BLOCK_SHIFT;
      if (number >= first) touched.add(number, Number(tile & (BLOCK_TILES - 1n)), row);
      else if (this.keepsOlder) touched.add(BASE_BLOCK, 0, row);
    }
    return touched;
  }

  /** The number k of the tile (kH, (k+1)H] that a row lies in. */
  private tileOf(row: number): bigint {
    return floorDivided(this.eventTimes[row]! - 1n, this.series.hopUs);
  }

  private firstBlock(newestUs: bigint): bigint {
    if (this.first?.newestUs !== newestUs)
      this.first = { newestUs, block: firstBlock(this.series, newestUs) };
    return this.first.block;
  }

  /** Blocks that may be stored and that no T can need by themselves any more, since the newest event moved on. */
  private leaving({ beforeUs, newestUs }: Moved): readonly BlockId[] {
    if (beforeUs === null || beforeUs === newestUs) return NONE;
    const before = firstBlock(this.series, beforeUs);
    const first = this.firstBlock(newestUs);
    if (before >= first) return NONE;
    const last = blockOf(this.series, beforeUs);
    const left: BlockId[] = [];
    for (let number = before; number < first && number <= last; number++)
      left.push({ series: this.place, number });
    return left;
  }

  /** Writes a block anew; the base takes in the blocks that are folded into it. */
  private apply(
    { number, tiles }: TouchedBlock,
    stored: Uint8Array | null,
    { foldedBytes, changed }: { readonly foldedBytes: FoldedBytes; readonly changed: ChangedBlocks },
  ): void {
    const block = decodeBlock(stored);
    if (number === BASE_BLOCK && foldedBytes.length > 0) block[0] = this.fold(block[0]!, foldedBytes);
    for (const tile of tiles) {
      const states = this.codec.decode(block[tile.place]!);
      this.rows.add(states, tile.rows);
      block[tile.place] = this.codec.encode(states);
    }
    const bytes = encodeBlock(block);
    if (bytes !== null) changed.blocks.push({ series: this.place, number, bytes });
  }

  private fold(base: Uint8Array | null, folded: FoldedBytes): Uint8Array | null {
    const states = this.codec.decode(base);
    for (const bytes of folded) {
      for (const tile of decodeBlock(bytes))
        if (tile !== null) this.codec.merge(states, this.codec.decode(tile));
    }
    return this.codec.encode(states);
  }
}

type FoldedBytes = readonly (Uint8Array | null)[];

const NONE: readonly BlockId[] = [];
const NO_BYTES: FoldedBytes = [];

/** log2 of {@link BLOCK_TILES}; shifting rounds towards −∞. */
const BLOCK_SHIFT = 4n;
