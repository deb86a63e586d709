import { floorDivided } from '../../definition/floor-divided.js';
import { type Span, spanOf, type Window } from '../../definition/window.js';
import type { WindowedFeature, WindowedFeatureSet } from '../windowed-feature-set.js';

/**
 * States of one key that are kept online, cut along event time and stored in *blocks*. `kind` says how:
 * - `tiles`: states of tiles (kH, (k+1)H], sixteen to a block; blocks that no window can reach any more are trimmed.
 * - `folded`: such tiles, for lifetime windows that end in the past; blocks that every T sees whole are folded into one
 *   tile, the *base*.
 * - `whole`: the base alone, for lifetime windows that end at T.
 * - `rows`: the rows of exact windows of one size; a block holds those of a quarter of it.
 */
export type WindowSeries = TileSeries | RowSeries;

export type TileSeries = {
  readonly kind: 'tiles' | 'folded' | 'whole';
  readonly hopUs: bigint;
  /** Places in the set's states, ascending: a tile has one of each, but for those that no row counted in. */
  readonly states: readonly number[];
  readonly features: readonly SeriesFeature[];
};

export type RowSeries = {
  readonly kind: 'rows';
  /** W; null is `lifetime`, whose rows lie in one block. */
  readonly sizeUs: bigint | null;
  /** Places in the set's states, ascending: a row keeps what it alone gives to each whose filter it passes. */
  readonly states: readonly number[];
  /** Different filters of its features: a row is kept for one of them at least. */
  readonly filters: readonly RowFilter[];
  readonly features: readonly SeriesFeature[];
};

type RowFilter = {
  /** Place of a state with this filter in the series' states: a row that passes has such a state. */
  readonly slot: number;
  /** Of each block the newest so many rows that pass are kept: the greatest `max` of the features with this filter. */
  readonly max: number;
};

export type SeriesFeature = {
  /** Place in the set's features. */
  readonly feature: number;
  readonly window: Window;
  /** Place in the series' states. */
  readonly slot: number;
};

/** Tiles of a block: what a row rewrites, and a 16th of what a long window reads. */
export const BLOCK_TILES = 16n;

/** Rows of an exact window lie in this many blocks, and one more while it moves. */
const ROW_BLOCKS = 4n;

/** The block that the base tile lies in; no tile of a time has this number. */
export const BASE_BLOCK = -(2n ** 63n);

type States = Pick<WindowedFeatureSet, 'states' | 'features'>;

/** How a windowed set is kept online: the series of its features, those of one hop together. */
export function windowSeries(set: States): readonly WindowSeries[] {
  const groups = new Map<string, number[]>();
  set.features.forEach((feature, place) => {
    const name = seriesNameOf(feature);
    groups.set(name, [...(groups.get(name) ?? []), place]);
  });
  return [...groups].map(([name, places]) =>
    name.startsWith('rows') ? rowSeries(set, places) : tileSeries(set, places),
  );
}

function kindOf({ window: { sizeUs, offsetUs }, max }: WindowedFeature): WindowSeries['kind'] {
  if (max !== null) return 'rows';
  if (sizeUs !== null) return 'tiles';
  return offsetUs === 0n ? 'whole' : 'folded';
}

/** Equal names, one series. */
function seriesNameOf(feature: WindowedFeature): string {
  const { sizeUs, hopUs } = feature.window;
  const kind = kindOf(feature);
  if (kind === 'whole') return kind;
  return `${kind} ${kind === 'rows' ? sizeUs : hopUs}`;
}

function tileSeries(set: States, places: readonly number[]): TileSeries {
  const first = set.features[places[0]!]!;
  return {
    kind: kindOf(first) as TileSeries['kind'],
    hopUs: first.window.hopUs,
    ...placed(set, places),
  };
}

function rowSeries(set: States, places: readonly number[]): RowSeries {
  const { states, features } = placed(set, places);
  const filters = new Map<string | null, RowFilter>();
  for (const { feature, slot } of features) {
    const { filter } = set.states[states[slot]!]!;
    const known = filters.get(filter);
    const max = Math.max(known?.max ?? 0, set.features[feature]!.max!);
    filters.set(filter, { slot: known?.slot ?? slot, max });
  }
  const { sizeUs } = set.features[places[0]!]!.window;
  return { kind: 'rows', sizeUs, states, filters: [...filters.values()], features };
}

function placed({ features }: States, places: readonly number[]): Pick<WindowSeries, 'states' | 'features'> {
  const states = [...new Set(places.map((place) => features[place]!.state))].sort((a, b) => a - b);
  return {
    states,
    features: places.map((place) => {
      const { window, state } = features[place]!;
      return { feature: place, window, slot: states.indexOf(state) };
    }),
  };
}

/** Event times of one block of a series: (b·width, (b+1)·width], microseconds; null where one block holds every time. */
export function blockWidthUs(series: WindowSeries): bigint | null {
  switch (series.kind) {
    case 'tiles':
    case 'folded':
      return BLOCK_TILES * series.hopUs;
    case 'whole':
      return null;
    case 'rows':
      return series.sizeUs === null ? null : (series.sizeUs + ROW_BLOCKS - 1n) / ROW_BLOCKS;
  }
}

/** The block of an event time; the base where one block holds every time. */
export function blockOf(series: WindowSeries, eventUs: bigint): bigint {
  const width = blockWidthUs(series);
  return width === null ? BASE_BLOCK : floorDivided(eventUs - 1n, width);
}

/**
 * The first block that a T from `sinceUs` on may need by itself. Those before it are trimmed, or folded into the base
 * (`folded`): as of the newest event of a key they are never seen again, whatever T, because no T of it is earlier (S14).
 */
export function firstBlock(series: WindowSeries, sinceUs: bigint): bigint {
  const width = blockWidthUs(series);
  if (width === null) return BASE_BLOCK;
  const reaches = series.features.map(({ window }) => reachOf(spanOf(window, sinceUs)));
  return floorDivided(
    reaches.reduce((least, each) => (each < least ? each : least)),
    width,
  );
}

/** Where the tiles that a window needs one by one begin: behind L, and of `lifetime` behind what is folded. */
function reachOf({ afterUs, throughUs }: Span): bigint {
  return afterUs ?? throughUs;
}

/** Whether late rows of blocks that are gone have a place still: the base. */
export function hasBase({ kind }: WindowSeries): boolean {
  return kind === 'folded' || kind === 'whole';
}

/** Most blocks that a key has in a series, the base included. */
export function mostBlocks(series: WindowSeries): number {
  const width = blockWidthUs(series);
  if (width === null) return 1;
  const reaches = series.features.map(({ window: { sizeUs, offsetUs, hopUs } }) => {
    return (sizeUs ?? 0n) + offsetUs + 2n * hopUs;
  });
  const farthest = reaches.reduce((most, each) => (each > most ? each : most));
  return Number((farthest + width - 1n) / width) + 1 + Number(hasBase(series));
}
