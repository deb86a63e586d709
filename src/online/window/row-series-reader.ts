import type { RowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { decodeRows, eventTimeOf, type RowBytes, statesOfRow } from './row-block.js';
import type { SeriesReader, SeriesState } from './series-reader.js';
import { TileCodec } from './tile-block.js';

/** Merges the newest rows of exact windows (S20, S21) to the values of the features wanted. */
export function rowSeriesReader(
  set: WindowedFeatureSet,
  series: RowSeries,
  wanted: ReadonlySet<number>,
): SeriesReader {
  const codec = new TileCodec(series.states.map((place) => set.states[place]!.aggregate));
  const features = series.features.filter(({ feature }) => wanted.has(feature));
  return (state, values) => {
    if (features.length === 0) return;
    const rows = newestFirst(series, state).map((row) => codec.decode(statesOfRow(row)));
    for (const { feature, slot } of features) {
      const { max, finish } = set.features[feature]!;
      const aggregate = codec.aggregates[slot]!;
      const merged = aggregate.create();
      let left = max!;
      for (let row = 0; row < rows.length && left > 0; row++) {
        if (rows[row]![slot] === undefined) continue;
        aggregate.merge(merged, rows[row]![slot]);
        left--;
      }
      values[feature] = finish(merged);
    }
  };
}

/** The rows with T − W < event time. */
function newestFirst({ sizeUs }: RowSeries, { tUs, blocks }: SeriesState): readonly RowBytes[] {
  const rows = blocks.toReversed().flatMap(({ bytes }) => decodeRows(bytes));
  return sizeUs === null ? rows : rows.filter((row) => eventTimeOf(row) > tUs - sizeUs);
}
