import type { Column, ColumnBuilder } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** Where each row of a batch stands among the rows of its key (S10), column by column, in the order of comparison. */
export type OrderColumns = {
  /** Microseconds. */
  readonly eventTimes: BigInt64Array;
  /** Microseconds. */
  readonly orderTimes: BigInt64Array;
  /** INT64; null where the source has none. */
  readonly orderColumn: Column | null;
  readonly sequences: BigInt64Array;
};

/** Rows as an aggregate takes them: its argument, their category and their order. */
export type AggregateRows = {
  readonly rowCount: number;
  /** Values to aggregate; null for COUNT(*). */
  readonly argument: Column | null;
  /** Values that each have a state of their own; null but for aggregates by category. */
  readonly category: Column | null;
  readonly orders: OrderColumns;
};

/**
 * One aggregate over one argument (S21, S22): a state that rows are added to and that others are merged into, in any order
 * and split, with the same bits at the end. States are mutable; `merge` leaves `other` as it is and shares nothing with it.
 */
export type Aggregate<State = unknown> = {
  /** The type of its value. */
  readonly type: ValueType;
  /** Aggregates of one family have the same states of the same rows; only `finish` differs, so one state serves them all. */
  readonly family: string;
  /** Whether it asks where rows stand (S10); others never read their order. */
  readonly isOrdered: boolean;
  readonly create: () => State;
  /** Adds one row; a NULL argument changes nothing (but for COUNT(*), which has none). */
  readonly add: (state: State, rows: AggregateRows, row: number) => void;
  /** Adds the first `count` of some rows. */
  readonly addRows: (state: State, rows: AggregateRows, places: Int32Array, count: number) => void;
  readonly merge: (state: State, other: State) => void;
  readonly finish: (state: State) => Value;
  /** Sets a row of a column of its type to what `finish` gives. */
  readonly finishInto: (state: State, to: ColumnBuilder, row: number) => void;
  /** The state as bytes, the same ones for the same rows but for sequences, which depend on arrival. */
  readonly encode: (state: State) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => State;
  /** The bytes of `encode` behind what is written already; they say where they end. */
  readonly write: (state: State, to: ByteWriter) => void;
  /** Reads what `write` wrote. */
  readonly read: (from: ByteReader) => State;
  /** Upper bound of the encoded state of any rows, in bytes; see the bounds of variable-length values in `state-codec.ts`. */
  readonly maxBytes: number;
};
