import { elementTypeOf } from '../definition/value-type.js';
import { resolveOverload } from './check-overload.js';
import { type CheckContext, type Checked, callOf, checkAll, checkedOf } from './checked.js';
import { OPERATIONS, type OperationId, OVERLOADS } from './operation/table.js';
import type { CallNode } from './syntax.js';

/**
 * CONCAT and `||`: of texts, where anything that is neither bytes nor an array is cast to one; of bytes; `||` of arrays too.
 * Source: GoogleSQL, "String functions", CONCAT: "values must be BYTES or data types that can be cast to STRING".
 */
export function checkConcat(
  context: CheckContext,
  { name, position, arguments: nodes }: CallNode,
): Checked | null {
  const operands = checkAll(context, nodes);
  if (operands === null) return null;
  const arrays = name === '||' ? (OVERLOADS.get('ARRAY_CONCAT') ?? []) : [];
  const ids = [...(OVERLOADS.get('CONCAT') ?? []), ...arrays];
  const isText = operands.every(
    ({ expression: { type }, isNull }) => isNull || (type !== 'BYTES' && elementTypeOf(type) === null),
  );
  return resolveOverload(context, ids, {
    name,
    position,
    operands: isText ? operands.map(asText) : operands,
  });
}

function asText(operand: Checked): Checked {
  const { expression, position, isNull } = operand;
  const id = `cast_${expression.type}_string`.toLowerCase();
  if (isNull || !Object.hasOwn(OPERATIONS, id)) return operand;
  return checkedOf(callOf(id as OperationId, 'STRING', [expression]), position);
}
