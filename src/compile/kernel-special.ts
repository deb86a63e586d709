import type { CallExpression, Expression } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import type { ScalarType, ValueType } from '../definition/value-type.js';
import { anyOf, type Emitter, fill, type Operand, zeroOf } from './kernel-operand.js';
import { EQUAL, LESS, type SpecialForm } from './operation/operation.js';

type Emit = (source: Emitter, node: CallExpression) => Operand;

/** Operations made for NULL, and lazy ones: an operand is computed only where its value counts. */
export const SPECIAL_FORMS: Record<SpecialForm, Emit> = {
  and: (source, node) => emitLogic(source, node, { decisive: 'false', neutral: 'true' }),
  or: (source, node) => emitLogic(source, node, { decisive: 'true', neutral: 'false' }),
  case: emitCase,
  case_match: emitCaseMatch,
  coalesce: emitCoalesce,
  nullif: emitNullif,
  between: emitBetween,
  in: emitIn,
  in_unnest: emitInUnnest,
  is_null: (source, node) => total(source, ([a]) => a!.isNull, node),
  is_true: (source, node) => total(source, ([a]) => `!${a!.isNull} && ${a!.value}`, node),
  is_false: (source, node) => total(source, ([a]) => `!${a!.isNull} && !${a!.value}`, node),
  is_distinct: (source, node) => total(source, (operands) => distinct(node, operands), node),
  greatest: (source, node) => emitExtreme(source, node, (best, next, type) => less(type, best, next)),
  least: (source, node) => emitExtreme(source, node, (best, next, type) => less(type, next, best)),
};

/** AND and OR: a decisive operand settles it whatever the others are; else NULL if one of them is (S7). */
function emitLogic(
  source: Emitter,
  node: CallExpression,
  { decisive, neutral }: { decisive: string; neutral: string },
): Operand {
  const result = source.declare('BOOL', neutral);
  const label = `L${source.fresh()}`;
  source.line(`${label}: {`);
  for (const argument of node.arguments) {
    const { value, isNull } = source.emit(argument);
    const settles = `${result.value} = ${decisive}; ${result.isNull} = false; break ${label};`;
    source.line(`if (${isNull}) ${result.isNull} = true;`);
    source.line(`else if (${value} === ${decisive}) { ${settles} }`);
  }
  source.line('}');
  return result;
}

function emitCase(source: Emitter, node: CallExpression): Operand {
  return emitBranches(source, node, node.arguments, ({ value, isNull }) => `!${isNull} && ${value}`);
}

function emitCaseMatch(source: Emitter, node: CallExpression): Operand {
  const [subject, ...branches] = node.arguments;
  const operand = source.emit(subject!);
  return emitBranches(source, node, branches, (when) => {
    const same = equal(subject!.type, operand.value, when.value);
    return `!${operand.isNull} && !${when.isNull} && ${same}`;
  });
}

/** Tests and values in turn, the last value alone. */
function emitBranches(
  source: Emitter,
  node: CallExpression,
  branches: readonly Expression[],
  matches: (when: Operand) => string,
): Operand {
  const result = source.declare(node.type);
  const label = `L${source.fresh()}`;
  const results: Operand[] = [];
  const take = (branch: Expression): string => {
    const operand = source.emit(branch);
    results.push(operand);
    return assign(result, operand);
  };
  source.line(`${label}: {`);
  for (let i = 0; i + 1 < branches.length; i += 2) {
    source.line(`if (${matches(source.emit(branches[i]!))}) {`);
    source.line(`${take(branches[i + 1]!)} break ${label}; }`);
  }
  source.line(take(branches.at(-1)!));
  source.line('}');
  return results.every(({ isNull }) => isNull === 'false') ? { ...result, isNull: 'false' } : result;
}

function emitCoalesce(source: Emitter, node: CallExpression): Operand {
  const result = source.declare(node.type, zeroOf(node.type), 'true');
  const label = `L${source.fresh()}`;
  source.line(`${label}: {`);
  for (const argument of node.arguments) {
    const operand = source.emit(argument);
    if (operand.isNull === 'false') {
      source.line(`${assign(result, operand)} }`);
      return { ...result, isNull: 'false' };
    }
    source.line(`if (!${operand.isNull}) { ${assign(result, operand)} break ${label}; }`);
  }
  source.line('}');
  return result;
}

function emitNullif(source: Emitter, node: CallExpression): Operand {
  const [value, other] = node.arguments.map((argument) => source.emit(argument)) as [Operand, Operand];
  const same = equal(node.arguments[0]!.type, value.value, other.value);
  const isNull = `${value.isNull} || (!${other.isNull} && ${same})`;
  return source.declare(node.type, value.value, isNull);
}

/** x >= low AND x <= high: one bound that fails settles it. */
function emitBetween(source: Emitter, node: CallExpression): Operand {
  const operands = node.arguments.map((argument) => source.emit(argument));
  const [x, low, high] = operands as [Operand, Operand, Operand];
  const { type } = node.arguments[0]!;
  const belowLow = `(!(${anyOf([x, low])}) && ${less(type, x.value, low.value)})`;
  const aboveHigh = `(!(${anyOf([x, high])}) && ${less(type, high.value, x.value)})`;
  const result = source.declare('BOOL', `!(${belowLow} || ${aboveHigh})`);
  source.line(`${result.isNull} = ${result.value} && (${anyOf(operands)});`);
  return result;
}

/** TRUE if an item equals x, else NULL if x or an item is NULL, else FALSE. */
function emitIn(source: Emitter, node: CallExpression): Operand {
  const [subject, ...items] = node.arguments;
  const x = source.emit(subject!);
  const result = source.declare('BOOL', 'false', x.isNull);
  if (isConstantSet(subject!.type, items)) {
    const members = source.constant(new Set(items.map((item) => item.kind === 'literal' && item.value)));
    source.line(`if (!${result.isNull}) ${result.value} = ${members.value}.has(${x.value});`);
    return result;
  }
  const label = `L${source.fresh()}`;
  source.line(`if (!${result.isNull}) ${label}: {`);
  for (const item of items) {
    const { value, isNull } = source.emit(item);
    const found = `${result.value} = true; ${result.isNull} = false; break ${label};`;
    source.line(`if (${isNull}) ${result.isNull} = true;`);
    source.line(`else if (${equal(subject!.type, x.value, value)}) { ${found} }`);
  }
  source.line('}');
  return result;
}

/** FALSE for an array that is NULL or empty, else NULL for a NULL value: its elements are never NULL (S3). */
function emitInUnnest(source: Emitter, node: CallExpression): Operand {
  const [x, items] = node.arguments.map((argument) => source.emit(argument)) as [Operand, Operand];
  const result = source.declare('BOOL');
  const members = constantSet(node.arguments[0]!.type, node.arguments[1]!);
  const test =
    members === null
      ? `rt.includes(${items.value}, ${x.value})`
      : `${source.constant(members).value}.has(${x.value})`;
  const found = `${result.value} = ${test};`;
  source.line(`if (!(${items.isNull}) && ${items.value}.length > 0) {`);
  source.line(`if (${x.isNull}) ${result.isNull} = true; else ${found} }`);
  return result;
}

/** Members of a constant array, where a Set tells them apart. */
function constantSet(type: ValueType, items: Expression): ReadonlySet<Value> | null {
  if (items.kind !== 'literal' || type === 'BYTES') return null;
  return new Set(items.value as readonly Value[] | null);
}

/** A Set compares by SameValueZero: 0 is -0, bigints and strings by value; bytes by identity, so not those. */
function isConstantSet(type: ValueType, items: readonly Expression[]): boolean {
  return type !== 'BYTES' && items.every((item) => item.kind === 'literal' && item.value !== null);
}

/** The first of the greatest; NULL if one is NULL. */
function emitExtreme(
  source: Emitter,
  node: CallExpression,
  isBetter: (best: string, next: string, type: ValueType) => string,
): Operand {
  const operands = node.arguments.map((argument) => source.emit(argument));
  const result = source.declare(node.type, zeroOf(node.type), anyOf(operands));
  source.line(`if (!${result.isNull}) { ${result.value} = ${operands[0]!.value};`);
  for (const { value } of operands.slice(1)) {
    source.line(`if (${isBetter(result.value, value, node.type)}) ${result.value} = ${value};`);
  }
  source.line('}');
  return result;
}

/** A test that is never NULL. */
function total(
  source: Emitter,
  code: (operands: readonly Operand[]) => string,
  node: CallExpression,
): Operand {
  const operands = node.arguments.map((argument) => source.emit(argument));
  return { value: source.define(code(operands)), isNull: 'false' };
}

function distinct(node: CallExpression, operands: readonly Operand[]): string {
  const [a, b] = operands as readonly [Operand, Operand];
  const same = equal(node.arguments[0]!.type, a.value, b.value);
  return `(${a.isNull}) !== (${b.isNull}) || (!${a.isNull} && !(${same}))`;
}

function assign(result: Operand, from: Operand): string {
  return `${result.value} = ${from.value}; ${result.isNull} = ${from.isNull};`;
}

function less(type: ValueType, a: string, b: string): string {
  return fill(LESS[type as ScalarType] ?? '$0 < $1', [a, b]);
}

function equal(type: ValueType, a: string, b: string): string {
  return fill(EQUAL[type as ScalarType] ?? '$0 === $1', [a, b]);
}
