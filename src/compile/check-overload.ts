import { explainMismatch, type Written } from './check-mismatch.js';
import { type CheckContext, type Checked, callOf, checkedOf } from './checked.js';
import { coerce } from './coercion.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import type { Mistake } from './problem.js';
import { resultType, takesCount, typesTaken } from './signature.js';

/** Takes the overload that needs the fewest coercions, the first of equals, or reports why there is none. */
export function resolveOverload(
  context: CheckContext,
  ids: readonly OperationId[],
  written: Written,
): Checked | null {
  const { operands } = written;
  const fitting = ids.filter((id) => takesCount(OPERATIONS[id], operands.length));
  if (fitting.length === 0) return context.report(wrongCount(ids, written));
  const fits = fitting.flatMap((id) => {
    const found = typesTaken(OPERATIONS[id], operands);
    return found === null ? [] : [{ id, ...found }];
  });
  const [first, ...others] = fits;
  if (first === undefined) return explainMismatch(context, fitting, written);
  const best = others.reduce((least, other) => (other.cost < least.cost ? other : least), first);
  const operation = OPERATIONS[best.id];
  const typed = operands.map((operand, index) => coerce(operand, best.types[index]!));
  const constants = typed.map((node) => (node.kind === 'literal' ? node.value : undefined));
  const message = operation.refuse?.(constants) ?? null;
  const { position, parameters } = written;
  if (message !== null) return context.report({ position, message });
  return checkedOf(callOf(best.id, resultType(operation, best.types), typed, parameters), position);
}

function wrongCount(ids: readonly OperationId[], { name, position, operands }: Written): Mistake {
  const counts = ids.map((id) => {
    const { arguments: declared, variadic } = OPERATIONS[id];
    return variadic ? `at least ${declared.length}` : String(declared.length);
  });
  const expected = [...new Set(counts)].join(' or ');
  const plural = expected === '1' || expected === 'at least 1' ? 'argument' : 'arguments';
  const message = `${name} takes ${expected} ${plural}, not ${operands.length}`;
  return { position, message, found: String(operands.length), expected };
}
