import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import type { CheckContext, Checked } from './checked.js';
import { coercionCost, typeList } from './coercion.js';
import type { Operation, ParameterType } from './operation/operation.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import { MAX_MISTAKES_FOUND, type Mistake } from './problem.js';
import { declaredTypes, typesTaken, withVariable } from './signature.js';
import { columnInQuotes, suggestedAs } from './suggested-cast.js';

/** A call as written, its arguments typed. */
export type Written = {
  readonly name: string;
  readonly position: number;
  readonly operands: readonly Checked[];
  readonly parameters?: Readonly<Record<string, string>>;
};

/**
 * Reports why none of these overloads, which all take so many arguments, takes these: which argument is wrong, or that
 * another order would do, or else what the overloads take.
 */
export function explainMismatch(context: CheckContext, ids: readonly OperationId[], written: Written): null {
  const reordered = otherOrder(ids, written);
  if (reordered !== null) return context.report(reordered);
  const attempts = ids.map((id) => attempt(context, OPERATIONS[id], written.operands));
  const fewest = Math.min(...attempts.map(({ wrong }) => wrong.length));
  const nearest = attempts.filter(({ wrong }) => wrong.length === fewest);
  const places = new Set(nearest.map(({ wrong }) => wrong.join()));
  if (fewest === 0 || places.size > 1 || (fewest > 1 && ids.length > 1)) {
    return context.report(general(ids, written));
  }
  for (const index of nearest[0]!.wrong.slice(0, MAX_MISTAKES_FOUND)) {
    context.report(wrongAt(context, nearest, written, index));
  }
  return null;
}

/** What an overload would take, and the places of the arguments that are not that. */
type Attempt = {
  readonly types: readonly (ValueType | 'a scalar' | 'an array')[];
  readonly wrong: readonly number[];
};

function attempt(context: CheckContext, operation: Operation, operands: readonly Checked[]): Attempt {
  const declared = declaredTypes(operation, operands.length);
  const variable = wantedVariable(context, declared, operands);
  const known = variable === null ? null : withVariable(operation, declared, variable);
  const types = known ?? declared.map(withoutVariable);
  const wrong = types.flatMap((type, index) => {
    const isAny = type === 'a scalar' || type === 'an array';
    return isAny || coercionCost(operands[index]!, type) === null ? [index] : [];
  });
  return { types, wrong };
}

function withoutVariable(type: ParameterType): ValueType | 'a scalar' | 'an array' {
  return type === 'T' ? 'a scalar' : type === 'ARRAY<T>' ? 'an array' : type;
}

/** The type that `T` has to be for most: that of the first argument that is no literal, else of the first; null when none tells. */
function wantedVariable(
  context: CheckContext,
  declared: readonly ParameterType[],
  operands: readonly Checked[],
): ValueType | null {
  const typed = operands.flatMap((operand, index) => {
    const { type } = operand.expression;
    const own = declared[index] === 'ARRAY<T>' ? elementTypeOf(type) : declared[index] === 'T' ? type : null;
    return own === null || operand.isNull ? [] : [{ own, operand }];
  });
  const firm = typed.find(({ operand }) => !operand.isLiteral);
  const literal = typed.find(({ operand }) => columnInQuotes(context, operand) === null);
  return (firm ?? literal ?? typed[0])?.own ?? null;
}

function wrongAt(
  context: CheckContext,
  attempts: readonly Attempt[],
  { name, operands }: Written,
  index: number,
): Mistake {
  const operand = operands[index]!;
  const wanted = [...new Set(attempts.map(({ types }) => types[index]!))];
  const what = placeOf(name, index, operands.length);
  const time = wrongTime(operand, wanted[0]!);
  if (time !== null) return { ...time, message: `${what} ${time.message}` };
  const found = operand.expression.type;
  const expected = wanted.join(' or ');
  const message = `${what} is ${found}; it must be ${expected}`;
  const types = wanted.filter((type) => type !== 'a scalar' && type !== 'an array');
  const isList = name === 'IN' && types.some((type) => found === `ARRAY<${type}>`);
  const suggestion = isList ? 'IN UNNEST(…)' : suggestedAs(context, operand, types);
  const { position } = operand;
  return { position, message, found, expected, ...(suggestion !== null && { suggestion }) };
}

/** A text that would do if it were a time. */
function wrongTime({ expression, position, isLiteral }: Checked, type: string): Mistake | null {
  const isTime = type === 'TIMESTAMP' || type === 'DATE';
  if (!isTime || !isLiteral || expression.kind !== 'literal' || expression.type !== 'STRING') return null;
  const found = JSON.stringify(String(expression.value).slice(0, 64));
  const expected =
    type === 'DATE' ? "a DATE such as '2013-01-31'" : "a TIMESTAMP such as '2013-01-31 15:00:00Z'";
  return { position, message: `is ${found}; it must be ${expected}`, found, expected };
}

/** `argument 2 of SUBSTR`, `the right side of +`. */
function placeOf(name: string, index: number, count: number): string {
  if (/^[A-Z_0-9]+$/.test(name) && !WORDS.has(name)) return `argument ${index + 1} of ${name}`;
  if (name.startsWith('[')) return index === 0 ? 'what an element is taken of' : 'the place of an element';
  if (count === 1) return `the operand of ${name.replace('unary ', '')}`;
  if (count === 2) return `the ${index === 0 ? 'left' : 'right'} side of ${name}`;
  return `operand ${index + 1} of ${name}`;
}

/** Operators that are written as words. */
const WORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE']);

function general(ids: readonly OperationId[], { name, position, operands }: Written): Mistake {
  const expected = [...new Set(ids.map((id) => signatureText(OPERATIONS[id])))].join(', or ');
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

/** The same arguments in the order that an overload takes; those of one type stay in their order. */
function otherOrder(ids: readonly OperationId[], { name, position, operands }: Written): Mistake | null {
  if (operands.length < 2 || operands.length > MAX_REORDERED || !/^[A-Z_0-9]+$/.test(name)) return null;
  const typeAt = (index: number) => operands[index]!.expression.type;
  const orders = permutations(operands.length).filter((order) => {
    const keeps = order.every((a, i) => order.slice(i).every((b) => a <= b || typeAt(a) !== typeAt(b)));
    const reordered = order.map((index) => operands[index]!);
    return keeps && ids.some((id) => typesTaken(OPERATIONS[id], reordered) !== null);
  });
  if (orders.length !== 1) return null;
  const found = typeList(operands);
  const places = orders[0]!.map((index) => `argument ${index + 1}`).join(', ');
  const message = `${name} does not take ${found}; it takes them in another order`;
  return { position, message, found, expected: places, suggestion: `${name}(${places})` };
}

function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => order.toSpliced(at, 0, count - 1)),
  );
}

/** So many arguments are tried in every order. */
const MAX_REORDERED = 4;
