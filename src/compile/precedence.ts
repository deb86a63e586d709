import type { Token } from './lexer.js';
import { SyntaxMistake } from './problem.js';
import { call, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** Operators between operands; `NOT IN` and `NOT BETWEEN` are read as IN and BETWEEN under NOT. */
export type Infix = keyof typeof INFIX;

type InfixRule = {
  /** Binding strength; greater binds tighter. Source: GoogleSQL, "Operators", operator precedence. */
  readonly level: number;
  /** False for comparisons: `a < b < c` needs parentheses. */
  readonly chains: boolean;
  /** Reads the operator and what follows it. */
  readonly parse: (reader: TokenReader, left: SyntaxNode, position: number) => SyntaxNode;
};

/** NOT binds tighter than AND and looser than a comparison. */
export const NOT_LEVEL = 3;
/** A sign binds tighter than every infix operator. */
export const UNARY_LEVEL = 11;
const COMPARISON_LEVEL = 4;

/** Every infix operator. */
export const INFIX = {
  OR: chain('OR', 1),
  AND: chain('AND', 2),
  '=': comparison('='),
  '!=': comparison('!='),
  '<>': comparison('!='),
  '<': comparison('<'),
  '<=': comparison('<='),
  '>': comparison('>'),
  '>=': comparison('>='),
  IS: { level: COMPARISON_LEVEL, chains: false, parse: parseIs },
  IN: { level: COMPARISON_LEVEL, chains: false, parse: parseIn },
  BETWEEN: { level: COMPARISON_LEVEL, chains: false, parse: parseBetween },
  LIKE: refused('LIKE', COMPARISON_LEVEL, 'STARTS_WITH, ENDS_WITH or STRPOS'),
  '|': refused('|', 5, null),
  '^': refused('^', 6, null),
  '&': refused('&', 7, null),
  '<<': refused('<<', 8, null),
  '>>': refused('>>', 8, null),
  '+': binary('+', 9),
  '-': binary('-', 9),
  '*': binary('*', 10),
  '/': binary('/', 10),
  '||': chain('||', 10),
} satisfies Record<string, InfixRule>;

/** The infix operator that begins at a token, or null. */
export function infixAt(token: Token, following: Token): Infix | null {
  if (token.kind !== 'symbol' && token.kind !== 'name') return null;
  const spelling = token.upper === 'NOT' ? following.upper : token.upper;
  if (token.upper === 'NOT' && !['IN', 'BETWEEN', 'LIKE'].includes(spelling)) return null;
  return Object.hasOwn(INFIX, spelling) ? (spelling as Infix) : null;
}

function binary(spelling: string, level: number): InfixRule {
  return {
    level,
    chains: true,
    parse: (reader, left, position) => {
      reader.next();
      return call(spelling, position, [left, reader.expression(level)]);
    },
  };
}

/** An associative operator: a chain of it is one node of many operands. */
function chain(spelling: string, level: number): InfixRule {
  return {
    level,
    chains: true,
    parse: (reader, left, position) => {
      const operands = [left];
      while (reader.accept(spelling)) operands.push(reader.expression(level));
      return call(spelling, position, operands);
    },
  };
}

function comparison(spelling: string): InfixRule {
  return { ...binary(spelling, COMPARISON_LEVEL), chains: false };
}

function refused(spelling: string, level: number, instead: string | null): InfixRule {
  return {
    level,
    chains: true,
    parse: (_reader, _left, position) => {
      const remedy = instead === null ? '' : `; use ${instead}`;
      const message = `the operator ${spelling} is not in the language${remedy}`;
      throw new SyntaxMistake({ position, message, found: spelling });
    },
  };
}

function parseIs(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  reader.next();
  const negated = reader.accept('NOT') !== null;
  const test = parseIsTest(reader, left, position);
  return negated ? call('NOT', position, [test]) : test;
}

function parseIsTest(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  for (const word of ['NULL', 'TRUE', 'FALSE']) {
    if (reader.accept(word)) return call(`IS ${word}`, position, [left]);
  }
  if (reader.accept('UNKNOWN')) return call('IS UNKNOWN', position, [left]);
  if (!reader.accept('DISTINCT')) throw reader.unexpected('NULL, TRUE, FALSE or DISTINCT FROM');
  reader.expect('FROM');
  return call('IS DISTINCT FROM', position, [left, reader.expression(COMPARISON_LEVEL)]);
}

function parseIn(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  const negated = reader.accept('NOT') !== null;
  reader.next();
  reader.expect('(');
  if (reader.isAt(')')) throw reader.unexpected('at least one value');
  const test = call('IN', position, [left, ...reader.list()]);
  return negated ? call('NOT', position, [test]) : test;
}

function parseBetween(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  const negated = reader.accept('NOT') !== null;
  reader.next();
  const low = reader.expression(COMPARISON_LEVEL);
  reader.expect('AND');
  const high = reader.expression(COMPARISON_LEVEL);
  const test = call('BETWEEN', position, [left, low, high]);
  return negated ? call('NOT', position, [test]) : test;
}
