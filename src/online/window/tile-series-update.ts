import { BASE_BLOCK, BLOCK_TILES, type TileSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { SeriesUpdate, TouchedBlock } from './series-update.js';
import { StateRows } from './state-rows.js';
import { decodeBlock, encodeBlock, TileCodec } from './tile-block.js';
import { tileNumbers } from './tile-numbers.js';
import type { WindowRows } from './window-rows.js';

/** Adds the rows of a batch to tiles. */
export class TileSeriesUpdate implements SeriesUpdate {
  readonly blocks: BigInt64Array;
  readonly places: Uint8Array;
  private readonly codec: TileCodec;
  private readonly rows: StateRows;

  constructor(set: WindowedFeatureSet, series: TileSeries, rows: WindowRows) {
    const states = series.states.map((place) => set.states[place]!);
    this.codec = new TileCodec(states.map(({ aggregate }) => aggregate));
    this.rows = new StateRows(states, rows);
    this.places = new Uint8Array(rows.rowCount);
    if (series.kind === 'whole') {
      this.blocks = new BigInt64Array(rows.rowCount).fill(BASE_BLOCK);
      return;
    }
    this.blocks = tileNumbers(rows.orders.eventTimes, series.hopUs);
    for (let row = 0; row < rows.rowCount; row++) {
      const tile = this.blocks[row]!;
      this.places[row] = Number(tile & (BLOCK_TILES - 1n));
      this.blocks[row] = tile >> BLOCK_SHIFT;
    }
  }

  apply(
    { tiles, folded: ids }: TouchedBlock,
    stored: Uint8Array | null,
    folded: readonly (Uint8Array | null)[],
  ): Uint8Array | null {
    const block = decodeBlock(stored);
    if (ids.length > 0) block[0] = this.fold(block[0]!, folded);
    for (const tile of tiles) {
      const states = this.codec.decode(block[tile.place]!);
      this.rows.add(states, tile.rows);
      block[tile.place] = this.codec.encode(states);
    }
    return encodeBlock(block);
  }

  private fold(base: Uint8Array | null, folded: readonly (Uint8Array | null)[]): Uint8Array | null {
    const states = this.codec.decode(base);
    for (const bytes of folded) {
      for (const tile of decodeBlock(bytes))
        if (tile !== null) this.codec.merge(states, this.codec.decode(tile));
    }
    return this.codec.encode(states);
  }
}

/** log2 of {@link BLOCK_TILES}; shifting rounds towards −∞. */
const BLOCK_SHIFT = 4n;
