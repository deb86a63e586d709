import type { Expression } from '../definition/expression.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import { checkArray } from './check-array.js';
import { checkCall } from './check-call.js';
import { checkCase } from './check-case.js';
import { checkName } from './check-name.js';
import { checkExtract } from './check-time.js';
import { type Allowance, type CheckContext, type Checked, callOf, checkedOf, type Scope } from './checked.js';
import { coerce, coercionCost } from './coercion.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import { parse } from './parser.js';
import { type ExpressionProblem, MAX_MISTAKES_FOUND, type Mistake, problemOf } from './problem.js';
import type { CastNode, SyntaxNode } from './syntax.js';

export type { Scope } from './checked.js';
export type { ExpressionProblem } from './problem.js';

/** What the text of an expression may be at most, in code units. */
const MAX_EXPRESSION_LENGTH = 65_536;

/**
 * Parses and types an expression (S5), or tells every mistake in it with its place. `row` sees the scope only; `read` also
 * AS_OF(); `transform` also fitted functions `F(x, …) OVER ()`.
 */
export function checkExpression(
  text: string,
  options: { readonly scope: Scope; readonly allow: Allowance },
): { expression: Expression } | { problems: readonly ExpressionProblem[] } {
  const unreadable = wholeMistake(text);
  if (unreadable !== null) return { problems: [problemOf(text, unreadable)] };
  const { node, mistakes: syntax } = parse(text);
  const mistakes: Mistake[] = [...syntax];
  const context: CheckContext = {
    ...options,
    text,
    outermost: node,
    check: (child) => (mistakes.length < MAX_MISTAKES_FOUND ? checkNode(context, child) : null),
    report: (mistake) => {
      mistakes.push(mistake);
      return null;
    },
  };
  const checked = context.check(node);
  if (checked !== null && mistakes.length === 0) return { expression: checked.expression };
  const inOrder = mistakes.toSorted((a, b) => a.position - b.position).slice(0, MAX_MISTAKES);
  return { problems: inOrder.map((mistake) => problemOf(text, mistake)) };
}

/** What is wrong with the text before it is read. */
function wholeMistake(text: string): Mistake | null {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `the expression has ${text.length} characters; the limit is ${MAX_EXPRESSION_LENGTH}`;
    return { position: MAX_EXPRESSION_LENGTH, message };
  }
  const position = text.search(/\p{Surrogate}/u);
  return position < 0 ? null : { position, message: 'half of a surrogate pair is no character' };
}

function checkNode(context: CheckContext, node: SyntaxNode): Checked | null {
  switch (node.kind) {
    case 'literal': {
      const expression = { kind: 'literal', type: node.type ?? 'INT64', value: node.value } as const;
      return { expression, isLiteral: true, isNull: node.type === null, position: node.position };
    }
    case 'name':
      return checkName(context, node);
    case 'call':
      return checkCall(context, node);
    case 'case':
      return checkCase(context, node);
    case 'cast':
      return checkCast(context, node);
    case 'array':
      return checkArray(context, node);
    case 'extract':
      return checkExtract(context, node);
    case 'error':
      for (const part of node.parts) context.check(part);
      return null;
    case 'interval':
      return context.report({
        position: node.position,
        message:
          'an INTERVAL stands only beside + and -, and in TIMESTAMP_ADD, TIMESTAMP_SUB, DATE_ADD and DATE_SUB',
      });
  }
}

function checkCast(context: CheckContext, { argument, to, position }: CastNode): Checked | null {
  const operand = context.check(argument);
  if (operand === null) return null;
  const from = operand.expression.type;
  if (operand.isNull || from === to || isLiteralArrayOf(operand, to))
    return checkedOf(coerce(operand, to), position);
  const id = `cast_${from}_${to}`.toLowerCase();
  if (Object.hasOwn(OPERATIONS, id)) {
    return checkedOf(callOf(id as OperationId, to, [operand.expression]), position);
  }
  if (elementTypeOf(from) !== null || elementTypeOf(to) !== null) {
    const message = `${from} cannot be cast to ${to}; an array is cast to its own type only`;
    return context.report({ position, message, found: from, expected: from });
  }
  const targets = Object.keys(OPERATIONS).filter((key) => key.startsWith(`cast_${from}_`.toLowerCase()));
  const expected = targets.map((key) => key.split('_').at(-1)!.toUpperCase()).join(', ') || 'nothing';
  const message = `${from} cannot be cast to ${to}; it can be cast to ${expected}`;
  return context.report({ position, message, found: from, expected });
}

/** An array literal may be cast to what it would be read as anyway. */
function isLiteralArrayOf(operand: Checked, to: ValueType): boolean {
  return elementTypeOf(to) !== null && coercionCost(operand, to) !== null;
}

/** Mistakes told at once. */
const MAX_MISTAKES = 20;
