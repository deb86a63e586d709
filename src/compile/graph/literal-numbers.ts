import type { Expression } from '../../definition/expression.js';

/** The numbers of an array that is written out, or null where it is not or holds a NULL. */
export function numbersOfLiteral(expression: Expression): readonly number[] | null {
  if (expression.kind === 'literal')
    return Array.isArray(expression.value) ? expression.value.map(Number) : null;
  if (expression.kind !== 'call' || expression.operation !== 'array') return null;
  const items = expression.arguments.map((item) => (item.kind === 'literal' ? item.value : null));
  return items.includes(null) ? null : items.map(Number);
}
