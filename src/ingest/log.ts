import type { ColumnBatch } from '../definition/column-batch.js';

/** Rows as a door hands them to the log. */
export type LogEntry = {
  readonly rows: ColumnBatch;
  /** When the door took them, microseconds of the service clock. */
  readonly arrivalUs: bigint;
  readonly door: Door;
};

/**
 * How rows came in, with what makes their delivery known again (S11): a push, with its idempotency key where it has one; a
 * part of a file, by the digest of its content; a row corrected in quarantine; rows that were held until they were due;
 * messages of a stream, by their offsets.
 */
export type Door = (
  | { readonly kind: 'push' }
  | { readonly kind: 'keyed'; readonly key: string; readonly bodyHash: string; readonly tally: Tally }
  | {
      readonly kind: 'file';
      readonly contentHash: string;
      /** Rows of the file from `firstOrdinal` to `endOrdinal`, not included, are dealt with by this entry. */
      readonly firstOrdinal: number;
      readonly endOrdinal: number;
    }
  | { readonly kind: 'replay'; readonly quarantinedId: number }
  | { readonly kind: 'held'; readonly from: 'push' | 'file' }
  | ({ readonly kind: 'stream' } & StreamPart)
) & {
  /** Rows among them that were held before: they wait no more, and are never held again. */
  readonly heldIds?: readonly string[];
};

/** A run of messages of a partition of somebody else's topic, all of them dealt with. */
export type StreamPart = {
  /** Topic, epoch of the topic and partition: `orders@1/3`. */
  readonly partition: string;
  readonly firstOffset: number;
  /** Behind the last one. */
  readonly endOffset: number;
  /** Of the last one, milliseconds since the Unix epoch: a topic made anew has another there. */
  readonly lastTimestampMs: number;
};

/** What became of the rows of a delivery that are not in the log. */
export type Tally = { readonly quarantined: number; readonly held: number; readonly duplicates: number };

/** Rows with their place: row i has sequence `firstSequence` + i, for ever (S9). */
export type LoggedRows = LogEntry & {
  readonly firstSequence: bigint;
  /** Of the owner that appended them. */
  readonly epoch: bigint;
};

/**
 * The log of every source: the one truth that online state and history are views of (S9). Names of sources are
 * `project/source`. One owner at a time appends to a source: its first append, or asking for its epoch, begins a new epoch
 * of the source, and appends of older ones fail. Reading needs no ownership.
 */
export interface SourceLog {
  /**
   * Appends durably; resolves when the rows would survive a power cut (S12). Calls resolve in the order of sequences.
   * Throws UNAVAILABLE when the log cannot be written or has a newer owner: then the rows are not in it. While it cannot be
   * told whether they are, the promise waits.
   */
  append(source: string, entry: LogEntry): Promise<LoggedRows>;
  /** Everything from the entry that holds `fromSequence`, in order, up to what is durable when the read begins. */
  read(source: string, fromSequence: bigint): AsyncIterable<LoggedRows>;
  /** Sequence of the last durable row; -1 before the first. */
  lastSequence(source: string): Promise<bigint>;
  /** This owner's epoch of a source, greater than all before it; it may rise again. Throws UNAVAILABLE, as appends do. */
  epoch(source: string): Promise<bigint>;
  /** Owns a source again after {@link SourceLog.release}, and gives its epoch. Throws UNAVAILABLE, as appends do. */
  take(source: string): Promise<bigint>;
  /** Takes no more entries of a source until it is taken again; resolves as {@link SourceLog.stop} does. Reading goes on. */
  release(source: string): Promise<void>;
  /**
   * Takes no more entries, and resolves when every one that was taken is settled; what has no answer by then is rejected,
   * and the log tells the next opening what became of it. Reading goes on.
   */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export const SOURCE_LOG = Symbol('SourceLog');

/** Sequence of the last of some logged rows. */
export function lastOf(logged: LoggedRows): bigint {
  return logged.firstSequence + BigInt(logged.rows.rowCount) - 1n;
}
