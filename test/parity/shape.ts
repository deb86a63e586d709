import type { ParameterType } from '../../src/compile/operation/operation.js';
import { OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import {
  elementTypeOf,
  SCALAR_TYPES,
  type ScalarType,
  type ValueType,
} from '../../src/definition/value-type.js';
import type { Random } from '../verify/rows/random.js';
import { isKnown } from './oracle.js';

/** One use of an operation: how many arguments it has and what each of them and the result are. */
export type Shape = {
  readonly id: OperationId;
  readonly arguments: readonly ValueType[];
  readonly result: ValueType;
};

/** Every operation that the oracle knows, in the order in which cases take turns; a test says that it knows all. */
export const OPERATION_IDS: readonly OperationId[] = (Object.keys(OPERATIONS) as OperationId[]).filter(
  isKnown,
);

/** Any use of an operation. */
export function anyShape(id: OperationId, random: Random): Shape {
  return shapeOf(id, random.pick(variablesOf(id)), random);
}

/** A use that gives a type; null where there is none. */
export function shapeGiving(id: OperationId, type: ValueType, random: Random): Shape | null {
  const { result } = OPERATIONS[id];
  if (result !== 'T' && result !== 'ARRAY<T>') return result === type ? anyShape(id, random) : null;
  const variable = variableAs(result, type);
  return variable !== null && takesVariable(id, variable) ? shapeOf(id, variable, random) : null;
}

/** A use of which an argument has a type; null where there is none. */
export function shapeTaking(id: OperationId, type: ValueType, random: Random): Shape | null {
  const variables = declaredTypes(id).flatMap((declared) => {
    if (declared === 'T' || declared === 'ARRAY<T>') {
      const variable = variableAs(declared, type);
      return variable !== null && takesVariable(id, variable) ? [variable] : [];
    }
    return declared === type ? [random.pick(variablesOf(id))] : [];
  });
  return variables.length === 0 ? null : shapeOf(id, random.pick(variables), random);
}

function shapeOf(id: OperationId, variable: ValueType, random: Random): Shape {
  const { arguments: declared, variadic, result } = OPERATIONS[id];
  const of = (type: ParameterType): ValueType => instanceOf(type, variable);
  if (id === 'case' || id === 'case_match') {
    const operand = id === 'case' ? [] : [random.pick(SCALAR_TYPES)];
    const pairs = Array.from({ length: random.whole(1, 2) }, () => [operand[0] ?? 'BOOL', variable]);
    return { id, arguments: [...operand, ...pairs.flat(), variable] as ValueType[], result: variable };
  }
  const more = variadic ? random.whole(0, MAX_REPEATED) : 0;
  const rest = Array.from({ length: more }, () => declared.at(-1)!);
  return { id, arguments: [...declared, ...rest].map(of), result: of(result) };
}

/** What the arguments may be declared as; CASE takes conditions and, with an operand, anything that compares. */
function declaredTypes(id: OperationId): readonly ParameterType[] {
  if (id === 'case') return ['BOOL', 'T'];
  return id === 'case_match' ? ['T'] : OPERATIONS[id].arguments;
}

function variablesOf(id: OperationId): readonly ValueType[] {
  return OPERATIONS[id].typeVariable === 'any' ? ANY_TYPE : SCALAR_TYPES;
}

function takesVariable(id: OperationId, variable: ValueType): boolean {
  return OPERATIONS[id].typeVariable === 'any' || elementTypeOf(variable) === null;
}

/** What `T` is when `declared` is of a type. */
function variableAs(declared: 'T' | 'ARRAY<T>', type: ValueType): ValueType | null {
  return declared === 'T' ? type : elementTypeOf(type);
}

function instanceOf(declared: ParameterType, variable: ValueType): ValueType {
  if (declared === 'ARRAY<T>') return `ARRAY<${variable as ScalarType}>`;
  return declared === 'T' ? variable : declared;
}

/** Arrays that columns hold; scalars come more often. */
const ANY_TYPE: readonly ValueType[] = [
  ...SCALAR_TYPES,
  ...SCALAR_TYPES,
  'ARRAY<FLOAT64>',
  'ARRAY<STRING>',
  'ARRAY<INT64>',
];

/** How often the last argument of an operation that takes any number comes again at most. */
const MAX_REPEATED = 3;
