import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';
import type { Aggregate } from '../aggregate/aggregate.js';
import { ORDER_BYTES, VALUE_CODECS } from '../aggregate/state-codec.js';
import type { WindowedFeatureSet, WindowState } from '../windowed-feature-set.js';
import { BLOCK_TILES, mostBlocks, type RowSeries, type WindowSeries, windowSeries } from './series.js';

/** Online state of one key that a feature set may need at most: every lookup of the key reads it. */
const MAX_STATE_BYTES = 64 * 2 ** 20;

type States = Pick<WindowedFeatureSet, 'inputs' | 'states' | 'features'>;

/** The place of a feature whose series needs more than its share, and what to do; null where the bound holds. */
export function stateProblem(set: States): { readonly feature: number; readonly message: string } | null {
  const sizes = windowSeries(set).map((series) => ({ series, bytes: seriesBytes(series, set) }));
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all <= MAX_STATE_BYTES) return null;
  const { series, bytes } = sizes.reduce((most, each) => (each.bytes > most.bytes ? each : most));
  const { feature } = series.features[0]!;
  const remedy =
    series.kind === 'rows'
      ? 'lower its "max"'
      : 'write a longer "hop" or a shorter window, or lower "max" or "maxCategories"';
  const name = set.features[feature]!.name;
  const message = `needs up to ${mebibytes(bytes)} MiB of online state a key with the features of its hop ("${name}" …), the set ${mebibytes(all)} MiB, ${mebibytes(MAX_STATE_BYTES)} MiB at most; ${remedy}`;
  return { feature, message };
}

/** Upper bound of what one key has in a series, in bytes. */
export function seriesBytes(series: WindowSeries, set: States): number {
  if (series.kind === 'rows') return series.max * rowBytes(series, set);
  const blocks = mostBlocks(series);
  const tile = series.states.reduce((sum, place) => sum + stateBytes(set.states[place]!), TILE_BYTES);
  return blocks * (series.kind === 'whole' ? 1 : Number(BLOCK_TILES)) * tile;
}

/** Number and length of a tile in its block. */
const TILE_BYTES = 16;

/** A state behind its length; those that no row counted in are left out. */
function stateBytes({ aggregate: { maxBytes } }: WindowState): number {
  return 8 + maxBytes;
}

/** A row with its order and what it alone gives to every state. */
function rowBytes({ states }: RowSeries, set: States): number {
  const types = new Map(set.inputs.map(({ name, expression }) => [name, expression.type]));
  const typeOf = (name: string | null): ValueType | null => (name === null ? null : types.get(name)!);
  return states.reduce((sum, place) => {
    const { aggregate, argument, category } = set.states[place]!;
    return sum + 1 + stateOfRowBytes(aggregate, typeOf(argument), typeOf(category));
  }, ROW_BYTES);
}

/** Length and order of a row in its leaf, and what lists a leaf, were each row in one of its own. */
const ROW_BYTES = 4 + ORDER_BYTES + 32;

/** Upper bound of the state of one row, in bytes: its value and its category, its order where it matters, and some numbers. */
export function stateOfRowBytes(
  { maxBytes }: Pick<Aggregate, 'maxBytes'>,
  argument: ValueType | null,
  category: ValueType | null,
): number {
  return Math.min(maxBytes, valueBytes(argument) + valueBytes(category) + ORDER_BYTES + NUMBERS_BYTES);
}

/** Counts, sums and squares of one row, and registers or buckets that it sets. */
const NUMBERS_BYTES = 64;

/** Only counts take arrays, and their states hold none. */
function valueBytes(type: ValueType | null): number {
  return type !== null && elementTypeOf(type) === null ? VALUE_CODECS[type as ScalarType].maxBytes : 0;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
