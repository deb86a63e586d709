import type { RowOrder } from '../definition/order.js';

/** The newest row of an entity in one feature set version, as stored: where it stands in order, and its encoded features. */
export type StoredRow = {
  readonly order: RowOrder;
  /** Last row of the log that was applied to this entity, older ones that changed nothing included (S9, S18). */
  readonly through: bigint;
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

/** Where a source's log has been applied to: everything up to and including `sequence`, by the log's owner of `epoch`. */
export type AppliedMark = { readonly source: string; readonly sequence: bigint; readonly epoch: bigint };

/** A part of a log, by sequences: behind `after`, up to and with `through`. */
export type BuildSpan = { readonly after: bigint; readonly through: bigint };

export type OnlineRead = { readonly setId: number; readonly keys: readonly (Uint8Array | null)[] };

/** Latest values by entity key. */
export interface OnlineStore {
  /**
   * Applies rows, then moves the mark; after a crash in between, rows come again. Of one entity all is seen or nothing. A row replaces what is stored only when it is newer (S10), so rows
   * may come in any order and again; an older one only moves `through`. Rows of sets without state are left out. Throws
   * UNAVAILABLE when a later epoch has written the source (S9).
   */
  write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void>;
  /** The rows stored under the keys, in their order; null where there is none or the key is null. One round trip. */
  read(reads: readonly OnlineRead[]): Promise<readonly (readonly (StoredRow | null)[])[]>;
  /** How far a source was applied; -1 before the first row. */
  appliedThrough(source: string): Promise<bigint>;

  /** Whether a feature set version holds every row of its source up to the source's mark (S9, S18). */
  isActive(setId: number): Promise<boolean>;
  /**
   * State of a set is built aside, from the log's beginning, while what is active goes on. Says how far an unfinished
   * build got, so that it is resumed; -1 at the beginning.
   */
  builtThrough(setId: number): Promise<bigint>;
  /**
   * Applies rows to the state that is built aside, all or nothing, and notes that it got from `after` to `through`. Throws
   * CONFLICT where the build did not get to `after`: it was dropped or begun anew meanwhile.
   */
  build(setId: number, writes: readonly OnlineWrite[], span: BuildSpan): Promise<void>;
  /** Puts what was built in the place of what is active, in one step; reads see either. */
  activate(setId: number): Promise<void>;
  /** Forgets a set and what was built of it. */
  drop(setId: number): Promise<void>;
  /** Every row of a set's active state, by key. */
  scan(setId: number): AsyncIterable<{ readonly key: Uint8Array; readonly row: StoredRow }>;
  close(): Promise<void>;
}

export const ONLINE_STORE = Symbol('OnlineStore');
