import type { Token } from './lexer.js';
import { SyntaxMistake } from './problem.js';
import { call, errorNode, type SyntaxNode } from './syntax.js';
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
export const UNARY_LEVEL = 12;
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
  LIKE: { level: COMPARISON_LEVEL, chains: false, parse: parseLike },
  '|': binary('|', 5),
  '^': binary('^', 6),
  '&': binary('&', 7),
  '<<': binary('<<', 8),
  '>>': binary('>>', 8),
  '+': binary('+', 9),
  '-': binary('-', 9),
  // GoogleSQL's page has || beside * and /; its grammar has it below them, as its reference implementation shows.
  '||': chain('||', 10),
  '*': binary('*', 11),
  '/': binary('/', 11),
} satisfies Record<string, InfixRule>;

/** Whether another operator of the same strength may follow: all but comparisons, and IS DISTINCT FROM behind a test that ends itself. */
export function mayFollow(reader: TokenReader, infix: Infix, node: SyntaxNode): boolean {
  if (INFIX[infix].chains) return true;
  const test = node.kind === 'call' && node.name === 'NOT' ? node.arguments[0]! : node;
  const endsItself =
    infix === 'IN' || (infix === 'IS' && test.kind === 'call' && test.name !== 'IS DISTINCT FROM');
  return endsItself && reader.isAt('IS') && reader.isAt('DISTINCT', reader.isAt('NOT', 1) ? 2 : 1);
}

/** Infix operators that are words, as far as a misspelt one can be told from a name. */
export const INFIX_WORDS = ['AND', 'BETWEEN', 'LIKE'];
/** Infix operators that NOT may stand before. */
export const NEGATED_WORDS = ['IN', 'BETWEEN', 'LIKE'];

/** The infix operator that begins at a token, or null. */
export function infixAt(token: Token, following: Token): Infix | null {
  if (token.kind !== 'symbol' && token.kind !== 'name') return null;
  const spelling = token.upper === 'NOT' ? following.upper : token.upper;
  if (token.upper === 'NOT' && !NEGATED_WORDS.includes(spelling)) return null;
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

function parseIs(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  reader.next();
  const negated = reader.accept('NOT') !== null;
  reader.correct(IS_TESTS);
  const test = parseIsTest(reader, left, position);
  return negated ? call('NOT', position, [test]) : test;
}

function parseIsTest(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  for (const word of ['NULL', 'TRUE', 'FALSE', 'UNKNOWN']) {
    if (reader.accept(word)) return call(`IS ${word}`, position, [left]);
  }
  if (!reader.accept('DISTINCT')) {
    const mistake = reader.report(reader.unexpected('NULL, TRUE, FALSE or DISTINCT FROM').mistake);
    return errorNode(position, [left, mistake]);
  }
  reader.expect('FROM');
  const level = reader.isAt('NOT') ? NOT_LEVEL - 1 : COMPARISON_LEVEL;
  return call('IS DISTINCT FROM', position, [left, reader.expression(level)]);
}

const IS_TESTS = ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'DISTINCT', 'NOT'];

function parseIn(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  const negated = reader.accept('NOT') !== null;
  reader.next();
  const test = reader.accept('UNNEST')
    ? call('IN UNNEST', position, [left, parseUnnested(reader)])
    : call('IN', position, [left, ...parseValues(reader)]);
  return negated ? call('NOT', position, [test]) : test;
}

function parseUnnested(reader: TokenReader): SyntaxNode {
  reader.expect('(');
  const array = reader.item('an operator or ")"');
  reader.close('an operator');
  return array;
}

function parseValues(reader: TokenReader): readonly SyntaxNode[] {
  if (!reader.isAt('(')) reader.report(reader.unexpected('"(" or UNNEST').mistake);
  if (!reader.isAt(')', 1)) return reader.openList();
  reader.next();
  const mistake = reader.report(reader.unexpected('at least one value').mistake);
  return [mistake, ...reader.list()];
}

function parseLike(reader: TokenReader, left: SyntaxNode, position: number): SyntaxNode {
  const negated = reader.accept('NOT') !== null;
  reader.next();
  refuseQuantifier(reader);
  const test = call('LIKE', position, [left, reader.expression(COMPARISON_LEVEL)]);
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

/** `LIKE ANY`, `LIKE SOME` and `LIKE ALL` take lists of patterns. */
function refuseQuantifier(reader: TokenReader): void {
  const word = ['ANY', 'SOME', 'ALL'].find((each) => reader.isAt(each));
  if (word === undefined) return;
  const between = word === 'ALL' ? 'AND' : 'OR';
  const message = `LIKE ${word} is not in the language; write LIKE for each pattern, with ${between} between`;
  throw new SyntaxMistake({ position: reader.peek().position, message, found: word });
}
