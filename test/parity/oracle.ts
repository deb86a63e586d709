import type { CallExpression, Expression } from '../../src/definition/expression.js';
import { finiteOrNull, isValueOf, type Value } from '../../src/definition/value.js';
import { LAZY, STRICT } from './oracle-operation.js';

/** One row, by column name. */
export type Row = ReadonlyMap<string, Value>;

/**
 * The naive oracle: what an expression means, written as plainly as its definition reads and sharing nothing with the
 * compiler. Every value out of the range of its type is NULL (S6), and so is what is not finite in the row (S3).
 */
export function evaluate(expression: Expression, row: Row, asOfUs: bigint): Value {
  const values = expression.kind === 'call' ? expression.arguments : [];
  return evaluateNode(
    expression,
    values.map((argument) => () => evaluate(argument, row, asOfUs)),
    { row, asOfUs },
  );
}

/** Whether the oracle has an operation. */
export function isKnown(operation: string): boolean {
  return Object.hasOwn(STRICT, operation) || Object.hasOwn(LAZY, operation);
}

/** One node over its arguments, each computed when it is asked for and then once. */
export function evaluateNode(
  expression: Expression,
  operands: readonly (() => Value)[],
  { row, asOfUs }: { readonly row: Row; readonly asOfUs: bigint },
): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'column':
      return wholeAndFinite(row.get(expression.name) ?? null);
    case 'asOf':
      return asOfUs;
    case 'call':
      return evaluateCall(expression, operands.map(once));
    case 'fitted':
      throw new Error('the oracle knows no fitted functions');
  }
}

function evaluateCall(node: CallExpression, operands: readonly (() => Value)[]): Value {
  const lazy = LAZY[node.operation];
  if (lazy !== undefined) return lazy(operands);
  const values = operands.map((operand) => operand());
  if (values.includes(null)) return null;
  const isConstant = node.arguments.map(({ kind }) => kind === 'literal');
  const result = finiteOrNull(STRICT[node.operation]!(values, node.parameters ?? {}, isConstant));
  return isValueOf(node.type, result) ? result : null;
}

/** S3, for a value as it comes through a door. */
function wholeAndFinite(value: Value): Value {
  const isWrong = (item: Value): boolean =>
    item === null || (typeof item === 'number' && !(Math.abs(item) < Number.POSITIVE_INFINITY));
  return isWrong(value) || (Array.isArray(value) && value.some(isWrong)) ? null : value;
}

function once(compute: () => Value): () => Value {
  let computed: { readonly value: Value } | null = null;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}
