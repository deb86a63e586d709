import type { Aggregate } from '../../compile/aggregate/aggregate.js';
import { type Instant, instantOf } from '../../compile/window/instants.js';
import { BASE_BLOCK, BLOCK_TILES, type SeriesFeature, type TileSeries } from '../../compile/window/series.js';
import { WindowSpan } from '../../compile/window/window-span.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { Window } from '../../definition/window.js';
import type { SeriesReader, SeriesState } from './series-reader.js';
import { TileCodec, type TileStates } from './tile-block.js';

/** Merges tiles to the values of the features wanted. */
export function tileSeriesReader(
  set: WindowedFeatureSet,
  series: TileSeries,
  wanted: ReadonlySet<number>,
): SeriesReader {
  const aggregates = series.states.map((place) => set.states[place]!.aggregate);
  const codec = new TileCodec(aggregates);
  const features = series.features.filter(({ feature }) => wanted.has(feature));
  const runs = runsOf(series, features);
  return (state, values) => {
    if (features.length === 0) return;
    const tiles = tilesOf(codec, state);
    const t = instantOf(state.tUs);
    for (const { slot, nested } of runs) {
      const merged = { aggregate: aggregates[slot]!, state: aggregates[slot]!.create(), slot };
      addBase(merged, tiles);
      let next = tiles.numbers.length - 1;
      for (const { feature, tiled } of nested) {
        next = addTiles(merged, tiles, { next, ...tiled.bounds(t, tiles.last) });
        values[feature] = set.features[feature]!.finish(merged.state);
      }
    }
  };
}

/** Windows of one state that end together, the shortest first: the longer ones go on from the shorter. */
type Run = {
  readonly slot: number;
  readonly nested: readonly { readonly feature: number; readonly tiled: TiledWindow }[];
};

function runsOf(series: TileSeries, features: readonly SeriesFeature[]): readonly Run[] {
  const runs = new Map<string, SeriesFeature[]>();
  for (const feature of features) {
    const name = `${feature.slot} ${feature.window.offsetUs}`;
    runs.set(name, [...(runs.get(name) ?? []), feature]);
  }
  return [...runs.values()].map((nested) => ({
    slot: nested[0]!.slot,
    nested: nested
      .sort((a, b) => bySize(a.window.sizeUs, b.window.sizeUs))
      .map(({ feature, window }) => ({ feature, tiled: new TiledWindow(series, window) })),
  }));
}

function bySize(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

/** Tiles that are stored, the newest last; numbers are relative to `last`, where they are small. */
type Tiles = {
  readonly base: TileStates | null;
  /** Number of the newest tile that may be there. */
  readonly last: bigint;
  /** 0 or less, rising. */
  readonly numbers: readonly number[];
  readonly states: readonly TileStates[];
};

function tilesOf(codec: TileCodec, { blocks }: SeriesState): Tiles {
  const newest = blocks.at(-1)?.number ?? BASE_BLOCK;
  const last = newest === BASE_BLOCK ? 0n : (newest + 1n) * BLOCK_TILES - 1n;
  const numbers: number[] = [];
  const states: TileStates[] = [];
  let base: TileStates | null = null;
  for (const { number, bytes } of blocks) {
    if (number === BASE_BLOCK) {
      codec.decodeAll(bytes, (_, each) => {
        base = each;
      });
      continue;
    }
    const first = Number(number * BLOCK_TILES - last);
    codec.decodeAll(bytes, (place, each) => {
      numbers.push(first + place);
      states.push(each);
    });
  }
  return { base, last, numbers, states };
}

/** The window of one feature, in the tiles of a series. */
class TiledWindow {
  private readonly span: WindowSpan;
  private readonly hop: number;

  constructor(
    private readonly series: Pick<TileSeries, 'kind' | 'hopUs'>,
    private readonly window: Window,
  ) {
    this.span = new WindowSpan(window);
    this.hop = Number(series.hopUs);
  }

  /** Tiles from `first` up to and without `end` as of T, relative to `last`. */
  bounds(t: Instant, last: bigint): { readonly first: number; readonly end: number } {
    if (this.series.kind === 'whole') return EVERY_TILE;
    return {
      first: this.tileBehind(this.span.after(t), last),
      // Without an offset the head is T, and nothing that is stored lies behind it (S14).
      end:
        this.window.offsetUs === 0n ? Number.POSITIVE_INFINITY : this.tileBehind(this.span.through(t), last),
    };
  }

  /** The tile that begins at a multiple of the hop. */
  private tileBehind(us: Instant, last: bigint): number {
    if (us === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
    const newest = Number(last);
    return typeof us === 'number' && Number.isSafeInteger(newest)
      ? us / this.hop - newest
      : Number(BigInt(us) / this.series.hopUs - last);
  }
}

const EVERY_TILE = { first: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

type Merged = { readonly aggregate: Aggregate; readonly state: unknown; readonly slot: number };

function addBase({ aggregate, state, slot }: Merged, { base }: Tiles): void {
  if (base !== null && base[slot] !== undefined) aggregate.merge(state, base[slot]);
}

/** Merges tiles from place `next` on, as far back as the window reaches; gives the place to go on from. */
function addTiles(
  { aggregate, state, slot }: Merged,
  { numbers, states }: Tiles,
  { next, first, end }: { readonly next: number; readonly first: number; readonly end: number },
): number {
  let at = next;
  for (; at >= 0 && numbers[at]! >= first; at--) {
    const tile = states[at]![slot];
    if (numbers[at]! < end && tile !== undefined) aggregate.merge(state, tile);
  }
  return at;
}
