import type { RowOrder } from '../definition/order.js';

/** The newest row of an entity in one feature set version, as stored: where it stands in order, and its encoded features. */
export type StoredRow = {
  readonly order: RowOrder;
  /** True for a deletion row: as of its event time the entity has no value (S13). */
  readonly tombstone: boolean;
  /** Feature values, see `row-codec.ts`. */
  readonly payload: Uint8Array;
};

export type OnlineWrite = {
  /** Number of the feature set version. */
  readonly setId: number;
  /** Encoded entity key, see `definition/key.ts`. */
  readonly key: Uint8Array;
  readonly row: StoredRow;
};

/** Where a source's log has been applied to: everything up to and including `sequence`. */
export type AppliedMark = { readonly source: string; readonly sequence: bigint };

export type OnlineRead = { readonly setId: number; readonly keys: readonly (Uint8Array | null)[] };

/** Latest values by entity key. */
export interface OnlineStore {
  /**
   * Applies rows and moves the mark, all or nothing. A row replaces what is stored only when it is newer (S10), so rows
   * may come in any order and again.
   */
  write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void>;
  /** The rows stored under the keys, in their order; null where there is none or the key is null. One round trip. */
  read(reads: readonly OnlineRead[]): Promise<readonly (readonly (StoredRow | null)[])[]>;
  /** How far a source was applied; -1 before the first row. */
  appliedThrough(source: string): Promise<bigint>;
  /** Whether a feature set version holds every row of its source up to the source's mark (S9, S18). */
  isActive(setId: number): Promise<boolean>;
  /** Declares a feature set version primed: from now on its rows count. */
  activate(setId: number): Promise<void>;
  close(): Promise<void>;
}

export const ONLINE_STORE = Symbol('OnlineStore');
