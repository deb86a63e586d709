import { parseArray } from './parse-array.js';
import { parseExtract, parseInterval, parseTimeLiteral } from './parse-time.js';
import { parseType } from './parse-type.js';
import { SyntaxMistake } from './problem.js';
import { type CaseNode, call, depthOver, literal, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** Expressions that begin with a word of their own; null when the word at hand is not one of them. */
export function parseSpecial(reader: TokenReader): SyntaxNode | null {
  const { upper } = reader.peek();
  return Object.hasOwn(SPECIAL, upper) ? SPECIAL[upper]!(reader) : null;
}

const SPECIAL: Readonly<Record<string, (reader: TokenReader) => SyntaxNode | null>> = {
  TRUE: (reader) => literal('BOOL', true, reader.next().position),
  FALSE: (reader) => literal('BOOL', false, reader.next().position),
  NULL: (reader) => literal(null, null, reader.next().position),
  CASE: parseCase,
  CAST: parseCast,
  SAFE_CAST: parseCast,
  EXTRACT: parseExtract,
  INTERVAL: parseInterval,
  TIMESTAMP: parseTimeLiteral,
  DATE: parseTimeLiteral,
  IF: (reader) => call('IF', reader.next().position, openList(reader)),
  LEFT: (reader) => call('LEFT', reader.next().position, openList(reader)),
  RIGHT: (reader) => call('RIGHT', reader.next().position, openList(reader)),
  SELECT: (reader) => refuse(reader, 'queries'),
  ARRAY: parseArray,
  STRUCT: (reader) => refuse(reader, 'structs'),
};

function openList(reader: TokenReader): readonly SyntaxNode[] {
  reader.expect('(');
  return reader.list();
}

function parseCase(reader: TokenReader): SyntaxNode {
  const { position } = reader.next();
  const operand = reader.isAt('WHEN') ? null : reader.expression();
  const branches: { when: SyntaxNode; result: SyntaxNode }[] = [];
  while (reader.accept('WHEN')) {
    const when = reader.expression();
    reader.expect('THEN');
    branches.push({ when, result: reader.expression() });
  }
  if (branches.length === 0) throw reader.unexpected('WHEN');
  const otherwise = reader.accept('ELSE') ? reader.expression() : null;
  if (!reader.accept('END')) throw reader.unexpected(otherwise ? 'END' : 'WHEN, ELSE or END');
  const ends = [operand, otherwise].filter((node) => node !== null);
  const depth = depthOver(position, [...ends, ...branches.flatMap(({ when, result }) => [when, result])]);
  const node: CaseNode = { kind: 'case', position, depth, operand, branches, otherwise };
  return node;
}

function parseCast(reader: TokenReader): SyntaxNode {
  const { position } = reader.next();
  reader.expect('(');
  const argument = reader.expression();
  reader.expect('AS');
  const to = parseType(reader);
  reader.expect(')');
  return { kind: 'cast', position, depth: depthOver(position, [argument]), argument, to };
}

function refuse(reader: TokenReader, what: string): never {
  const { position, text } = reader.peek();
  const message = `${what} are not in the language; an expression computes one value from one row`;
  throw new SyntaxMistake({ position, message, found: text });
}
