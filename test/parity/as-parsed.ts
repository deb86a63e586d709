import type { Expression } from '../../src/definition/expression.js';
import { hostileName } from './hostile-names.js';

/** An expression as the checker gives it for its text: over columns of other names, arrays of literals as literals. */
export function asParsed(node: Expression): Expression {
  if (node.kind === 'column') return { ...node, name: hostileName(node.name) };
  if (node.kind !== 'call') return node;
  const operands = node.arguments.map(asParsed);
  if (node.operation === 'array' && operands.every(({ kind }) => kind === 'literal')) {
    const values = operands.map((item) => (item.kind === 'literal' ? item.value : null));
    return { kind: 'literal', type: node.type, value: values.includes(null) ? null : values };
  }
  return { ...node, arguments: operands };
}
