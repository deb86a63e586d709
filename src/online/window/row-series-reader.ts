import type { RowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { decodeRows, eventTimeOf, statesOfRow } from './row-block.js';
import type { SeriesReader, SeriesState } from './series-reader.js';
import { TileCodec, type TileStates } from './tile-block.js';

/** Merges the newest rows of exact windows (S20, S21) to the values of the features wanted. */
export function rowSeriesReader(
  set: WindowedFeatureSet,
  series: RowSeries,
  wanted: ReadonlySet<number>,
): SeriesReader {
  const codec = new TileCodec(series.states.map((place) => set.states[place]!.aggregate));
  const features = series.features.filter(({ feature }) => wanted.has(feature));
  const most = features.reduce((rows, { feature }) => Math.max(rows, set.features[feature]!.max!), 0);
  return (state, values) => {
    if (features.length === 0) return;
    const rows = newest(codec, series, state, most);
    for (const { feature, slot } of features) {
      const { max, finish } = set.features[feature]!;
      const aggregate = codec.aggregates[slot]!;
      const merged = aggregate.create();
      for (let row = 0; row < rows.length && row < max!; row++) aggregate.merge(merged, rows[row]![slot]);
      values[feature] = finish(merged);
    }
  };
}

/** The states of the newest rows with T − W < event time, so many at most, the newest first. */
function newest(
  codec: TileCodec,
  { sizeUs }: RowSeries,
  { tUs, blocks }: SeriesState,
  most: number,
): readonly TileStates[] {
  const states: TileStates[] = [];
  for (const { bytes } of blocks.toReversed()) {
    for (const row of decodeRows(bytes)) {
      if (states.length === most || !(sizeUs === null || eventTimeOf(row) > tUs - sizeUs)) return states;
      states.push(codec.decode(statesOfRow(row)));
    }
  }
  return states;
}
