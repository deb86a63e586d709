import type { ColumnBatch } from '../definition/column-batch.js';
import type { Receipt } from './delivery.js';
import type { LoggedRows, StreamPart } from './log.js';

/** A keyed delivery that was answered, and when it arrived, microseconds. */
export type KnownDelivery = {
  readonly bodyHash: string;
  readonly receipt: Receipt;
  readonly arrivalUs: bigint;
};

/** An event id that came before: the digest of its row's content, and when it arrived, microseconds. */
export type KnownEvent = { readonly contentHash: string; readonly arrivalUs: bigint };

/** Rows that wait for their event times. */
export type HeldRow = {
  /** Identity of the row: the same row of the same delivery is held once. */
  readonly id: string;
  readonly dueUs: bigint;
  readonly from: 'push' | 'file';
  /** One row. */
  readonly rows: ColumnBatch;
};

/** What a logged entry makes known. */
export type Learnt = {
  readonly logged: LoggedRows;
  /** Event ids of its rows, where the source has such. */
  readonly events: ReadonlyMap<string, KnownEvent>;
};

/**
 * What has been seen (S11): deliveries by idempotency key, files by content, streams by offset, replayed rows, event ids; and the rows that
 * are held until they are due (S14). All but held rows and deliveries without a logged row are a view of the log, and are
 * learnt again from it after a crash. Names of sources are `project/source`. Questions are answered at once, from memory.
 */
export interface Identities {
  delivery(source: string, key: string): KnownDelivery | null;
  /** Ordinal behind the last row of a file that was dealt with; 0 for a file that never came. */
  fileProgress(source: string, contentHash: string): number;
  /** The last part of a stream's partition that was dealt with; null for one that was never read. */
  streamProgress(source: string, partition: string): StreamPart | null;
  /** Sequence that a quarantined row got when it was replayed; null when it was not. */
  replayed(source: string, quarantinedId: number): bigint | null;
  event(source: string, eventId: string): KnownEvent | null;
  /** Whether a held row has been logged since. */
  released(source: string, heldId: string): boolean;

  /** Learns from entries of the log, in their order; durable some time later, and then {@link learntThrough} moves. */
  learn(source: string, entries: readonly Learnt[]): Promise<void>;
  /** How far the log was learnt from, durably; -1 at the beginning. */
  learntThrough(source: string): bigint;

  /** Keeps rows until they are due, and with them what became of their delivery; durable when it resolves. */
  hold(source: string, rows: readonly HeldRow[], settled: SettledDelivery | null): Promise<void>;
  /** Whether a held row waits still. */
  isHeld(source: string, heldId: string): boolean;
  /** Held rows that turned out to be there already are not logged, and never held again; durable when it resolves. */
  discard(source: string, heldIds: readonly string[], arrivalUs: bigint): Promise<void>;
  /** Held rows that are due by `untilUs`, earliest first, so many at most. */
  due(source: string, untilUs: bigint, limit: number): Promise<readonly HeldRow[]>;
  /** When the next held row is due, microseconds; null when none waits. */
  nextDueUs(source: string): bigint | null;

  /** Forgets keys that arrived before `keysBeforeUs` and event ids that arrived before `eventsBeforeUs` of a source. */
  forget(source: string, before: { readonly keysUs: bigint; readonly eventsUs: bigint }): Promise<void>;
  close(): Promise<void>;
}

/** A delivery, or a part of a file or stream, none of whose rows is in the log, so that the log cannot tell of it. */
export type SettledDelivery =
  | { readonly kind: 'keyed'; readonly key: string; readonly known: KnownDelivery }
  | { readonly kind: 'file'; readonly contentHash: string; readonly endOrdinal: number }
  | { readonly kind: 'stream'; readonly part: StreamPart };

export const IDENTITIES = Symbol('Identities');
