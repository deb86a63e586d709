import { BASE_BLOCK, blockWidthUs, type RowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { type BatchRows, RowBlockCodec } from './row-block.js';
import type { SeriesUpdate, TouchedBlock } from './series-update.js';
import { tileNumbers } from './tile-numbers.js';
import { isTrue, type WindowRows } from './window-rows.js';

/** Adds the rows of a batch to those of an exact window. */
export class RowSeriesUpdate implements SeriesUpdate {
  readonly blocks: BigInt64Array;
  readonly places: Uint8Array;
  private readonly codec: RowBlockCodec;
  private readonly batch: BatchRows;

  constructor(set: WindowedFeatureSet, series: RowSeries, { rowCount, inputs, orders }: WindowRows) {
    const widthUs = blockWidthUs(series);
    this.blocks =
      widthUs === null
        ? new BigInt64Array(rowCount).fill(BASE_BLOCK)
        : tileNumbers(orders.eventTimes, widthUs);
    this.places = new Uint8Array(rowCount);
    this.codec = new RowBlockCodec(set, series);
    const filters = series.filters.map(({ input }) => (input === null ? null : inputs.get(input)!));
    this.batch = {
      inputs: series.inputs.map((name) => inputs.get(name)!),
      orders,
      passes: (filter, row) => {
        const column = filters[filter]!;
        return column === null || isTrue(column, row);
      },
    };
  }

  apply({ tiles }: TouchedBlock, stored: Uint8Array | null): Uint8Array | null {
    const rows = [...this.codec.decode(stored)];
    for (const tile of tiles) {
      for (const row of tile.rows) {
        const bytes = this.codec.encodeRow(row, this.batch);
        if (bytes !== null) rows.push(bytes);
      }
    }
    return this.codec.encode(rows);
  }
}
