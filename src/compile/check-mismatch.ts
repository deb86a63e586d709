import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import type { CheckContext, Checked } from './checked.js';
import { coercionCost, typeList } from './coercion.js';
import type { Operation, ParameterType } from './operation/operation.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import type { Mistake } from './problem.js';
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
  for (const index of nearest[0]!.wrong) context.report(wrongAt(context, nearest, written, index));
  return null;
}

/** What an overload would take, and the places of the arguments that are not that. */
type Attempt = { readonly types: readonly (ValueType | null)[]; readonly wrong: readonly number[] };

function attempt(context: CheckContext, operation: Operation, operands: readonly Checked[]): Attempt {
  const declared = declaredTypes(operation, operands.length);
  const types = withVariable(operation, declared, wantedVariable(context, declared, operands));
  const wanted = types ?? declared.map((type) => (type === 'T' || type === 'ARRAY<T>' ? null : type));
  const wrong = wanted.flatMap((type, index) =>
    type === null || coercionCost(operands[index]!, type) === null ? [index] : [],
  );
  return { types: wanted, wrong };
}

/** The type that `T` has to be for most: that of the first argument that is no literal, else of the first. */
function wantedVariable(
  context: CheckContext,
  declared: readonly ParameterType[],
  operands: readonly Checked[],
): ValueType {
  const typed = operands.flatMap((operand, index) => {
    const { type } = operand.expression;
    const own = declared[index] === 'ARRAY<T>' ? elementTypeOf(type) : declared[index] === 'T' ? type : null;
    return own === null || operand.isNull ? [] : [{ own, operand }];
  });
  const firm = typed.find(({ operand }) => !operand.isLiteral);
  const literal = typed.find(({ operand }) => columnInQuotes(context, operand) === null);
  return (firm ?? literal ?? typed[0])?.own ?? 'INT64';
}

function wrongAt(
  context: CheckContext,
  attempts: readonly Attempt[],
  { name, operands }: Written,
  index: number,
): Mistake {
  const operand = operands[index]!;
  const found = operand.expression.type;
  const time = wrongTime(operand, attempts[0]!.types[index] ?? null);
  const what = placeOf(name, index, operands.length);
  if (time !== null) return { ...time, message: `${what} ${time.message}` };
  const wanted = [...new Set(attempts.map(({ types }) => types[index]))].filter((type) => type != null);
  const expected = wanted.length === 0 ? 'a scalar' : wanted.join(' or ');
  const message = `${what} is ${found}; it must be ${expected}`;
  const suggestion = suggestedAs(context, operand, wanted);
  const { position } = operand;
  return { position, message, found, expected, ...(suggestion !== null && { suggestion }) };
}

/** A text that would do if it were a time. */
function wrongTime({ expression, position, isLiteral }: Checked, type: ValueType | null): Mistake | null {
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

/** The same arguments in the order that an overload takes, where exactly one order does. */
function otherOrder(ids: readonly OperationId[], { name, position, operands }: Written): Mistake | null {
  if (operands.length < 2 || operands.length > MAX_REORDERED || !/^[A-Z_0-9]+$/.test(name)) return null;
  const orders = permutations(operands.length).filter((order) =>
    ids.some(
      (id) =>
        typesTaken(
          OPERATIONS[id],
          order.map((index) => operands[index]!),
        ) !== null,
    ),
  );
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
