import type { ValueType } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';

/** Every aggregate of S21; COUNT is both COUNT(*) and COUNT(x). */
export const AGGREGATE_NAMES = [
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'VAR_POP',
  'VAR_SAMP',
  'STDDEV_POP',
  'STDDEV_SAMP',
  'FIRST',
  'LAST',
  'LAST_N',
  'COUNT_DISTINCT',
  'TOP_K',
  'APPROX_COUNT_DISTINCT',
  'APPROX_QUANTILE',
] as const;

export type AggregateName = (typeof AGGREGATE_NAMES)[number];

/** One aggregate function: what it takes and gives, and how its algebra is made for one argument. */
export type AggregateFunction = {
  /** Types its argument may have. */
  readonly takes: readonly ValueType[];
  /** Whether it may stand over rows instead of values: COUNT(*). */
  readonly takesRows: boolean;
  /** What it may be told beside its argument; those `inCall` follow the argument in this order. */
  readonly parameters: readonly AggregateParameter[];
  /** The type of its value, of an argument type that it takes; null is rows. */
  readonly resultType: (argumentType: ValueType | null) => ValueType;
  /**
   * Its algebra, over an argument that it takes (null is rows) and parameters within their bounds, each one that has no
   * default given; INVALID_DOCUMENT of what contradicts itself, such as more values wanted than are kept.
   */
  readonly make: (argument: AggregateArgument | null, parameters: AggregateParameters) => Aggregate;
  /** For the documentation: what it gives, of nothing too, and what is odd at its edges. */
  readonly about: string;
};

/** What is aggregated. */
export type AggregateArgument = {
  readonly type: ValueType;
  /** The decimal scale of a FLOAT64 column that is summed as integers (S22), as it is declared: `0.01`. */
  readonly scale?: string | null;
};

type AggregateParameterName = 'n' | 'k' | 'q' | 'max';

/** A number that an aggregate is told. */
export type AggregateParameter = {
  readonly name: AggregateParameterName;
  /** Whether it is written in the call, `LAST_N(x, n)`; else it is a member of the feature. */
  readonly inCall: boolean;
  /** Whether it is an integer. */
  readonly whole: boolean;
  /** Its bounds, both included. */
  readonly least: number;
  readonly greatest: number;
  /** null: it must be given. */
  readonly default: number | null;
  readonly about: string;
};

/** Parameters of one aggregate by name. */
export type AggregateParameters = Readonly<Partial<Record<AggregateParameterName, number>>>;
