import type { BlockId, WindowBlock } from '../store.js';
import type { LeafList } from './leaf-list.js';

/** How the rows of a batch change one series. */
export type SeriesUpdate = {
  /** Whether a row finds its place trimmed where the newest event of its entity is at `newestUs` (S23). */
  readonly isMissed: (row: number, newestUs: bigint) => boolean;
  /** What rows of one entity change; null is nothing. */
  readonly plan: (rows: readonly number[], moved: Moved) => SeriesPlan | null;
};

/** An entity before some rows. */
export type Moved = {
  /** Its newest event, microseconds; null before the first. */
  readonly beforeUs: bigint | null;
  /** The newest event with them, microseconds. */
  readonly newestUs: bigint;
  /** The leaves of each exact window, in the order of the series. */
  readonly lists: readonly LeafList[];
};

/** What is to be done with the blocks of one entity, known before any is read. */
export type SeriesPlan = {
  /** Blocks that must be read to write the new ones. */
  readonly needed: readonly BlockId[];
  /** Puts the new blocks and those that are gone into `changed`; the stored bytes of what is needed stand in `stored` from `at` on. */
  readonly finish: (stored: readonly (Uint8Array | null)[], at: number, changed: ChangedBlocks) => void;
};

export type ChangedBlocks = {
  readonly blocks: WindowBlock[];
  readonly gone: BlockId[];
  /** As in {@link Moved}; changed ones are put in their places. */
  readonly lists: LeafList[];
};
