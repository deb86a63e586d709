import { parseElementType, parseType } from './parse-type.js';
import { call, depthOver, errorNode, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** `[a, b]`, `ARRAY[a, b]` or `ARRAY<type>[a, b]`. */
export function parseArray(reader: TokenReader): SyntaxNode {
  const { position } = reader.peek();
  const isTyped = reader.accept('ARRAY') !== null && reader.isAt('<');
  const elementType = isTyped ? parseElementType(reader) : null;
  reader.expect('[');
  const elements = reader.list();
  if (isTyped && elementType === null) return errorNode(position, elements);
  return { kind: 'array', position, depth: depthOver(position, elements), elementType, elements };
}

/** What stands behind an operand: `x[OFFSET(0)]`, where a bare number counts from 0; `x::type` is refused. */
export function parsePostfix(reader: TokenReader, node: SyntaxNode): SyntaxNode {
  let accessed = node;
  while (reader.isAt('[') || reader.isAt('::')) {
    if (reader.isAt('::')) {
      accessed = parseColonCast(reader, accessed);
      continue;
    }
    const { position } = reader.next();
    const word = Object.keys(ACCESS).find((name) => reader.isAt(name) && reader.isAt('(', 1));
    const name = word === undefined ? '[OFFSET]' : ACCESS[word as keyof typeof ACCESS];
    const place = word === undefined ? reader.item('an operator or "]"') : parsePlace(reader);
    accessed = call(name, position, [accessed, place]);
    reader.expect(']');
  }
  return accessed;
}

/** PostgreSQL's cast. */
function parseColonCast(reader: TokenReader, argument: SyntaxNode): SyntaxNode {
  const { position, text } = reader.next();
  const suggestion = 'CAST(a AS type)';
  const message = 'there is no operator ::';
  reader.report({ position, message, found: text, expected: suggestion, suggestion });
  const to = parseType(reader);
  if (to === null) return errorNode(position, [argument]);
  return { kind: 'cast', position, depth: depthOver(position, [argument]), argument, to };
}

function parsePlace(reader: TokenReader): SyntaxNode {
  reader.next();
  reader.next();
  const place = reader.item('an operator or ")"');
  reader.expect(')');
  return place;
}

/** The safe forms are the same: a place that is not there is NULL (S6). */
const ACCESS = {
  OFFSET: '[OFFSET]',
  SAFE_OFFSET: '[OFFSET]',
  ORDINAL: '[ORDINAL]',
  SAFE_ORDINAL: '[ORDINAL]',
} as const;
