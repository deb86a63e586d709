import type { RefusedRow } from './delivery.js';

/** Rows of one delivery that were refused. */
type QuarantineEntry = {
  readonly project: string;
  readonly source: string;
  /** Identity of the delivery, such as `file:<digest>` or `key:<digest>`; with a row's ordinal its identity. */
  readonly delivery: string;
  readonly rows: readonly RefusedRow[];
};

/** Refused rows, kept until they are corrected and replayed, or discarded. */
export interface Quarantine {
  /** Keeps rows durably; rows of the same delivery and ordinal are there once (S11). */
  add(entry: QuarantineEntry): Promise<void>;
}
