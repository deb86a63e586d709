import type { CallExpression } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import type { GraphValues } from './graph-value.js';
import type { GraphTexts } from './graph-vocabulary.js';

/**
 * How a model graph carries an operation out, on float32 (S8): the value of its operands' values. `takes` lists the types
 * that its arguments and its result may have; it is refused with others.
 */
export type GraphLowering = {
  readonly takes: readonly ValueType[];
  readonly lower: (
    values: GraphValues,
    operands: readonly string[],
    node: CallExpression,
    texts: GraphTexts,
  ) => string;
  /** Arguments that are read from the node: they have no value in the graph. */
  readonly literals?: readonly number[];
  /** Why a node is refused beside its types; null when it is not. */
  readonly refuse?: (node: CallExpression) => string | null;
};

type Lower = GraphLowering['lower'];

/** Numbers alone. */
export const NUMBERS: readonly ValueType[] = ['FLOAT64', 'BOOL'];

/** What is handed on as it is: an INT64 is a number like any other then, rounded to float32. */
export const CARRIED: readonly ValueType[] = ['FLOAT64', 'BOOL', 'INT64', 'STRING'];

/** An operation of TensorFlow's that gives NaN where an operand is NaN and never otherwise. */
export function plain(op: string): GraphLowering {
  return { takes: NUMBERS, lower: (values, operands) => values.float(op, ...operands) };
}

/** The same, NULL where the result is not finite (S6). */
export function finite(op: string): GraphLowering {
  return { takes: NUMBERS, lower: (values, operands) => values.finite(values.float(op, ...operands)) };
}

/** NULL in, NULL out around an operation that does not keep NaN, and NULL where the result is not finite. */
export function strict(lower: Lower): GraphLowering {
  return {
    takes: NUMBERS,
    lower: (values, operands, node, texts) =>
      values.unlessMissing(values.finite(lower(values, operands, node, texts)), operands),
  };
}
