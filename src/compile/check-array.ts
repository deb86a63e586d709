import type { Value } from '../definition/value.js';
import { elementTypeOf, type ScalarType } from '../definition/value-type.js';
import { resolveOverload } from './check-overload.js';
import { commonType } from './check-results.js';
import { type CheckContext, type Checked, checkAll, checkedOf } from './checked.js';
import { coerce, coercionCost } from './coercion.js';
import { OVERLOADS } from './operation/table.js';
import { suggestedAs } from './suggested-cast.js';
import type { ArrayNode } from './syntax.js';

/** `[a, b]`: a literal when its elements are; of no elements it is an ARRAY<INT64>, as in GoogleSQL. */
export function checkArray(context: CheckContext, node: ArrayNode): Checked | null {
  const elements = checkAll(context, node.elements);
  if (elements === null) return null;
  const { position } = node;
  const element = node.elementType === null ? elementType(context, node, elements) : node.elementType;
  if (element === null || !takesAll(context, element, elements)) return null;
  const typed = elements.map((item) => checkedOf(coerce(item, element), item.position));
  const values = typed.map(({ expression }) =>
    expression.kind === 'literal' ? expression.value : undefined,
  );
  if (values.every((value) => value !== undefined)) return literalArray(element, values, node);
  return resolveOverload(context, OVERLOADS.get('[…]') ?? [], { name: '[…]', position, operands: typed });
}

/** S3: an array that holds a NULL is NULL as a whole. */
function literalArray(
  element: ScalarType,
  values: readonly Value[],
  { position, elementType }: ArrayNode,
): Checked {
  const value = values.includes(null) ? null : values;
  const expression = { kind: 'literal', type: `ARRAY<${element}>`, value } as const;
  return { expression, isLiteral: elementType === null, isNull: false, position };
}

function elementType(
  context: CheckContext,
  { position }: ArrayNode,
  elements: readonly Checked[],
): ScalarType | null {
  const type = commonType(context, elements, 'an element of the array');
  if (type === null || elementTypeOf(type) === null) return type as ScalarType | null;
  return context.report({ position, message: 'an array holds no arrays', found: type });
}

function takesAll(context: CheckContext, element: ScalarType, elements: readonly Checked[]): boolean {
  const wrong = elements.filter((item) => coercionCost(item, element) === null);
  for (const item of wrong) {
    const found = item.expression.type;
    const message = `an element of ARRAY<${element}> is ${found}`;
    const suggestion = suggestedAs(context, item, [element]);
    const { position } = item;
    context.report({
      position,
      message,
      found,
      expected: element,
      ...(suggestion !== null && { suggestion }),
    });
  }
  return wrong.length === 0;
}
