import type { Expression } from '../definition/expression.js';
import { elementTypeOf } from '../definition/value-type.js';
import { commonType } from './check-results.js';
import { type CheckContext, type Checked, callOf, checkAll, checkedOf } from './checked.js';
import { coerce } from './coercion.js';
import { suggestedAs } from './suggested-cast.js';
import type { CaseNode, SyntaxNode } from './syntax.js';

/** CASE, with an operand or with conditions; without ELSE it is NULL where nothing matches. */
export function checkCase(context: CheckContext, node: CaseNode): Checked | null {
  const { operand, branches, otherwise, position } = node;
  const tests = checkAll(context, present([operand, ...branches.map(({ when }) => when)]));
  const results = checkAll(context, present([...branches.map(({ result }) => result), otherwise]));
  if (tests === null || results === null) return null;
  const typedTests = operand === null ? conditions(context, tests) : comparable(context, tests);
  const type = commonType(context, results, 'a result of CASE');
  if (typedTests === null || type === null) return null;
  const typedResults = results.map((result) => coerce(result, type));
  const whens = operand === null ? typedTests : typedTests.slice(1);
  const pairs = whens.flatMap((when, index) => [when, typedResults[index]!]);
  const last = otherwise ? typedResults.at(-1)! : ({ kind: 'literal', type, value: null } as const);
  if (operand === null) return checkedOf(callOf('case', type, [...pairs, last]), position);
  return checkedOf(callOf('case_match', type, [typedTests[0]!, ...pairs, last]), position);
}

function present(nodes: readonly (SyntaxNode | null)[]): readonly SyntaxNode[] {
  return nodes.filter((node) => node !== null);
}

function comparable(context: CheckContext, tests: readonly Checked[]): readonly Expression[] | null {
  const type = commonType(context, tests, 'what CASE compares');
  if (type === null) return null;
  if (elementTypeOf(type) === null) return tests.map((test) => coerce(test, type));
  const { position } = tests[0]!;
  return context.report({ position, message: 'CASE does not compare arrays', found: type });
}

function conditions(context: CheckContext, tests: readonly Checked[]): readonly Expression[] | null {
  const wrong = tests.filter(({ isNull, expression }) => !isNull && expression.type !== 'BOOL');
  for (const test of wrong) reportCondition(context, test, 'the condition of WHEN');
  return wrong.length === 0 ? tests.map((test) => coerce(test, 'BOOL')) : null;
}

/** A condition that is no BOOL. */
export function reportCondition(context: CheckContext, condition: Checked, what: string): null {
  const { expression, position } = condition;
  const found = expression.type;
  const message = `${what} is ${found}; it must be BOOL`;
  const suggestion = suggestedAs(context, condition, ['BOOL']);
  return context.report({
    position,
    message,
    found,
    expected: 'BOOL',
    ...(suggestion !== null && { suggestion }),
  });
}
