import type { ValueType } from '../definition/value-type.js';
import type { CheckContext, Checked } from './checked.js';
import { coercionCost, supertype } from './coercion.js';
import { suggestedAs } from './suggested-cast.js';

/** The one type of values of which one is taken, such as the results of CASE; reports each that does not go with the first. */
export function commonType(context: CheckContext, nodes: readonly Checked[], what: string): ValueType | null {
  const type = supertype(nodes);
  if (type !== null) return type;
  const typed = nodes.filter(({ isNull }) => !isNull);
  const first = typed.find(({ isLiteral }) => !isLiteral) ?? typed[0]!;
  const wanted = first.expression.type;
  for (const node of typed) {
    if (coercionCost(node, wanted) !== null) continue;
    const found = node.expression.type;
    const message = `${what} is ${found}; it must be ${wanted} as another one is`;
    const suggestion = suggestedAs(context, node, [wanted]) ?? suggestedForOther(context, first, found);
    const { position } = node;
    context.report({
      position,
      message,
      found,
      expected: wanted,
      ...(suggestion !== null && { suggestion }),
    });
  }
  return null;
}

function suggestedForOther(context: CheckContext, other: Checked, type: ValueType): string | null {
  const suggestion = suggestedAs(context, other, [type]);
  return suggestion === null ? null : `${suggestion} for the other one`;
}
