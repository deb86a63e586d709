import type { ColumnBuilder } from '../definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../definition/document.js';
import type { Expression } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import type { KeyType, ValueType } from '../definition/value-type.js';
import type { Window } from '../definition/window.js';
import type { Aggregate } from './aggregate/aggregate.js';
import type { AggregateName, AggregateParameters } from './aggregate/aggregate-function.js';
import type { ColumnarKernel } from './kernel.js';

/** A feature set version of aggregates over windows of one source's rows (S20 to S23). */
export type WindowedFeatureSet = {
  readonly kind: 'windowed';
  readonly name: string;
  readonly version: number;
  /** The registry's number of this version. */
  readonly id: number;
  readonly source: SourceDocument;
  readonly entity: EntityDocument;
  /** Source columns that hold the entity's key, in the entity's order. */
  readonly keyColumns: readonly string[];
  readonly keyTypes: readonly KeyType[];
  /** What is computed of every row first: arguments, filters and categories, each different one once. */
  readonly inputs: readonly WindowInput[];
  /** Source rows in, one column an input out, named as the input. */
  readonly kernel: ColumnarKernel;
  /** What rows are added to: each different aggregate of one argument under one filter once. */
  readonly states: readonly WindowState[];
  readonly features: readonly WindowedFeature[];
};

export type WindowInput = { readonly name: string; readonly expression: Expression };

export type WindowState = {
  /** Any of the family that its features have: they differ in how they finish a state alone. By category its state holds one for each. */
  readonly aggregate: Aggregate;
  /** Name of the input that is aggregated; null for COUNT(*). */
  readonly argument: string | null;
  /** Name of the BOOL input that must be TRUE for a row to count; null counts all. */
  readonly filter: string | null;
  /** Name of the input whose values each have a state of their own; null is one state for all. */
  readonly category: string | null;
  /** Most categories that have a state; null without a category. */
  readonly maxCategories: number | null;
};

/** An aggregate as data (S21): what fingerprints, descriptions and the SQL of engines go by. */
export type AggregateCall = {
  readonly name: AggregateName;
  /** Type of the argument; null for COUNT(*). */
  readonly argumentType: ValueType | null;
  /** All that it takes, defaults in place. */
  readonly parameters: AggregateParameters;
  /** Decimal scale of the source column that is the argument, such as `0.01`; null of any other argument (S22). */
  readonly scale: string | null;
};

export type WindowedFeature = {
  readonly name: string;
  /** Its name in the document, where one feature may be over several windows. */
  readonly writtenName: string;
  readonly type: ValueType;
  readonly defaultValue: Value;
  /** What it is a value of. */
  readonly call: AggregateCall;
  readonly window: Window;
  /**
   * Of a label how long after T it is complete, its window and its maturity, microseconds; null of a window that looks back. A
   * set has the one or the other.
   */
  readonly completeAfterUs: bigint | null;
  /** Of exact windows that look back: only the newest `max` rows of the span that pass the filter count; null for others. */
  readonly max: number | null;
  /** Place in `states`. */
  readonly state: number;
  /** Of a merged state with categories what it shows of them; `value` without. */
  readonly part: 'value' | 'keys' | 'values';
  /** The value of a merged state: the aggregate's, or of categories their names or values. */
  readonly finish: (state: unknown) => Value;
  /** Sets a row of a column of its type to what `finish` gives. */
  readonly finishInto: (state: unknown, to: ColumnBuilder, row: number) => void;
};
