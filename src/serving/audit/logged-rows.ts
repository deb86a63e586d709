import type { SourceDocument } from '../../definition/document.js';
import type { Value } from '../../definition/value.js';
import type { KeyType } from '../../definition/value-type.js';

/** Rows of one key that are looked for in the log of their source. */
export type WantedRows = {
  readonly key: readonly Value[];
  /** Event times behind this one, microseconds; null is from the first. */
  readonly afterUs: bigint | null;
  readonly throughUs: bigint;
  readonly throughSequence: bigint;
};

/** A row as it was logged. */
export type LoggedRow = {
  readonly sequence: bigint;
  readonly eventUs: bigint;
  readonly orderUs: bigint;
  /** Of every column that it came with. */
  readonly values: ReadonlyMap<string, Value>;
};

/** A source by the key of one of its entities. */
type KeyedLog = {
  readonly project: string;
  readonly source: SourceDocument;
  /** Source columns that hold the key, and their types. */
  readonly keyColumns: readonly string[];
  readonly keyTypes: readonly KeyType[];
};

/** The log, as an audit asks it what history should be (S9). */
export type LoggedRows = {
  /**
   * The rows of each question, in the order of the log, by one pass over it; null where there are more than are kept of one
   * pass.
   */
  read(
    log: KeyedLog,
    wanted: readonly WantedRows[],
    signal: AbortSignal,
  ): Promise<readonly (readonly LoggedRow[])[] | null>;
};

/** Injection token of the {@link LoggedRows}. */
export const LOGGED_ROWS = Symbol('LOGGED_ROWS');
