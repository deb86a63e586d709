import { closestName } from '../definition/closest-name.js';
import { FITTED_FUNCTIONS } from '../definition/expression.js';
import { reportCondition } from './check-case.js';
import { checkConcat } from './check-concat.js';
import { EXPANSIONS, reportExpansion } from './check-expansion.js';
import { checkFitted } from './check-fitted.js';
import { GEOGRAPHY_CALLS } from './check-geography.js';
import { NORMALIZE_CALLS } from './check-normalize.js';
import { resolveOverload } from './check-overload.js';
import { commonType } from './check-results.js';
import { TIME_CALLS } from './check-time.js';
import { type CheckContext, type Checked, callOf, checkAll, checkedOf } from './checked.js';
import { coerce } from './coercion.js';
import { insteadOf, refusalOf } from './foreign-function.js';
import { isFunctionName } from './function-name.js';
import { ALIASES, OVERLOADS } from './operation/table.js';

import type { CallNode } from './syntax.js';

/** Types a function call or an operator. */
export function checkCall(context: CheckContext, node: CallNode): Checked | null {
  const isFitted = FITTED_FUNCTIONS.some((name) => name === node.name);
  if (EXPANSIONS.some((name) => name === node.name)) return reportExpansion(context, node);
  if (isFitted || node.over) return checkFitted(context, node);
  const own = Object.hasOwn(OWN_RULES, node.name) ? OWN_RULES[node.name] : undefined;
  if (own !== undefined) return hasError(node) ? checkRest(context, node) : own(context, node);
  const ids = OVERLOADS.get(Object.hasOwn(ALIASES, node.name) ? ALIASES[node.name]! : node.name);
  if (ids === undefined) return reportUnknown(context, node);
  const operands = checkAll(context, node.arguments);
  if (operands === null) return null;
  return resolveOverload(context, ids, { name: node.name, position: node.position, operands });
}

/** Arguments that are no expressions tell neither how many there should be nor what is wrong with the others. */
function hasError({ arguments: nodes }: CallNode): boolean {
  return nodes.some(({ kind }) => kind === 'error' || kind === 'named');
}

/** The mistakes within arguments, but for names where they may be parts and the like. */
function checkRest(context: CheckContext, { name, arguments: nodes }: CallNode): null {
  const isOfValues = OF_VALUES.has(name) || !/^[A-Z]/.test(name);
  for (const node of nodes) {
    if (node.kind !== 'interval' && (isOfValues || node.kind !== 'name')) context.check(node);
  }
  return null;
}

/** Functions with rules of their own whose arguments are all values. */
const OF_VALUES = new Set(['IF', 'IFNULL', 'CONCAT']);

type Rule = (context: CheckContext, node: CallNode) => Checked | null;

/** Calls whose arguments are not all values, or whose form is not that of the operation. */
const OWN_RULES: Readonly<Record<string, Rule>> = {
  ...GEOGRAPHY_CALLS,
  ...NORMALIZE_CALLS,
  ...TIME_CALLS,
  AS_OF: checkAsOf,
  IF: checkIf,
  IFNULL: checkIfNull,
  CONCAT: checkConcat,
  '||': checkConcat,
  'unary +': checkPlus,
  'IS UNKNOWN': checkIsUnknown,
};

function checkAsOf(context: CheckContext, node: CallNode): Checked | null {
  if (context.allow === 'row') {
    const message = 'AS_OF() is the time of an answer; a row expression sees its row only';
    return context.report({ position: node.position, message });
  }
  if (node.arguments.length > 0) {
    return context.report({ position: node.position, message: 'AS_OF takes no arguments' });
  }
  return checkedOf({ kind: 'asOf', type: 'TIMESTAMP' }, node.position);
}

function checkIf(context: CheckContext, node: CallNode): Checked | null {
  if (node.arguments.length !== 3) return reportCount(context, node, '3 arguments');
  const operands = checkAll(context, node.arguments);
  if (operands === null) return null;
  const [condition, ...results] = operands as readonly [Checked, Checked, Checked];
  const isCondition = condition.isNull || condition.expression.type === 'BOOL';
  if (!isCondition) reportCondition(context, condition, 'the condition of IF');
  const type = commonType(context, results, 'a result of IF');
  if (!isCondition || type === null) return null;
  const typed = [coerce(condition, 'BOOL'), ...results.map((result) => coerce(result, type))];
  return checkedOf(callOf('case', type, typed), node.position);
}

function checkIfNull(context: CheckContext, node: CallNode): Checked | null {
  if (node.arguments.length !== 2) return reportCount(context, node, '2 arguments');
  const operands = checkAll(context, node.arguments);
  if (operands === null) return null;
  return resolveOverload(context, ['coalesce'], { name: 'IFNULL', position: node.position, operands });
}

function checkPlus(context: CheckContext, node: CallNode): Checked | null {
  const operand = context.check(node.arguments[0]!);
  if (operand === null) return null;
  const { type } = operand.expression;
  if (type === 'INT64' || type === 'FLOAT64') return checkedOf(operand.expression, node.position);
  return context.report({ position: node.position, message: `+ does not take ${type}`, found: type });
}

/** IS NULL of a BOOL. */
function checkIsUnknown(context: CheckContext, node: CallNode): Checked | null {
  const operand = context.check(node.arguments[0]!);
  if (operand === null) return null;
  if (!operand.isNull && operand.expression.type !== 'BOOL') {
    return reportCondition(context, operand, 'the left side of IS UNKNOWN');
  }
  return checkedOf(callOf('is_null', 'BOOL', [coerce(operand, 'BOOL')]), node.position);
}

function reportCount(context: CheckContext, node: CallNode, expected: string): null {
  const found = String(node.arguments.length);
  const message = `${node.name} takes ${expected}, not ${found}`;
  return context.report({ position: node.position, message, found, expected });
}

function reportUnknown(context: CheckContext, { name, position, arguments: operands }: CallNode): null {
  const refusal = refusalOf(name);
  if (refusal !== null) return context.report({ position, message: `${name} ${refusal}`, found: name });
  for (const operand of operands) context.check(operand);
  const suggestion = insteadOf(name) ?? closestName(name, FUNCTION_NAMES);
  const message = `there is no function ${name.slice(0, 64)}`;
  return context.report({ position, message, found: name, ...(suggestion !== null && { suggestion }) });
}

/** Everything that is written as a function. */
export const FUNCTION_NAMES: readonly string[] = [
  'CAST',
  'SAFE_CAST',
  'EXTRACT',
  ...OVERLOADS.keys(),
  ...Object.keys(ALIASES),
  ...Object.keys(OWN_RULES),
  ...FITTED_FUNCTIONS,
  ...EXPANSIONS,
].filter(isFunctionName);
