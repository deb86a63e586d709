import { SCALAR_TYPES } from '../definition/value-type.js';
import { parseArray } from './parse-array.js';
import { parseStruct } from './parse-struct.js';
import { parseExtract, parseInterval, parseTimeLiteral } from './parse-time.js';
import { parseType } from './parse-type.js';
import { SyntaxMistake } from './problem.js';
import { type CaseNode, call, depthOver, errorNode, literal, type SyntaxNode } from './syntax.js';
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
  SAFE_CAST: (reader) => (reader.isAt('(', 1) ? parseCast(reader) : null),
  CURRENT_DATE: parseCurrent,
  CURRENT_TIMESTAMP: parseCurrent,
  EXTRACT: parseExtract,
  INTERVAL: parseInterval,
  TIMESTAMP: parseTimeLiteral,
  DATE: parseTimeLiteral,
  IF: (reader) => call('IF', reader.next().position, reader.openList()),
  LEFT: (reader) => call('LEFT', reader.next().position, reader.openList()),
  RIGHT: (reader) => call('RIGHT', reader.next().position, reader.openList()),
  SELECT: (reader) => refuse(reader, 'queries'),
  ARRAY: parseArray,
  STRUCT: parseStruct,
  DATETIME: parseForeignLiteral,
  TIME: parseForeignLiteral,
  NUMERIC: parseForeignLiteral,
  BIGNUMERIC: parseForeignLiteral,
  DECIMAL: parseForeignLiteral,
  JSON: parseForeignLiteral,
};

/** Functions that may be written without parentheses. */
function parseCurrent(reader: TokenReader): SyntaxNode {
  const { upper, position } = reader.next();
  return call(upper, position, reader.accept('(') ? reader.list() : []);
}

function parseCase(reader: TokenReader): SyntaxNode {
  const { position } = reader.next();
  const isOperand = !reader.isAt('WHEN') && !(reader.peek(1).kind === 'name' && reader.correct(['WHEN']));
  const operand = isOperand ? reader.item('WHEN', CASE_WORDS) : null;
  const branches: { when: SyntaxNode; result: SyntaxNode }[] = [];
  while (reader.accept('WHEN')) {
    const when = reader.attempt(CASE_WORDS);
    reader.expect('THEN');
    branches.push({ when, result: reader.item(BEHIND_RESULT, CASE_WORDS) });
  }
  if (branches.length === 0) reader.report(reader.unexpected('WHEN').mistake);
  const otherwise = reader.accept('ELSE') ? reader.item('END', CASE_WORDS) : null;
  const extra = parseRest(reader, otherwise === null ? BEHIND_RESULT : 'END');
  const ends = [operand, otherwise].filter((node) => node !== null);
  const parts = [...ends, ...branches.flatMap(({ when, result }) => [when, result]), ...extra];
  if (branches.length === 0 || extra.length > 0) return errorNode(position, parts);
  const depth = depthOver(position, parts);
  const node: CaseNode = { kind: 'case', position, depth, operand, branches, otherwise };
  return node;
}

/** Up to and with END: words of CASE that are out of their order. */
function parseRest(reader: TokenReader, expected: string): readonly SyntaxNode[] {
  const extra: SyntaxNode[] = [];
  while (CASE_WORDS.some((word) => word !== 'END' && reader.isAt(word))) {
    reader.report(reader.unexpected(expected).mistake);
    reader.next();
    extra.push(reader.item('END', CASE_WORDS));
  }
  reader.expectWord('END', expected);
  return extra;
}

const CASE_WORDS = ['WHEN', 'THEN', 'ELSE', 'END'];
const BEHIND_RESULT = 'WHEN, ELSE or END';

function parseCast(reader: TokenReader): SyntaxNode {
  const { position } = reader.next();
  reader.expect('(');
  const argument = reader.attempt(['AS']);
  reader.expect('AS');
  reader.accept(',');
  const to = parseType(reader);
  refuseFormat(reader);
  reader.expect(')');
  const depth = depthOver(position, [argument]);
  return to === null ? errorNode(position, [argument]) : { kind: 'cast', position, depth, argument, to };
}

function refuseFormat(reader: TokenReader): void {
  if (!reader.isAt('FORMAT')) return;
  const { position, text } = reader.peek();
  const message = 'CAST takes no FORMAT; FORMAT_TIMESTAMP, PARSE_TIMESTAMP and their like take one';
  throw new SyntaxMistake({ position, message, found: text });
}

/** `DATETIME '…'` and the like; without a string behind it the word is a name. */
function parseForeignLiteral(reader: TokenReader): SyntaxNode | null {
  if (reader.peek(1).kind !== 'string') return null;
  const { position, upper } = reader.next();
  reader.next();
  const message = `there is no type ${upper}; types are ${SCALAR_TYPES.join(', ')}`;
  return reader.report({ position, message, found: upper, expected: SCALAR_TYPES.join(', ') });
}

function refuse(reader: TokenReader, what: string): never {
  const { position, text } = reader.peek();
  const message = `${what} are not in the language; an expression computes one value from one row`;
  throw new SyntaxMistake({ position, message, found: text });
}
