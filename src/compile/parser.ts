import { foreignOperatorAt } from './foreign-operator.js';
import { type Token, tokenize } from './lexer.js';
import { parseArray, parsePostfix } from './parse-array.js';
import { parseMissing } from './parse-missing.js';
import { parseNameOrCall } from './parse-name.js';
import {
  INFIX,
  INFIX_WORDS,
  type Infix,
  infixAt,
  mayFollow,
  NEGATED_WORDS,
  NOT_LEVEL,
  UNARY_LEVEL,
} from './precedence.js';
import { LastMistake, type Mistake } from './problem.js';
import { parseSpecial } from './special-form.js';
import { call, errorNode, literal, type SyntaxNode } from './syntax.js';
import { TokenReader } from './token-reader.js';

/** What was read, and the mistakes in it. */
export type Parsed<Syntax> = { readonly node: Syntax; readonly mistakes: readonly Mistake[] };

/**
 * Parses one GoogleSQL scalar expression with GoogleSQL's precedence. Mistakes are told in the order they were found, and
 * nodes of kind `error` stand in their place. Nodes are at most `MAX_DEPTH` deep, so that everything that walks them may recurse.
 */
export function parse(text: string): Parsed<SyntaxNode> {
  const reader = readerOf(text);
  try {
    return { node: parseWhole(reader), mistakes: reader.mistakes };
  } catch (error) {
    if (!(error instanceof LastMistake)) throw error;
    const { mistake } = error;
    return { node: errorNode(mistake.position), mistakes: [...reader.mistakes, mistake] };
  }
}

/** A reader of a text whose expressions are those of the language. */
export function readerOf(text: string): TokenReader {
  return new TokenReader(text, tokenize(text), parseExpression);
}

function parseWhole(reader: TokenReader): SyntaxNode {
  const parts = [reader.item(AT_END)];
  while (reader.peek().kind !== 'end') {
    reader.report(reader.unexpected(AT_END).mistake);
    reader.next();
    if (!reader.isAtStop()) parts.push(reader.item(AT_END));
  }
  return parts.length === 1 ? parts[0]! : errorNode(parts[0]!.position, parts);
}

const AT_END = 'an operator or the end';

/** Operator precedence parsing: an operand, then every infix operator that binds tighter than `level`. */
function parseExpression(reader: TokenReader, level: number): SyntaxNode {
  let left = parsePrefix(reader, level);
  for (;;) {
    const infix = infixAt(reader.peek(), reader.peek(1));
    const isBound = infix !== null && INFIX[infix].level > level;
    const next = isBound ? parseInfix(reader, left, infix) : parseForeign(reader, left, level);
    if (next !== null) left = next;
    else if (infix !== null || !(reader.correctOrStop(INFIX_WORDS) || correctNegated(reader))) return left;
  }
}

/** `a NOT BETWEN …`: the word behind NOT is the misspelt one. */
function correctNegated(reader: TokenReader): boolean {
  return reader.isAt('NOT') && reader.correct(NEGATED_WORDS, 1);
}

function parseInfix(reader: TokenReader, left: SyntaxNode, infix: Infix): SyntaxNode {
  const { position } = reader.peek();
  const { level, parse: parseRest } = INFIX[infix];
  const node = parseRest(reader, left, position);
  const following = infixAt(reader.peek(), reader.peek(1));
  const isSame = following !== null && INFIX[following].level === level;
  if (!isSame || mayFollow(reader, infix, node)) return node;
  reader.report(reader.unexpected('parentheses around the first comparison').mistake);
  return errorNode(position, [node]);
}

/** An operator of another language; null when there is none here. */
function parseForeign(reader: TokenReader, left: SyntaxNode, level: number): SyntaxNode | null {
  const foreign = foreignOperatorAt(reader);
  if (foreign === null || foreign.level <= level) return null;
  if (foreign.meant !== undefined) {
    reader.replace(foreign.meant);
    return left;
  }
  const { text, position } = reader.peek();
  const message = `there is no operator ${text}`;
  const { instead } = foreign;
  reader.report({ position, message, found: text, expected: instead, suggestion: instead });
  reader.next();
  const parts = reader.isAtStop() ? [left] : [left, reader.expression(foreign.level)];
  return errorNode(position, parts);
}

function parsePrefix(reader: TokenReader, level: number): SyntaxNode {
  const token = reader.peek();
  if (reader.isAt('!')) reader.replace('NOT');
  if (reader.isAt('NOT')) return parseNot(reader, level);
  if (reader.isAt('-') || reader.isAt('+')) return parseSigned(reader, reader.next());
  if (reader.accept('~')) return call('unary ~', token.position, [reader.expression(UNARY_LEVEL)]);
  return parsePostfix(reader, parsePrimary(reader));
}

function parseNot(reader: TokenReader, level: number): SyntaxNode {
  const { position } = reader.peek();
  const isMisplaced = level >= NOT_LEVEL;
  if (isMisplaced) reader.report(reader.unexpected('an operand; put NOT … in parentheses').mistake);
  reader.next();
  const operand = reader.expression(NOT_LEVEL - 1);
  return isMisplaced ? errorNode(position, [operand]) : call('NOT', position, [operand]);
}

/** A sign before a number belongs to the literal: `-9223372036854775808` is one. */
function parseSigned(reader: TokenReader, sign: Token): SyntaxNode {
  const negative = sign.text === '-';
  const { kind } = reader.peek();
  if (kind === 'integer' || kind === 'float') return number(reader, negative, sign.position);
  const operand = reader.expression(UNARY_LEVEL);
  return call(negative ? 'unary -' : 'unary +', sign.position, [operand]);
}

function parsePrimary(reader: TokenReader): SyntaxNode {
  const token = reader.peek();
  switch (token.kind) {
    case 'integer':
    case 'float':
      return number(reader, false, token.position);
    case 'string':
      return literal('STRING', reader.next().text, token.position);
    case 'bytes':
      return literal('BYTES', reader.next().bytes ?? null, token.position);
    case 'quotedName':
      return parseNameOrCall(reader);
    case 'name':
      return parseSpecial(reader) ?? parseNameOrCall(reader);
    case 'invalid':
      return errorNode(reader.next().position);
    default:
      return reader.isAt('[') ? parseArray(reader) : parseParenthesis(reader);
  }
}

function parseParenthesis(reader: TokenReader): SyntaxNode {
  const opening = reader.accept('(');
  if (opening === null) return parseMissing(reader);
  const inner = reader.item('an operator or ")"');
  if (!reader.isAt(',')) {
    reader.close('an operator');
    return inner;
  }
  const message = 'found ",", expected an operator or ")": there are no structs; an array is [a, b]';
  const { position } = reader.peek();
  reader.report({ position, message, found: '","', expected: 'an operator or ")"' });
  reader.next();
  return errorNode(opening.position, [inner, ...reader.list()]);
}

function number(reader: TokenReader, negative: boolean, position: number): SyntaxNode {
  const { kind, text } = reader.next();
  const found = `${negative ? '-' : ''}${text}`;
  if (kind === 'integer') {
    const value = BigInt(text) * (negative ? -1n : 1n);
    if (BigInt.asIntN(64, value) === value) return literal('INT64', value, position);
    return reader.report(beyond(position, found, 'the 64 bits of an INT64'));
  }
  const value = Number(text) * (negative ? -1 : 1);
  if (Number.isFinite(value)) return literal('FLOAT64', value, position);
  return reader.report(beyond(position, found, 'the range of a FLOAT64'));
}

function beyond(position: number, found: string, range: string): Mistake {
  return { position, message: `${found.slice(0, 40)} is beyond ${range}`, found };
}
