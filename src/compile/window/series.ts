import { floorDivided } from '../../definition/floor-divided.js';
import { floorTo, type Window } from '../../definition/window.js';
import type { WindowedFeature, WindowedFeatureSet } from '../windowed-feature-set.js';

/**
 * States of one key that are kept online, cut along event time and stored in *blocks*. `kind` says how:
 * - `tiles`: states of tiles (kH, (k+1)H], sixteen to a block; blocks that no window can reach any more are trimmed.
 * - `folded`: such tiles, for lifetime windows that end in the past; blocks that every T sees whole are folded into one
 *   tile, the *base*.
 * - `whole`: the base alone, for lifetime windows that end at T.
 * - `rows`: the rows of exact windows of one size that pass one filter, in *leaves* of a hundred or so
 *   (`online/window/leaf-tree.ts`), each numbered by the last instant that it may hold.
 */
export type WindowSeries = TileSeries | RowSeries;

export type TileSeries = {
  readonly kind: 'tiles' | 'folded' | 'whole';
  readonly hopUs: bigint;
  /** How far before T the tiles may begin that a window needs one by one; its hop is floored besides. */
  readonly reachUs: bigint;
  /** Places in the set's states, ascending: a tile has one of each, but for those that no row counted in. */
  readonly states: readonly number[];
  readonly features: readonly SeriesFeature[];
};

export type RowSeries = {
  readonly kind: 'rows';
  /** W; null is `lifetime`. */
  readonly sizeUs: bigint | null;
  /** Places in the set's states, ascending, all of one filter: a row that passes keeps what it alone gives to each. */
  readonly states: readonly number[];
  /** The newest so many rows are kept: the greatest `max` of the features. */
  readonly max: number;
  readonly features: readonly SeriesFeature[];
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

/** Rows of an exact window leave it a part at a time, so that most rows find all others where they were: so many parts. */
const ROW_PARTS = 4n;

/** The block that the base tile lies in; no tile of a time has this number. */
export const BASE_BLOCK = -(2n ** 63n);

type States = Pick<WindowedFeatureSet, 'states' | 'features'>;

/** How a windowed set is kept online: the series of its features, those of one hop together. */
export function windowSeries(set: States): readonly WindowSeries[] {
  const groups = new Map<string, number[]>();
  set.features.forEach((feature, place) => {
    const name = seriesNameOf(set, feature);
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
function seriesNameOf({ states }: States, feature: WindowedFeature): string {
  const { sizeUs, hopUs } = feature.window;
  const kind = kindOf(feature);
  if (kind === 'whole') return kind;
  if (kind !== 'rows') return `${kind} ${hopUs}`;
  const { filter } = states[feature.state]!;
  return filter === null ? `rows ${sizeUs}` : `rows ${sizeUs} ${filter}`;
}

function tileSeries(set: States, places: readonly number[]): TileSeries {
  const first = set.features[places[0]!]!;
  const { hopUs } = first.window;
  const reaches = places.map((place) => reachOf(set.features[place]!.window, hopUs));
  return {
    kind: kindOf(first) as TileSeries['kind'],
    hopUs,
    reachUs: reaches.reduce((most, each) => (each > most ? each : most)),
    ...placed(set, places),
  };
}

/** Of ⌊(T − W) / H⌋ · H or, with an offset, of ⌊(T − offset) / H⌋ · H − ⌈W / H⌉ · H what stands below T within ⌊⌋ (S20). */
function reachOf({ sizeUs, offsetUs }: Window, hopUs: bigint): bigint {
  if (sizeUs === null) return offsetUs;
  return offsetUs === 0n ? sizeUs : offsetUs - floorTo(-sizeUs, hopUs);
}

function rowSeries(set: States, places: readonly number[]): RowSeries {
  const features = places.map((place) => set.features[place]!);
  const { sizeUs } = features[0]!.window;
  return { kind: 'rows', sizeUs, max: Math.max(...features.map(({ max }) => max!)), ...placed(set, places) };
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

/** Event times of one block of tiles: (b·width, (b+1)·width], microseconds; null where one block holds every time. */
function blockWidthUs({ kind, hopUs }: TileSeries): bigint | null {
  return kind === 'whole' ? null : BLOCK_TILES * hopUs;
}

/** The block of an event time; the base where one block holds every time. */
export function blockOf(series: TileSeries, eventUs: bigint): bigint {
  const width = blockWidthUs(series);
  return width === null ? BASE_BLOCK : floorDivided(eventUs - 1n, width);
}

/**
 * The first block that a T from `sinceUs` on may need by itself. Tiles before it are trimmed, or folded into the base
 * (`folded`): as of the newest event of a key they are never seen again, whatever T, because no T of it is earlier (S14).
 */
export function firstBlock(series: WindowSeries, sinceUs: bigint): bigint {
  if (series.kind === 'rows') return series.sizeUs === null ? BASE_BLOCK : sinceUs - series.sizeUs + 1n;
  const width = blockWidthUs(series);
  return width === null ? BASE_BLOCK : floorDivided(sinceUs - series.reachUs, width);
}

/**
 * Rows of an exact window up to this instant are dropped once the newest event is at `newestUs`; null is none. Some behind it are
 * out of reach too: they leave together.
 */
export function keptAfterUs({ sizeUs }: RowSeries, newestUs: bigint): bigint | null {
  return sizeUs === null ? null : floorTo(newestUs - sizeUs, partUs(sizeUs));
}

/** The instants (`afterUs`, `throughUs`] whose rows share leaves with those of an event time, and leave together. */
export function rowRangeOf(
  { sizeUs }: RowSeries,
  eventUs: bigint,
): { readonly afterUs: bigint; readonly throughUs: bigint } {
  if (sizeUs === null) return EVER;
  const afterUs = floorTo(eventUs - 1n, partUs(sizeUs));
  return { afterUs, throughUs: afterUs + partUs(sizeUs) };
}

const EVER = { afterUs: BASE_BLOCK, throughUs: -BASE_BLOCK - 1n };

function partUs(sizeUs: bigint): bigint {
  return (sizeUs + ROW_PARTS - 1n) / ROW_PARTS;
}

/** Whether late rows of blocks that are gone have a place still: the base. */
export function hasBase({ kind }: WindowSeries): boolean {
  return kind === 'folded' || kind === 'whole';
}

/** Most blocks that a key has in a series of tiles, the base included. */
export function mostBlocks(series: TileSeries): number {
  const width = blockWidthUs(series);
  if (width === null) return 1;
  const farthestUs = series.reachUs + 2n * series.hopUs;
  return Number((farthestUs + width - 1n) / width) + 1 + Number(hasBase(series));
}
