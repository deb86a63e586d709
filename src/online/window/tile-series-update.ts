import type { AggregateRows } from '../../compile/aggregate/aggregate.js';
import { BASE_BLOCK, BLOCK_TILES, type TileSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { Column } from '../../definition/column-batch.js';
import type { SeriesUpdate, TouchedBlock, TouchedTile } from './series-update.js';
import { decodeBlock, encodeBlock, TileCodec, type TileStates } from './tile-block.js';
import { tileNumbers } from './tile-numbers.js';
import { aggregateRows, isTrue, type WindowRows } from './window-rows.js';

/** Adds the rows of a batch to tiles. */
export class TileSeriesUpdate implements SeriesUpdate {
  readonly blocks: BigInt64Array;
  readonly places: Uint8Array;
  private readonly codec: TileCodec;
  private readonly taken: readonly { readonly rows: AggregateRows; readonly filter: Column | null }[];

  constructor(set: WindowedFeatureSet, series: TileSeries, rows: WindowRows) {
    const states = series.states.map((place) => set.states[place]!);
    this.codec = new TileCodec(states.map(({ aggregate }) => aggregate));
    this.taken = states.map((state) => ({
      rows: aggregateRows(state, rows),
      filter: state.filter === null ? null : rows.inputs.get(state.filter)!,
    }));
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
      this.add(states, tile);
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

  /** State by state: each reads its own columns. */
  private add(states: TileStates, { rows }: TouchedTile): void {
    for (let slot = 0; slot < states.length; slot++) {
      const { rows: taken, filter } = this.taken[slot]!;
      const aggregate = this.codec.aggregates[slot]!;
      for (const row of rows) {
        if (filter !== null && !isTrue(filter, row)) continue;
        states[slot] ??= aggregate.create();
        aggregate.add(states[slot], taken, row);
      }
    }
  }
}

/** log2 of {@link BLOCK_TILES}; shifting rounds towards −∞. */
const BLOCK_SHIFT = 4n;
