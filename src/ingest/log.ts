import type { ColumnBatch } from '../definition/column-batch.js';

/** Rows as a door hands them to the log. */
export type LogEntry = {
  readonly rows: ColumnBatch;
  /** When the door took them, microseconds of the service clock. */
  readonly arrivalUs: bigint;
  readonly door: Door;
};

/** How rows came in: a push, or part of a file (its content hash and the ordinal of the first row in it, S11). */
export type Door =
  | { readonly kind: 'push' }
  | { readonly kind: 'file'; readonly contentHash: string; readonly firstOrdinal: number };

/** Rows with their place: row i has sequence `firstSequence` + i, for ever (S9). */
export type LoggedRows = LogEntry & { readonly firstSequence: bigint };

/**
 * The log of every source: the one truth that online state and history are views of (S9). Names of sources are
 * `project/source`. One writer at a time owns it.
 */
export interface SourceLog {
  /** Appends durably; resolves when the rows would survive a power cut (S12). Calls resolve in the order of sequences. */
  append(source: string, entry: LogEntry): Promise<LoggedRows>;
  /** Everything from the entry that holds `fromSequence`, in order, up to what is durable when the read begins. */
  read(source: string, fromSequence: bigint): AsyncIterable<LoggedRows>;
  /** Sequence of the last durable row; -1 before the first. */
  lastSequence(source: string): Promise<bigint>;
  /** How many rows of a file, from its first on, are in the log already (S11). */
  rowsOfFile(source: string, contentHash: string): Promise<number>;
  close(): Promise<void>;
}

export const SOURCE_LOG = Symbol('SourceLog');

/** Sequence of the last of some logged rows. */
export function lastOf(logged: LoggedRows): bigint {
  return logged.firstSequence + BigInt(logged.rows.rowCount) - 1n;
}
