/** What became of a feature in an answer (S15), the same online and offline. */
const STATUSES = ['PRESENT', 'NULL', 'EXPIRED', 'NOT_FOUND'] as const;

export type Status = (typeof STATUSES)[number];

/** How long rows of a feature set count, in microseconds; null is without limit (S15). */
export type Lifetime = { readonly maxAgeUs: bigint | null; readonly retentionUs: bigint | null };

/** What the newest row says before its values are looked at: ALIVE, or the status that withholds them all. */
export type RowState = 'ALIVE' | 'EXPIRED' | 'NOT_FOUND';

/**
 * The state of a row by its age. An age equal to the limit is alive (S15). `ageUs` is T − event_time.
 */
export function rowStatus(ageUs: bigint, lifetime: Lifetime): RowState {
  if (lifetime.retentionUs !== null && ageUs > lifetime.retentionUs) return 'NOT_FOUND';
  if (lifetime.maxAgeUs !== null && ageUs > lifetime.maxAgeUs) return 'EXPIRED';
  return 'ALIVE';
}

/** A feature's status, from the state of its row and its value before the default (S15). */
export function featureStatus(row: RowState, isNull: boolean): Status {
  if (row !== 'ALIVE') return row;
  return isNull ? 'NULL' : 'PRESENT';
}
