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

/** Rows of a source up to and including `sequence` must be in what is read. */
export type LeastSequence = { readonly source: string; readonly sequence: bigint };

/** Asks for the newest rows of a set. */
export type LatestRead = {
  readonly setId: number;
  readonly keys: readonly (Uint8Array | null)[];
  readonly least?: LeastSequence | undefined;
};

/** Asks for the windows of a set. */
export type WindowRead = LatestRead & {
  /** Of each series of the set the number of the first block that is wanted, the base always with them; null where none is. */
  readonly from: readonly (bigint | null)[];
};

export type OnlineRead = { readonly latest: readonly LatestRead[]; readonly windows: readonly WindowRead[] };

/** What was found, in the order of what was asked, key by key. */
export type OnlineAnswer = {
  /** Null where nothing is stored or the key is null. */
  readonly latest: readonly (readonly (StoredRow | null)[])[];
  /** Null for a set that is not active; of a key null where no row of it is known. */
  readonly windows: readonly (readonly (StoredWindows | null)[] | null)[];
};

/** What is known of one entity in a windowed feature set version. */
export type StoredWindows = {
  readonly header: WindowHeader;
  /** By series, then by number. */
  readonly blocks: readonly WindowBlock[];
};

/** How far the windows of an entity are. */
export type WindowHeader = {
  /** The newest event time of its rows, deletion rows and filtered ones included, microseconds. */
  readonly newestUs: bigint;
  /** Last row of the log that was applied: those up to it are in the blocks, and adding one twice would count it twice. */
  readonly through: bigint;
  /** Rows that came behind a newer one (S23). */
  readonly lateRows: bigint;
  /** Those of them that found their place in a series trimmed already (S23). */
  readonly missedRows: bigint;
  /** Blocks of exact windows and their rows, see `window/leaf-list.ts`; no bytes where there are none. */
  readonly leaves: Uint8Array;
};

/** A block by its series' place in the set and its number there, see `compile/window/series.ts`; series sort by place, blocks by number. */
export type BlockId = { readonly series: number; readonly number: bigint };

export type WindowBlock = BlockId & {
  /** See `window/tile-block.ts` and `window/row-block.ts`. */
  readonly bytes: Uint8Array;
};

/** The new state of one entity: its header, the blocks that changed, and those that are gone. */
export type WindowWrite = {
  readonly setId: number;
  readonly key: Uint8Array;
  readonly header: WindowHeader;
  readonly blocks: readonly WindowBlock[];
  readonly gone: readonly BlockId[];
};

/** Which state of a set its owner reads and writes: the one that lookups see, or the one that is built aside. */
export type StateOfSet = { readonly setId: number; readonly which: 'active' | 'built' };

/** Who writes a source: the log's owner of `epoch`. */
export type Owner = Pick<AppliedMark, 'source' | 'epoch'>;

/**
 * Latest values and windows by entity key. The writes of one source are made in the order in which they are asked for, each whole
 * before the next one begins, also where nobody waits in between; so are those that build, activate and drop one set.
 */
export interface OnlineStore {
  /**
   * Applies rows, then moves the mark; after a crash in between, rows come again. Of one entity all is seen or nothing. A row replaces what is stored only when it is newer (S10), so rows
   * may come in any order and again; an older one only moves `through`. Rows of sets without state are left out. Throws
   * UNAVAILABLE when a later epoch has written the source (S9).
   */
  write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void>;
  /**
   * What is stored under the keys. One round trip; of one entity and set all is of one moment. Of all of them it is that of the
   * call, or where state is remote, of moments of their own within the clock bound of S18: an answer takes its T just before. Of
   * much the event loop gets its turns in between. Throws UNAVAILABLE when state is behind a sequence that must be in it, or
   * cannot be reached.
   */
  read(asked: OnlineRead): Promise<OnlineAnswer>;
  /** For the owner: headers of windows, in the order of the keys; null where no row of a key is known. */
  windowHeaders(state: StateOfSet, keys: readonly Uint8Array[]): Promise<readonly (WindowHeader | null)[]>;
  /** For the owner: some blocks of each key; null where there is none. */
  windowBlocks(
    state: StateOfSet,
    asked: readonly KeyBlocks[],
  ): Promise<readonly (readonly (Uint8Array | null)[])[]>;
  /**
   * Writes windows, each entity once, whole or not at all; where it fails in between, their headers say whose rows were applied.
   * Writes of sets without state are left out. Throws UNAVAILABLE when a later epoch has written the source (S9).
   */
  writeWindows(writes: readonly WindowWrite[], owner: Owner): Promise<void>;

  /** How far a source was applied; -1 before the first row. Behind what was written where some of that was lost. */
  appliedThrough(source: string): Promise<bigint>;

  /** Numbers of all versions, of any source, that have a state or one that is built. */
  heldSets(): Promise<readonly number[]>;
  /** Whether a feature set version holds every row of its source up to the source's mark (S9, S18). False also when some were lost. */
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
  /** The same for windows. A span that ends where it begins notes nothing: more of its rows are to come. */
  buildWindows(setId: number, writes: readonly WindowWrite[], span: BuildSpan): Promise<void>;
  /** Puts what was built from a source in the place of what is active, in one step; reads see either. */
  activate(setId: number, source: string): Promise<void>;
  /** Forgets a set and what was built of it. */
  drop(setId: number): Promise<void>;
  /** Every row of a set's active state, by key. */
  scan(setId: number): AsyncIterable<{ readonly key: Uint8Array; readonly row: StoredRow }>;
  /** The same of a windowed set. */
  scanWindows(setId: number): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }>;
  /**
   * Calls when rows that were written turn out to be lost, as a remote store may lose them: how far sources were applied,
   * and which sets are active, is to be asked again, and the log applied from there.
   */
  onLoss(listener: () => void): void;
  close(): Promise<void>;
}

export type KeyBlocks = { readonly key: Uint8Array; readonly blocks: readonly BlockId[] };

export const ONLINE_STORE = Symbol('OnlineStore');
