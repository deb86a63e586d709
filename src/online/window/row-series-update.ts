import type { OrderColumns } from '../../compile/aggregate/aggregate.js';
import { BASE_BLOCK, blockWidthUs, type RowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { decodeRows, encodeRow, encodeRows } from './row-block.js';
import type { SeriesUpdate, TouchedBlock } from './series-update.js';
import { StateRows } from './state-rows.js';
import { TileCodec } from './tile-block.js';
import { tileNumbers } from './tile-numbers.js';
import type { WindowRows } from './window-rows.js';

/** Adds the rows of a batch to those of an exact window. */
export class RowSeriesUpdate implements SeriesUpdate {
  readonly blocks: BigInt64Array;
  readonly places: Uint8Array;
  private readonly codec: TileCodec;
  private readonly rows: StateRows;
  private readonly orders: OrderColumns;

  constructor(
    set: WindowedFeatureSet,
    private readonly series: RowSeries,
    rows: WindowRows,
  ) {
    const states = series.states.map((place) => set.states[place]!);
    this.codec = new TileCodec(states.map(({ aggregate }) => aggregate));
    this.rows = new StateRows(states, rows);
    this.orders = rows.orders;
    const widthUs = blockWidthUs(series);
    this.blocks =
      widthUs === null
        ? new BigInt64Array(rows.rowCount).fill(BASE_BLOCK)
        : tileNumbers(rows.orders.eventTimes, widthUs);
    this.places = new Uint8Array(rows.rowCount);
  }

  apply({ tiles }: TouchedBlock, stored: Uint8Array | null): Uint8Array | null {
    const rows = [...decodeRows(stored)];
    for (const tile of tiles) {
      for (const row of tile.rows) {
        const states = this.codec.decode(null);
        this.rows.add(states, [row]);
        const bytes = this.codec.encode(states);
        if (bytes !== null) rows.push(encodeRow(this.orders, row, bytes));
      }
    }
    return encodeRows(this.series, rows);
  }
}
