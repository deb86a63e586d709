import type { CallExpression, Expression } from '../../src/definition/expression.js';
import { finiteOrNull, isValueOf, type Value } from '../../src/definition/value.js';
import { LAZY, STRICT } from './oracle-operation.js';

/** One row, by column name. */
export type Row = ReadonlyMap<string, Value>;

/**
 * The naive oracle: what an expression means, written as plainly as its definition reads and sharing nothing with the
 * compiler. Every value out of the range of its type is NULL (S6).
 */
export function evaluate(expression: Expression, row: Row, asOfUs: bigint): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'column':
      return row.get(expression.name) ?? null;
    case 'asOf':
      return asOfUs;
    case 'call':
      return evaluateCall(expression, (argument) => evaluate(argument, row, asOfUs));
    case 'fitted':
      throw new Error('the oracle knows no fitted functions');
  }
}

function evaluateCall(node: CallExpression, evaluateArgument: (argument: Expression) => Value): Value {
  const lazy = LAZY[node.operation];
  if (lazy !== undefined) return lazy(node.arguments.map((argument) => () => evaluateArgument(argument)));
  const values = node.arguments.map(evaluateArgument);
  if (values.includes(null)) return null;
  const result = finiteOrNull(STRICT[node.operation]!(values, node.parameters ?? {}));
  return isValueOf(node.type, result) ? result : null;
}
