import type { CallExpression, Expression, LiteralExpression } from '../../src/definition/expression.js';
import { formatDate, formatTimestamp } from '../../src/definition/time.js';
import type { ValueType } from '../../src/definition/value-type.js';

/**
 * The expression as a person would leave it to GoogleSQL's coercion: an INT64 for the FLOAT64 it is cast to, a whole number, a
 * bare NULL, a string for a time. Null where nothing can be left out.
 */
export function uncoerced(node: Expression): Expression | string | null {
  if (node.kind === 'call') {
    const [cast] = node.arguments;
    // A literal becomes a literal of the other type.
    return node.operation === 'cast_int64_float64' && cast?.kind !== 'literal' ? cast! : null;
  }
  return node.kind === 'literal' ? uncoercedLiteral(node) : null;
}

/**
 * Whether the type of an argument is told by one beside it, which is no literal and stands as it is: all arguments must be
 * of one type then.
 */
export function isToldBeside({ arguments: operands }: CallExpression, place: number): boolean {
  const { type } = operands[place]!;
  if (operands.some((operand) => operand.type !== type)) return false;
  return operands.some((operand, at) => at !== place && tells(operand));
}

function tells(node: Expression): boolean {
  return node.kind !== 'literal' && uncoerced(node) === null;
}

function uncoercedLiteral({ type, value }: LiteralExpression): string | null {
  if (value === null) return 'NULL';
  return Object.hasOwn(LITERALS, type) ? LITERALS[type]!(value as never) : null;
}

const LITERALS: Readonly<Partial<Record<ValueType, (value: never) => string | null>>> = {
  FLOAT64: (value: number) => (Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : null),
  DATE: (value: number) => `'${formatDate(value)}'`,
  TIMESTAMP: (value: bigint) => `"${formatTimestamp(value)}"`,
};
