import { EXPANSIONS } from './check-expansion.js';
import { isFunctionName, prefixMistake } from './function-name.js';
import type { Token } from './lexer.js';
import { parseMissing } from './parse-missing.js';
import { infixAt, NOT_LEVEL } from './precedence.js';
import { isReserved } from './reserved.js';
import { type CallNode, call, depthOver, errorNode, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** A column by its name, or a function with its arguments. */
export function parseNameOrCall(reader: TokenReader): SyntaxNode {
  const token = reader.peek();
  const isPlain = token.kind === 'name';
  if (isPlain && isReserved(token.upper)) return parseMissing(reader);
  if (reader.isAt('.', 1)) return parsePath(reader);
  if (reader.isAt('=>', 1)) return parseNamed(reader);
  if (isPlain && reader.correct(meantBefore(reader.peek(1), reader.peek(2)))) {
    return reader.expression(NOT_LEVEL - 1);
  }
  reader.next();
  if (reader.isAt('(')) return parseCall(reader, token);
  return { kind: 'name', name: token.text, position: token.position, depth: 1 };
}

/** Keywords that a name right before an operand could be a slip of. */
function meantBefore(following: Token, second: Token): readonly string[] {
  switch (following.kind) {
    case 'string':
      return ['TIMESTAMP', 'DATE'];
    case 'integer':
      return ['INTERVAL'];
    case 'name':
      if (following.upper === 'WHEN') return ['CASE'];
      return isReserved(following.upper) || infixAt(following, second) !== null ? [] : ['NOT'];
    default:
      return [];
  }
}

function parseCall(reader: TokenReader, name: Token): SyntaxNode {
  const node = parseAnyCall(reader, name);
  if (isFunctionName(node.name)) return node;
  const found = name.text.slice(0, 64);
  const { position } = name;
  reader.report({ position, message: `there is no function ${JSON.stringify(found)}`, found });
  return errorNode(position, node.arguments);
}

function parseAnyCall(reader: TokenReader, name: Token): CallNode {
  const node = call(name.text.toUpperCase(), name.position, parseArguments(reader, name));
  if (!reader.accept('OVER')) return node;
  reader.expect('(');
  if (reader.accept('PARTITION')) return parsePartition(reader, node);
  if (reader.accept(')')) return { ...node, over: true };
  throw reader.unexpected('")" or "PARTITION BY": a fitted function sees all training rows');
}

/** `BY key)`. */
function parsePartition(reader: TokenReader, node: CallNode): CallNode {
  reader.expect('BY');
  const partition = reader.expression();
  if (reader.isAt(',')) throw reader.unexpected('")": several keys are one by CONCAT(…)');
  reader.expect(')');
  const depth = depthOver(node.position, [...node.arguments, partition]);
  return { ...node, depth, over: true, partition };
}

function parseArguments(reader: TokenReader, name: Token): readonly SyntaxNode[] {
  reader.expect('(');
  // COUNT(*) and COUNT(DISTINCT x) are refused for COUNT, not for what stands in them.
  if (name.upper !== 'COUNT') return reader.list();
  reader.skipOpen();
  return [];
}

/** `name => value` as an argument. */
function parseNamed(reader: TokenReader): SyntaxNode {
  const { position, text } = reader.next();
  reader.next();
  const value = reader.expression();
  return { kind: 'named', name: text, position, depth: depthOver(position, [value]), value };
}

/** Names with dots between: `SAFE.ABS(x)` and `ML.IMPUTER(x)` are functions, all else is no value here. */
function parsePath(reader: TokenReader): SyntaxNode {
  const first = reader.next();
  let last = first;
  let count = 1;
  while (reader.accept('.')) {
    const isName = ['name', 'quotedName'].includes(reader.peek().kind);
    if (!isName) return reader.report(reader.unexpected('a name').mistake);
    last = reader.next();
    count++;
  }
  const isCall = reader.isAt('(');
  const { position } = first;
  const found = `${first.text.slice(0, 64)}.${count > 2 ? '….' : ''}${last.text.slice(0, 64)}`;
  if (isCall) {
    const prefix = count === 2 ? first.upper : `${first.text}.…`;
    return parsePrefixedCall(reader, { prefix, position, name: last, found });
  }
  const message = `found ${JSON.stringify(found)}; a column stands without the name of its table`;
  return reader.report({ position, message, found, suggestion: JSON.stringify(last.text.slice(0, 64)) });
}

type Path = {
  readonly prefix: string;
  readonly position: number;
  readonly name: Token;
  readonly found: string;
};

/** `SAFE.ABS(x)` and `ML.IMPUTER(x)`. */
function parsePrefixedCall(reader: TokenReader, { prefix, position, name, found }: Path): SyntaxNode {
  const upper = name.text.toUpperCase();
  const mistake = prefixMistake(prefix, upper);
  if (mistake === null) return parseCall(reader, name);
  reader.report({ position, found, ...mistake });
  if (UNREAD.has(upper)) {
    reader.expect('(');
    reader.skipOpen();
    return errorNode(position);
  }
  return errorNode(position, parseAnyCall(reader, name).arguments);
}

/** What stands in their parentheses is no list of expressions. */
const UNREAD: ReadonlySet<string> = new Set(['CAST', 'SAFE_CAST', 'EXTRACT', ...EXPANSIONS]);
