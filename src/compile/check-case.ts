import type { Expression } from '../definition/expression.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import { type CheckContext, type Checked, callOf, checkAll, checkedOf } from './checked.js';
import { coerce, supertype, typeList } from './coercion.js';
import type { CaseNode, SyntaxNode } from './syntax.js';

/** CASE, with an operand or with conditions; without ELSE it is NULL where nothing matches. */
export function checkCase(context: CheckContext, node: CaseNode): Checked | null {
  const { operand, branches, otherwise, position } = node;
  const tests = checkAll(context, present([operand, ...branches.map(({ when }) => when)]));
  const results = checkAll(context, present([...branches.map(({ result }) => result), otherwise]));
  if (tests === null || results === null) return null;
  const typedTests = operand === null ? conditions(context, tests) : comparable(context, tests, position);
  const type = resultType(context, results, position);
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

function resultType(context: CheckContext, results: readonly Checked[], position: number): ValueType | null {
  const type = supertype(results);
  if (type !== null) return type;
  const found = typeList(results);
  const message = `the results of CASE are ${found}; they must have one type`;
  return context.report({ position, message, found });
}

function comparable(
  context: CheckContext,
  tests: readonly Checked[],
  position: number,
): readonly Expression[] | null {
  const type = supertype(tests);
  if (type !== null && elementTypeOf(type) === null) return tests.map((test) => coerce(test, type));
  const found = typeList(tests);
  return context.report({ position, message: `CASE compares ${found}; they must have one type`, found });
}

function conditions(context: CheckContext, tests: readonly Checked[]): readonly Expression[] | null {
  const wrong = tests.filter(({ isNull, expression }) => !isNull && expression.type !== 'BOOL');
  for (const { expression, position } of wrong) {
    const found = expression.type;
    const message = `the condition of WHEN is ${found}; it must be BOOL`;
    context.report({ position, message, found, expected: 'BOOL' });
  }
  return wrong.length === 0 ? tests.map((test) => coerce(test, 'BOOL')) : null;
}
