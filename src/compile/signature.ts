import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';
import type { Checked } from './checked.js';
import { coercionCost, supertype } from './coercion.js';
import type { Operation, ParameterType } from './operation/operation.js';

/** Whether an operation may have so many arguments. */
export function takesCount(operation: Operation, count: number): boolean {
  const declared = operation.arguments.length;
  return operation.variadic ? count >= declared : count === declared;
}

/** The types that an operation takes these operands as, with what coercing them costs; null when it does not take them. */
export function typesTaken(
  operation: Operation,
  operands: readonly Checked[],
): { readonly types: readonly ValueType[]; readonly cost: number } | null {
  const types = parameterTypes(operation, operands);
  if (types === null) return null;
  let cost = 0;
  for (let index = 0; index < operands.length; index++) {
    const own = coercionCost(operands[index]!, types[index]!);
    if (own === null) return null;
    cost += own;
  }
  return { types, cost };
}

/** The declared types of so many arguments; the last one may come again. */
export function declaredTypes(operation: Operation, count: number): readonly ParameterType[] {
  const { arguments: declared } = operation;
  return Array.from({ length: count }, (_, index) => declared[Math.min(index, declared.length - 1)]!);
}

/** Declared types with `T` as `variable`; null when `T` cannot stand for that. */
export function withVariable(
  operation: Operation,
  declared: readonly ParameterType[],
  variable: ValueType,
): readonly ValueType[] | null {
  const isArray = elementTypeOf(variable) !== null;
  if (isArray && (operation.typeVariable !== 'any' || declared.includes('ARRAY<T>'))) return null;
  return declared.map((type) => (type === 'T' ? variable : type === 'ARRAY<T>' ? arrayOf(variable) : type));
}

/** The type of the result once the types of the arguments are known. */
export function resultType(
  { result, arguments: declared }: Operation,
  types: readonly ValueType[],
): ValueType {
  if (result !== 'T' && result !== 'ARRAY<T>') return result;
  const at = declared.findIndex((type) => type === 'T' || type === 'ARRAY<T>');
  const variable = declared[at] === 'T' ? types[at]! : elementTypeOf(types[at]!)!;
  return result === 'T' ? variable : arrayOf(variable);
}

function parameterTypes(operation: Operation, operands: readonly Checked[]): readonly ValueType[] | null {
  const declared = declaredTypes(operation, operands.length);
  if (!declared.includes('T') && !declared.includes('ARRAY<T>')) return declared as readonly ValueType[];
  const variable = variableType(declared, operands);
  return variable === null ? null : withVariable(operation, declared, variable);
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
