import type { Value } from '../../definition/value.js';
import type { WindowBlock } from '../store.js';

/** What a series knows of one entity, blocks by number. */
export type SeriesState = { readonly tUs: bigint; readonly blocks: readonly WindowBlock[] };

/** Puts the values of a series' features, before defaults, in their places. */
export type SeriesReader = (state: SeriesState, values: Value[]) => void;
