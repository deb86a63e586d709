import { type Token, tokenize } from './lexer.js';
import { parseArray, parseElementAccess } from './parse-array.js';
import { INFIX, type Infix, infixAt, NOT_LEVEL, UNARY_LEVEL } from './precedence.js';
import { SyntaxMistake } from './problem.js';
import { isReserved } from './reserved.js';
import { parseSpecial } from './special-form.js';
import { call, literal, type SyntaxNode } from './syntax.js';
import { TokenReader } from './token-reader.js';

/**
 * Parses one GoogleSQL scalar expression with GoogleSQL's precedence; throws {@link SyntaxMistake}. Nodes are at most
 * `MAX_DEPTH` deep, so that everything that walks them may recurse.
 */
export function parse(text: string): SyntaxNode {
  const reader = new TokenReader(tokenize(text), parseExpression);
  const node = reader.expression();
  if (reader.peek().kind !== 'end') throw reader.unexpected('an operator or the end');
  return node;
}

/** Operator precedence parsing: an operand, then every infix operator that binds tighter than `level`. */
function parseExpression(reader: TokenReader, level: number): SyntaxNode {
  let left = parsePrefix(reader, level);
  for (;;) {
    const infix = infixAt(reader.peek(), reader.peek(1));
    if (infix === null || INFIX[infix].level <= level) return left;
    left = parseInfix(reader, left, infix);
  }
}

function parseInfix(reader: TokenReader, left: SyntaxNode, infix: Infix): SyntaxNode {
  const { position } = reader.peek();
  const { level, chains, parse: parseRest } = INFIX[infix];
  const node = parseRest(reader, left, position);
  const following = infixAt(reader.peek(), reader.peek(1));
  if (chains || following === null || INFIX[following].level !== level) return node;
  throw reader.unexpected('parentheses around the first comparison');
}

function parsePrefix(reader: TokenReader, level: number): SyntaxNode {
  const token = reader.peek();
  if (reader.isAt('NOT')) {
    if (level >= NOT_LEVEL) throw reader.unexpected('an operand; put NOT … in parentheses');
    reader.next();
    return call('NOT', token.position, [reader.expression(NOT_LEVEL - 1)]);
  }
  if (reader.isAt('-') || reader.isAt('+')) return parseSigned(reader, reader.next());
  if (reader.accept('~')) return call('unary ~', token.position, [reader.expression(UNARY_LEVEL)]);
  return parseElementAccess(reader, parsePrimary(reader));
}

/** A sign before a number belongs to the literal: `-9223372036854775808` is one. */
function parseSigned(reader: TokenReader, sign: Token): SyntaxNode {
  const negative = sign.text === '-';
  const { kind } = reader.peek();
  if (kind === 'integer' || kind === 'float') return number(reader.next(), negative, sign.position);
  const operand = reader.expression(UNARY_LEVEL);
  return call(negative ? 'unary -' : 'unary +', sign.position, [operand]);
}

function parsePrimary(reader: TokenReader): SyntaxNode {
  const token = reader.peek();
  switch (token.kind) {
    case 'integer':
    case 'float':
      return number(reader.next(), false, token.position);
    case 'string':
      return literal('STRING', reader.next().text, token.position);
    case 'bytes':
      return literal('BYTES', reader.next().bytes ?? null, token.position);
    case 'quotedName':
      return parseNameOrCall(reader);
    case 'name':
      return parseSpecial(reader) ?? parseNameOrCall(reader);
    default:
      return reader.isAt('[') ? parseArray(reader) : parseParenthesis(reader);
  }
}

function parseParenthesis(reader: TokenReader): SyntaxNode {
  if (!reader.accept('(')) throw reader.unexpected('an expression');
  const inner = reader.expression();
  if (!reader.accept(')')) throw reader.unexpected('an operator or ")"');
  return inner;
}

function parseNameOrCall(reader: TokenReader): SyntaxNode {
  const token = reader.peek();
  const isPlain = token.kind === 'name';
  if (isPlain && PREFIXES.has(token.upper) && reader.isAt('.', 1) && reader.isAt('(', 3)) {
    reader.next();
    reader.next();
    return parseCall(reader, reader.next());
  }
  if (isPlain && reader.isAt('(', 1)) return parseCall(reader, reader.next());
  if (isPlain && isReserved(token.upper)) {
    throw reader.unexpected('an expression; a reserved word is a name in backquotes only');
  }
  reader.next();
  return { kind: 'name', name: token.text, position: token.position, depth: 1 };
}

function parseCall(reader: TokenReader, name: Token): SyntaxNode {
  reader.expect('(');
  const node = call(name.upper, name.position, reader.list());
  if (!reader.accept('OVER')) return node;
  reader.expect('(');
  if (!reader.accept(')')) throw reader.unexpected('")": a fitted function sees all training rows');
  return { ...node, over: true };
}

function number(token: Token, negative: boolean, position: number): SyntaxNode {
  const found = `${negative ? '-' : ''}${token.text}`;
  if (token.kind === 'integer') {
    const value = BigInt(token.text) * (negative ? -1n : 1n);
    if (BigInt.asIntN(64, value) === value) return literal('INT64', value, position);
    throw beyond(position, found, 'the 64 bits of an INT64');
  }
  const value = Number(token.text) * (negative ? -1 : 1);
  if (Number.isFinite(value)) return literal('FLOAT64', value, position);
  throw beyond(position, found, 'the range of a FLOAT64');
}

function beyond(position: number, found: string, range: string): SyntaxMistake {
  return new SyntaxMistake({ position, message: `${found.slice(0, 40)} is beyond ${range}`, found });
}

/** `ML.STANDARD_SCALER` as in BigQuery ML; `SAFE.` changes nothing, because every function is safe here (S6). */
const PREFIXES = new Set(['ML', 'SAFE']);
