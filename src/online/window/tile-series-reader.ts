import type { Aggregate } from '../../compile/aggregate/aggregate.js';
import { BASE_BLOCK, BLOCK_TILES, type SeriesFeature, type TileSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { spanOf } from '../../definition/window.js';
import type { SeriesReader, SeriesState } from './series-reader.js';
import { decodeBlock, TileCodec, type TileStates } from './tile-block.js';

/** Merges tiles to the values of the features wanted. */
export function tileSeriesReader(
  set: WindowedFeatureSet,
  series: TileSeries,
  wanted: ReadonlySet<number>,
): SeriesReader {
  const aggregates = series.states.map((place) => set.states[place]!.aggregate);
  const codec = new TileCodec(aggregates);
  const features = series.features.filter(({ feature }) => wanted.has(feature));
  const runs = runsOf(features);
  return (state, values) => {
    if (features.length === 0) return;
    const tiles = tilesOf(codec, state);
    for (const { slot, nested } of runs) {
      const merged = { aggregate: aggregates[slot]!, state: aggregates[slot]!.create(), slot };
      addBase(merged, tiles);
      let next = 0;
      for (const { feature, window } of nested) {
        next = addTiles(merged, tiles, { next, ...bounds(series, window, state.tUs, tiles.last) });
        values[feature] = set.features[feature]!.finish(merged.state);
      }
    }
  };
}

/** Windows of one state that end together, the shortest first: the longer ones go on from the shorter. */
type Run = { readonly slot: number; readonly nested: readonly SeriesFeature[] };

function runsOf(features: readonly SeriesFeature[]): readonly Run[] {
  const runs = new Map<string, SeriesFeature[]>();
  for (const feature of features) {
    const name = `${feature.slot} ${feature.window.offsetUs}`;
    runs.set(name, [...(runs.get(name) ?? []), feature]);
  }
  return [...runs.values()].map((nested) => ({
    slot: nested[0]!.slot,
    nested: nested.sort((a, b) => bySize(a.window.sizeUs, b.window.sizeUs)),
  }));
}

function bySize(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

/** Tiles that are stored, the newest first; numbers are relative to `last`, where they are small. */
type Tiles = {
  readonly base: TileStates | null;
  /** Number of the newest tile that may be there. */
  readonly last: bigint;
  /** 0 or less, falling. */
  readonly numbers: readonly number[];
  readonly states: readonly TileStates[];
};

function tilesOf(codec: TileCodec, { blocks }: SeriesState): Tiles {
  const timed = blocks.filter(({ number }) => number !== BASE_BLOCK);
  const base = blocks.find(({ number }) => number === BASE_BLOCK);
  const last = ((timed.at(-1)?.number ?? 0n) + 1n) * BLOCK_TILES - 1n;
  const numbers: number[] = [];
  const states: TileStates[] = [];
  for (const { number, bytes } of timed.toReversed()) {
    const firstOfBlock = Number(number * BLOCK_TILES - last);
    const tiles = decodeBlock(bytes);
    for (let place = tiles.length - 1; place >= 0; place--) {
      if (tiles[place] === null) continue;
      numbers.push(firstOfBlock + place);
      states.push(codec.decode(tiles[place]!));
    }
  }
  const baseStates = base === undefined ? null : codec.decode(decodeBlock(base.bytes)[0]!);
  return { base: baseStates, last, numbers, states };
}

/** Tiles from `first` up to and without `end`, relative to the newest. */
function bounds(
  { kind, hopUs }: TileSeries,
  window: SeriesFeature['window'],
  tUs: bigint,
  last: bigint,
): { readonly first: number; readonly end: number } {
  if (kind === 'whole') return { first: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
  const { afterUs, throughUs } = spanOf(window, tUs);
  return {
    first: afterUs === null ? Number.NEGATIVE_INFINITY : Number(afterUs / hopUs - last),
    // Without an offset the head is T, and nothing that is stored lies behind it (S14).
    end: window.offsetUs === 0n ? Number.POSITIVE_INFINITY : Number(throughUs / hopUs - last),
  };
}

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
  for (; at < numbers.length && numbers[at]! >= first; at++) {
    const tile = states[at]![slot];
    if (numbers[at]! < end && tile !== undefined) aggregate.merge(state, tile);
  }
  return at;
}
