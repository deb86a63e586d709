import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';
import { type CheckContext, type Checked, callOf, checkedOf } from './checked.js';
import { coerce, coercionCost, supertype, typeList } from './coercion.js';
import type { Operation, ParameterType } from './operation/operation.js';
import { OPERATIONS, type OperationId } from './operation/table.js';

/** A call as written, its arguments typed. */
export type Written = {
  readonly name: string;
  readonly position: number;
  readonly operands: readonly Checked[];
  readonly parameters?: Readonly<Record<string, string>>;
};

/** Takes the overload that needs the fewest coercions, the first of equals, or reports why there is none. */
export function resolveOverload(
  context: CheckContext,
  ids: readonly OperationId[],
  written: Written,
): Checked | null {
  const { operands } = written;
  const fitting = ids.filter((id) => takesCount(OPERATIONS[id], operands.length));
  if (fitting.length === 0) return context.report(wrongCount(ids, written));
  let best: { id: OperationId; types: readonly ValueType[]; cost: number } | null = null;
  for (const id of fitting) {
    const types = parameterTypes(OPERATIONS[id], operands);
    const cost = types === null ? null : totalCost(operands, types);
    if (types !== null && cost !== null && (best === null || cost < best.cost)) best = { id, types, cost };
  }
  if (best === null) return context.report(wrongTypes(fitting, written));
  return callOverload(context, best, written);
}

function callOverload(
  context: CheckContext,
  { id, types }: { id: OperationId; types: readonly ValueType[] },
  { operands, position, parameters }: Written,
): Checked | null {
  const operation = OPERATIONS[id];
  const typed = operands.map((operand, index) => coerce(operand, types[index]!));
  const constants = typed.map((node) => (node.kind === 'literal' ? node.value : undefined));
  const message = operation.refuse?.(constants) ?? null;
  if (message !== null) return context.report({ position, message });
  return checkedOf(callOf(id, resultType(operation, types), typed, parameters), position);
}

function resultType({ result, arguments: declared }: Operation, types: readonly ValueType[]): ValueType {
  if (result !== 'T' && result !== 'ARRAY<T>') return result;
  const at = declared.findIndex((type) => type === 'T' || type === 'ARRAY<T>');
  const variable = declared[at] === 'T' ? types[at]! : elementTypeOf(types[at]!)!;
  return result === 'T' ? variable : arrayOf(variable);
}

function takesCount(operation: Operation, count: number): boolean {
  const declared = operation.arguments.length;
  return operation.variadic ? count >= declared : count === declared;
}

function parameterTypes(operation: Operation, operands: readonly Checked[]): readonly ValueType[] | null {
  const declared = operands.map((_, index) => declaredAt(operation, index));
  if (!declared.includes('T') && !declared.includes('ARRAY<T>')) return declared as readonly ValueType[];
  const variable = variableType(declared, operands);
  const isArray = variable?.startsWith('ARRAY') ?? false;
  if (variable === null || (isArray && (operation.typeVariable !== 'any' || declared.includes('ARRAY<T>')))) {
    return null;
  }
  return declared.map((type) => (type === 'T' ? variable : type === 'ARRAY<T>' ? arrayOf(variable) : type));
}

/** What `T` stands for: the element type that all arrays can be read with, else the type that all scalars can be read as. */
function variableType(declared: readonly ParameterType[], operands: readonly Checked[]): ValueType | null {
  const arrays = operands.filter(({ isNull }, index) => declared[index] === 'ARRAY<T>' && !isNull);
  const scalars = operands.filter((_, index) => declared[index] === 'T');
  if (arrays.length === 0) return supertype(scalars);
  const array = supertype(arrays);
  const element = array === null ? null : elementTypeOf(array);
  if (element === null || scalars.every((scalar) => coercionCost(scalar, element) !== null)) return element;
  const type = supertype(scalars);
  const fits = type !== null && arrays.every((item) => coercionCost(item, arrayOf(type)) !== null);
  return fits ? type : element;
}

function arrayOf(element: ValueType): ValueType {
  return `ARRAY<${element as ScalarType}>`;
}

function declaredAt(operation: Operation, index: number): ParameterType {
  return operation.arguments[Math.min(index, operation.arguments.length - 1)]!;
}

function totalCost(operands: readonly Checked[], types: readonly ValueType[]): number | null {
  let total = 0;
  for (let index = 0; index < operands.length; index++) {
    const cost = coercionCost(operands[index]!, types[index]!);
    if (cost === null) return null;
    total += cost;
  }
  return total;
}

function wrongCount(ids: readonly OperationId[], { name, position, operands }: Written) {
  const counts = ids.map((id) => {
    const { arguments: declared, variadic } = OPERATIONS[id];
    return variadic ? `at least ${declared.length}` : String(declared.length);
  });
  const expected = [...new Set(counts)].join(' or ');
  const plural = expected === '1' || expected === 'at least 1' ? 'argument' : 'arguments';
  const message = `${name} takes ${expected} ${plural}, not ${operands.length}`;
  return { position, message, found: String(operands.length), expected };
}

function wrongTypes(ids: readonly OperationId[], { name, position, operands }: Written) {
  const expected = ids.map((id) => signatureText(OPERATIONS[id])).join(', or ');
  const found = typeList(operands);
  return { position, message: `${name} does not take ${found}; it takes ${expected}`, found, expected };
}

function signatureText(operation: Operation): string {
  const names = operation.arguments.map((type) =>
    type === 'T' ? 'any one type' : type === 'ARRAY<T>' ? 'an array' : type,
  );
  if (new Set(operation.arguments).size === 1 && operation.arguments[0] === 'T') return 'values of one type';
  return `${names.join(', ')}${operation.variadic ? ', …' : ''}`;
}
