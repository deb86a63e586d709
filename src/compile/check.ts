import type { Expression } from '../definition/expression.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import { checkArray } from './check-array.js';
import { checkCall } from './check-call.js';
import { checkCase } from './check-case.js';
import { expandedFields } from './check-expansion.js';
import { checkName } from './check-name.js';
import { checkExtract } from './check-time.js';
import { type Allowance, type CheckContext, type Checked, callOf, checkedOf, type Scope } from './checked.js';
import { coerce, coercionCost } from './coercion.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import { NOT_HERE } from './parse-struct.js';
import { type Parsed, parse } from './parser.js';
import { type ExpressionProblem, MAX_MISTAKES_FOUND, type Mistake, problemOf } from './problem.js';
import type { CastNode, NamedNode, SyntaxNode } from './syntax.js';

export type { Scope } from './checked.js';
export type { ExpressionProblem } from './problem.js';

/** What the text of an expression may be at most, in code units. */
const MAX_EXPRESSION_LENGTH = 65_536;

/**
 * Parses and types an expression (S5), or tells every mistake in it with its place. `row` sees the scope only; `read` also
 * AS_OF(); `transform` also preprocessing functions.
 */
export function checkExpression(
  text: string,
  options: { readonly scope: Scope; readonly allow: Allowance },
): { expression: Expression } | { problems: readonly ExpressionProblem[] } {
  const checking = new Checking(text, options);
  const node = checking.read(parse);
  const checked = node === null ? null : checking.check(node);
  return checked === null || checking.mistakes.length > 0
    ? { problems: checking.problems() }
    : { expression: checked.expression };
}

/** One expression of a transform's output, and the field it is where the output stands for several. */
export type OutputExpression = { readonly field: string | null; readonly expression: Expression };

/**
 * Parses and types an output of a transform: one expression, or one for each field where it holds a FEATURE_CROSS or a
 * POLYNOMIAL_EXPAND of several.
 */
export function checkTransformOutput(
  text: string,
  scope: Scope,
): { outputs: readonly OutputExpression[] } | { problems: readonly ExpressionProblem[] } {
  const checking = new Checking(text, { scope, allow: 'transform' });
  const node = checking.read(parse);
  const fields = node === null ? null : expandedFields(checking.contextOf(node), node);
  const outputs = (fields ?? []).flatMap(({ field, node: expanded }) => {
    const checked = checking.check(expanded);
    return checked === null ? [] : [{ field, expression: checked.expression }];
  });
  return checking.mistakes.length > 0 ? { problems: checking.problems() } : { outputs };
}

/** The mistakes of one text, and the context its nodes are checked in. */
export class Checking {
  readonly mistakes: Mistake[] = [];

  constructor(
    private readonly text: string,
    private readonly options: { readonly scope: Scope; readonly allow: Allowance },
  ) {}

  /** What `parseText` makes of the text; null where it cannot be read at all. */
  read<Syntax>(parseText: (text: string) => Parsed<Syntax>): Syntax | null {
    const unreadable = wholeMistake(this.text);
    if (unreadable !== null) {
      this.mistakes.push(unreadable);
      return null;
    }
    const { node, mistakes } = parseText(this.text);
    this.mistakes.push(...mistakes);
    return node;
  }

  check(node: SyntaxNode): Checked | null {
    return this.contextOf(node).check(node);
  }

  contextOf(outermost: SyntaxNode): CheckContext {
    const { mistakes, text, options } = this;
    const context: CheckContext = {
      ...options,
      text,
      outermost,
      check: (child) => (mistakes.length < MAX_MISTAKES_FOUND ? checkNode(context, child) : null),
      report: (mistake) => {
        mistakes.push(mistake);
        return null;
      },
    };
    return context;
  }

  /** The first of them in their order; what several fields have in common is one. */
  problems(): readonly ExpressionProblem[] {
    const inOrder = this.mistakes.toSorted((a, b) => a.position - b.position);
    const different = inOrder.filter(
      ({ position, message }, index) =>
        !inOrder.slice(0, index).some((other) => other.position === position && other.message === message),
    );
    return different.slice(0, MAX_MISTAKES).map((mistake) => problemOf(this.text, mistake));
  }
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
    case 'named':
      return checkNamed(context, node);
    case 'struct':
      for (const { value } of node.fields) context.check(value);
      return context.report({ position: node.position, message: NOT_HERE, found: 'STRUCT' });
    case 'interval':
      return context.report({
        position: node.position,
        message:
          'an INTERVAL stands only beside + and -, and in TIMESTAMP_ADD, TIMESTAMP_SUB, DATE_ADD and DATE_SUB',
      });
  }
}

function checkNamed(context: CheckContext, { name, position, value }: NamedNode): null {
  context.check(value);
  const message = 'there are no named arguments; write the values in their order';
  return context.report({ position, message, found: `${name} =>` });
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
