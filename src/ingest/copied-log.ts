import type { LoggedRows } from './log.js';

/**
 * Rows of one epoch as a log keeps them, one entry after the other. The bytes are the same in every engine, so logs are
 * copied without being decoded; runs that follow each other in one epoch may be joined.
 */
export type LogRun = {
  /** Of the owner that appended them. */
  readonly epoch: bigint;
  readonly firstSequence: bigint;
  readonly rowCount: number;
  /** Entries, see `adapter/log-frame.ts`. */
  readonly bytes: Buffer;
};

/** Where a log stands: the sequence of its next row, and the newest epoch that an owner began; 0 where none did. */
export type LogEnd = { readonly next: bigint; readonly epoch: bigint };

/**
 * Logs of an installation whose service is stopped, to be copied to another engine or from one. Sources are named as in
 * `SourceLog`. Reading begins no epoch, so it changes nothing.
 */
export interface CopiedLog {
  /** Bytes of entries that a run which is appended should have at most; a single run may have more. */
  readonly runBytes: number;
  end(source: string): Promise<LogEnd>;
  /** What is there, from the run that holds `fromSequence` on. */
  runs(source: string, fromSequence: bigint): AsyncIterable<LogRun>;
  /** The same, row by row. */
  rows(source: string, fromSequence: bigint): AsyncIterable<LoggedRows>;
  /**
   * Appends a run durably, with the epoch that it has. Throws CONFLICT where it is not the next one; UNAVAILABLE where it
   * cannot be written, and then {@link end} tells whether it was.
   */
  append(source: string, run: LogRun): Promise<void>;
  /** The next owner's epoch will be behind this one. */
  raise(source: string, epoch: bigint): Promise<void>;
  close(): Promise<void>;
}
