import type { ColumnBatch } from '../definition/column-batch.js';
import type { Problem } from '../definition/error.js';
import type { StreamPart } from './log.js';

/** A row that a door could not read, or that breaks a rule: kept as it came, with every reason. */
export type RefusedRow = {
  /** Its place in the caller's input, from 0. */
  readonly ordinal: number;
  /** As it came, as plain JSON (see `definition/json-value.ts`); `null` where not even that can be said. */
  readonly row: unknown;
  /** Paths are within the row: `/temp`, `/embedding/3`, or `` for the row as a whole. */
  readonly problems: readonly Problem[];
};

/** Rows as a door read them. */
export type OfferedRows = {
  /** The rows that parsed, with every column of the source. */
  readonly rows: ColumnBatch;
  /** Place of each of them in the caller's input, from 0. */
  readonly ordinals: readonly number[];
  /** The rows that did not parse. */
  readonly refused: readonly RefusedRow[];
};

/**
 * What makes a delivery the same delivery (S11): an idempotency key with the digest of the body; a file by the digest of
 * its content, from the ordinal of the first row offered; a quarantined row by its number; messages of a stream by their
 * partition and offsets, which are the ordinals of their rows. Without any, each is its own.
 */
export type Delivery =
  | { readonly kind: 'push'; readonly id: string }
  | { readonly kind: 'keyed'; readonly key: string; readonly bodyHash: string }
  | {
      readonly kind: 'file';
      readonly contentHash: string;
      readonly firstOrdinal: number;
      readonly endOrdinal: number;
    }
  | { readonly kind: 'replay'; readonly quarantinedId: number }
  | ({ readonly kind: 'stream' } & StreamPart);

/** What becomes of rows that break a rule: with `refuse` none of the delivery is taken (S4). */
export const INVALID_POLICIES = ['refuse', 'quarantine'] as const;
export type InvalidPolicy = (typeof INVALID_POLICIES)[number];

/** When a delivery is answered: durable in the log, or applied online too (S12). */
export const ACKNOWLEDGEMENTS = ['logged', 'visible'] as const;
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];

export type IntakeRequest = {
  readonly project: string;
  readonly source: string;
  readonly offered: OfferedRows;
  readonly delivery: Delivery;
  readonly invalid: InvalidPolicy;
  readonly ack: Acknowledgement;
  /** Where a row stands in the caller's input, for messages: `/rows/3`. */
  readonly place: (ordinal: number) => string;
};

/** What became of a delivery; the first answer is given again to the same delivery (S11). */
export type Receipt = {
  /** Rows that are in the log by this delivery. */
  readonly accepted: number;
  /** Of them; null when none was. */
  readonly firstSequence: bigint | null;
  readonly lastSequence: bigint | null;
  readonly quarantined: number;
  /** Rows that wait until they are due (S14). */
  readonly held: number;
  /** Rows whose event id was there already (S11). */
  readonly duplicates: number;
};
