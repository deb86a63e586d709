import type { Column } from '../../definition/column-batch.js';
import type { OrderColumns } from '../aggregate/aggregate.js';
import type { Instants } from './instants.js';

/**
 * Rows of whole keys as windows are computed of them, without deletions (S13): ordered by key and event time, and for exact windows,
 * of which the newest count, by all of S10.
 */
export type WindowRows = {
  readonly rowCount: number;
  /** The number of each row's key, ascending. */
  readonly keys: Float64Array;
  /** Microseconds. */
  readonly eventTimes: Instants;
  /** null where no aggregate asks for it (`isOrdered`). */
  readonly orders: OrderColumns | null;
  /** What a feature set computes of each row, by name. */
  readonly inputs: ReadonlyMap<string, Column>;
  /** Created time of each row, microseconds; null where no row has a later one than its event time (S17). */
  readonly createdTimes: Instants | null;
  /** 1 where the created time is an assumption; null where none is (S10). */
  readonly createdAssumed: Uint8Array | null;
  /** From which instant, or place in the log, on a row counts in what was served; null by other rules (S18). */
  readonly servedFrom: Instants | null;
  /** Between which instants a row became visible, whatever the clocks said; null but by `served` at T alone (S18). */
  readonly visible: { readonly earliest: Instants; readonly latest: Instants } | null;
};

/** What is asked of such rows, one instant each. */
export type WindowQuestions = {
  readonly count: number;
  /** Number of the key; one that no row has is of nothing. */
  readonly keys: Float64Array;
  /** T, microseconds. */
  readonly times: Instants;
  /**
   * Of labels the instant of the snapshot, microseconds: rows known by then count, whatever T is. Null is T itself, for windows
   * that look back.
   */
  readonly snapshotUs: bigint | null;
  /** Up to which instant, or place in the log, rows count in what was served; null by other rules. */
  readonly servedThrough: Instants | null;
  /** 0 where the feature set answered nothing yet (S18); null where it always did. */
  readonly active: Uint8Array | null;
  /** 1 where the clocks leave open whether it did; null where they nowhere do. */
  readonly activeUncertain: Uint8Array | null;
};

/** By which rule rows count (S17, S18). */
export type WindowRule = 'known' | 'event' | 'served';
