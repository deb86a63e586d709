import type { RowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { RowBlockCodec } from './row-block.js';
import { aggregateRows } from './window-rows.js';
import type { SeriesReader, SeriesState } from './window-values.js';

/** Aggregates the newest rows of exact windows (S20, S21) to the values of the features wanted. */
export function rowSeriesReader(
  set: WindowedFeatureSet,
  series: RowSeries,
  wanted: ReadonlySet<number>,
): SeriesReader {
  const codec = new RowBlockCodec(set, series);
  const features = series.features.filter(({ feature }) => wanted.has(feature));
  return ({ tUs, blocks }, values) => {
    if (features.length === 0) return;
    const rows = newestFirst(codec, series, { tUs, blocks });
    const { inputs, orders } = codec.columns(rows);
    for (const { feature, slot } of features) {
      const { state: place, max, finish } = set.features[feature]!;
      const { aggregate, argument, category } = set.states[place]!;
      const taken = aggregateRows({ argument, category }, { rowCount: rows.length, orders, inputs });
      const state = aggregate.create();
      let left = max!;
      for (let row = 0; row < rows.length && left > 0; row++) {
        if (!codec.passes(rows[row]!, slot)) continue;
        aggregate.add(state, taken, row);
        left--;
      }
      values[feature] = finish(state);
    }
  };
}

/** The rows with T − W < event time. */
function newestFirst(
  codec: RowBlockCodec,
  { sizeUs }: RowSeries,
  { tUs, blocks }: SeriesState,
): readonly Buffer[] {
  const rows = blocks.toReversed().flatMap(({ bytes }) => codec.decode(bytes));
  return sizeUs === null ? rows : rows.filter((row) => codec.eventUs(row) > tUs - sizeUs);
}
