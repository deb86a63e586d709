import { closestName } from '../definition/closest-name.js';
import type { Expression } from '../definition/expression.js';
import { checkArray } from './check-array.js';
import { checkCall } from './check-call.js';
import { checkCase } from './check-case.js';
import { checkExtract } from './check-time.js';
import { type Allowance, type CheckContext, type Checked, callOf, checkedOf, type Scope } from './checked.js';
import { coerce } from './coercion.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import { parse } from './parser.js';
import { type ExpressionProblem, type Mistake, problemOf, SyntaxMistake } from './problem.js';
import type { CastNode, NameNode, SyntaxNode } from './syntax.js';

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
  const parsed = parseOrMistake(text);
  if (parsed instanceof SyntaxMistake) return { problems: [problemOf(text, parsed.mistake)] };
  const mistakes: Mistake[] = [];
  const context: CheckContext = {
    ...options,
    outermost: parsed,
    check: (node) => checkNode(context, node),
    report: (mistake) => {
      if (mistakes.length < MAX_MISTAKES) mistakes.push(mistake);
      return null;
    },
  };
  const checked = context.check(parsed);
  if (checked !== null && mistakes.length === 0) return { expression: checked.expression };
  return { problems: mistakes.map((mistake) => problemOf(text, mistake)) };
}

function parseOrMistake(text: string): SyntaxNode | SyntaxMistake {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `the expression has ${text.length} characters; the limit is ${MAX_EXPRESSION_LENGTH}`;
    return new SyntaxMistake({ position: 0, message });
  }
  if (!text.isWellFormed()) {
    return new SyntaxMistake({ position: 0, message: 'the text holds half of a surrogate pair' });
  }
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SyntaxMistake) return error;
    throw error;
  }
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
    case 'interval':
      return context.report({
        position: node.position,
        message: 'an INTERVAL stands only in TIMESTAMP_ADD, TIMESTAMP_SUB, DATE_ADD and DATE_SUB',
      });
  }
}

/** A name of the scope; GoogleSQL does not care about the case of names, so a single other spelling is meant too. */
function checkName({ scope, report }: CheckContext, { name, position }: NameNode): Checked | null {
  const candidates = [...scope.keys()].filter((known) => known.toLowerCase() === name.toLowerCase());
  const known = scope.has(name) ? name : candidates.length === 1 ? candidates[0]! : null;
  if (known !== null) {
    return checkedOf({ kind: 'column', name: known, type: scope.get(known)! }, position);
  }
  if (candidates.length > 1) {
    const message = `"${name}" could be ${candidates.join(' or ')}; write one of them exactly`;
    return report({ position, message, found: name });
  }
  const suggestion = closestName(name, scope.keys());
  const message = `there is no column "${name.slice(0, 128)}"`;
  return report({ position, message, found: name, ...(suggestion && { suggestion: `"${suggestion}"` }) });
}

function checkCast(context: CheckContext, { argument, to, position }: CastNode): Checked | null {
  const operand = context.check(argument);
  if (operand === null) return null;
  const from = operand.expression.type;
  if (operand.isNull || from === to) return checkedOf(coerce(operand, to), position);
  const id = `cast_${from}_${to}`.toLowerCase();
  if (Object.hasOwn(OPERATIONS, id)) {
    return checkedOf(callOf(id as OperationId, to, [operand.expression]), position);
  }
  const targets = Object.keys(OPERATIONS).filter((key) => key.startsWith(`cast_${from}_`.toLowerCase()));
  const expected = targets.map((key) => key.split('_').at(-1)!.toUpperCase()).join(', ') || 'nothing';
  const message = `${from} cannot be cast to ${to}; it can be cast to ${expected}`;
  return context.report({ position, message, found: from, expected });
}

/** Mistakes told at once. */
const MAX_MISTAKES = 20;
