import type { Column } from '../../definition/column-batch.js';
import type { FittedParameters } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import type { Accumulator } from './accumulator.js';
import type { Encoder } from './encoder.js';
import type { FittedState } from './state.js';

/**
 * One preprocessing function: how it is written, what it learns, how it is applied. The checker, the planner, the applier,
 * `docs/transforms.md` and the SQL of other systems come from it.
 */
export type Preprocessing<State extends FittedState = FittedState> = {
  /** Whether it learns from the training rows; then it is written with `OVER ()`. */
  readonly analytic: boolean;
  /** Whether it may learn for each key, `OVER (PARTITION BY key)`; its state is a {@link KeyedState} then. */
  readonly takesKey?: true;
  readonly input: InputKind;
  /** Behind the input, in their order; those that are not `positional` are written `name => value` only. */
  readonly options: readonly Option[];
  /** The type of a value of it; `vector` is one of several numbers that can only be a whole output. */
  readonly result: (input: ValueType, parameters: FittedParameters) => ValueType | 'vector';
  /** What options it refuses together with its input, in the form `takes …`; null is nothing. */
  readonly refuse?: (input: ValueType, parameters: FittedParameters) => string | null;
  /** What learns its state; of a function that is not analytic the state is known beforehand. */
  readonly learn: (parameters: FittedParameters, input: ValueType) => Accumulator<State>;
  /** Its values, where it has values of a column type. Method syntax, so that rows of different states share a table. */
  apply?(state: State): (argument: Column) => Column;
  /** Its model inputs, where it is a whole output and no plain number. */
  encode?(state: State): Encoder;
  readonly about: string;
  readonly example: Example;
};

/** What an input may be: `number` INT64 or FLOAT64, `value` also STRING. */
export type InputKind = 'number' | 'text' | 'value' | 'numbers' | 'texts';

/** One option, a literal. */
export type Option = {
  /** As it is written: `top_k`. */
  readonly name: string;
  /** Its name among the parameters of the typed form: `topK`. */
  readonly parameter: string;
  /** BigQuery ML's own are; others keep to `name => value`. */
  readonly positional: boolean;
  readonly takes: OptionKind;
  /** undefined: it has to be written. */
  readonly default?: FittedParameters[string];
  readonly about: string;
};

export type OptionKind =
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'whole'; readonly min: number; readonly max: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'text' }
  | { readonly kind: 'norm' }
  /** Ascending and different numbers, at least one. */
  | { readonly kind: 'ascending' }
  /** Two numbers, the first below the second (or equal, where `isWhole`). */
  | { readonly kind: 'pair'; readonly min: number; readonly max: number; readonly isWhole: boolean };

/** Shown in the reference and run by the tests: an output fitted on these rows, and their model inputs. */
type Example = {
  readonly expression: string;
  /** Columns of the training rows; a string of one letter names STRING columns `a`, numbers are FLOAT64. */
  readonly columns: Readonly<
    Record<string, readonly (number | string | readonly string[] | readonly number[] | null)[]>
  >;
  /** Name of each slot without the output's name, or with it for one alone. */
  readonly slots: readonly string[];
  readonly rows: readonly (readonly number[])[];
};
