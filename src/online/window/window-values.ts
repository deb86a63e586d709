import { firstBlock, type WindowSeries, windowSeries } from '../../compile/window/series.js';
import { seriesBytes } from '../../compile/window/state-size.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { Value } from '../../definition/value.js';
import type { StoredWindows, WindowRead } from '../store.js';
import { rowSeriesReader } from './row-series-reader.js';
import type { SeriesReader } from './series-reader.js';
import { tileSeriesReader } from './tile-series-reader.js';

/** The features of a set as of T, from what is stored of one entity; null where no row of it is known. */
export class WindowValues {
  /** Upper bound of what is read of one entity, in bytes. */
  readonly maxBytes: number;
  private readonly series: readonly WindowSeries[];
  private readonly readers: readonly SeriesReader[];

  /** `wanted` are places of features; others are null in the answers. */
  constructor(
    private readonly set: WindowedFeatureSet,
    private readonly wanted: ReadonlySet<number>,
  ) {
    this.series = windowSeries(set);
    this.readers = this.series.map((each) =>
      each.kind === 'rows' ? rowSeriesReader(set, each, wanted) : tileSeriesReader(set, each, wanted),
    );
    const read = this.series.filter((each) => this.isWanted(each));
    this.maxBytes = read.reduce((sum, each) => sum + seriesBytes(each, set), 0);
  }

  /** Of each series the first block that a T from `nowUs` on may need; null where no feature of it is wanted. */
  from(nowUs: bigint): WindowRead['from'] {
    return this.series.map((each) => {
      if (!this.isWanted(each)) return null;
      // What is to be folded is there still, where no row came since.
      return each.kind === 'tiles' || each.kind === 'rows' ? firstBlock(each, nowUs) : FIRST;
    });
  }

  /** Values before defaults, in the order of the set's features. No row in `stored` may be later than T (S14). */
  at(tUs: bigint, stored: StoredWindows | null): readonly Value[] {
    const values = new Array<Value>(this.set.features.length).fill(null);
    this.readers.forEach((read, series) => {
      const blocks = stored?.blocks.filter((block) => block.series === series) ?? [];
      read({ tUs, blocks }, values);
    });
    return values;
  }

  private isWanted({ features }: WindowSeries): boolean {
    return features.some(({ feature }) => this.wanted.has(feature));
  }
}

/** Below every block. */
const FIRST = -(2n ** 63n);
