import type { BlockId } from '../store.js';

/** Rows that go into one block. */
export type TouchedBlock = BlockId & {
  readonly tiles: TouchedTile[];
  /** Blocks that are folded into this one, the base. */
  readonly folded: readonly BlockId[];
};

/** Rows of one tile, by their places in the batch; the rows of an exact window are one tile a block. */
type TouchedTile = { readonly place: number; readonly rows: number[] };

/** How the rows of a batch change one series. */
export type SeriesUpdate = {
  /** The block of each row. */
  readonly blocks: BigInt64Array;
  /** The tile of each row in its block. */
  readonly places: Uint8Array;
  /** The new bytes of a block, from the stored ones of itself and of those folded into it; null where it stays empty. */
  readonly apply: (
    touched: TouchedBlock,
    stored: Uint8Array | null,
    folded: readonly (Uint8Array | null)[],
  ) => Uint8Array | null;
};
