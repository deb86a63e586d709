import { parseElementType } from './parse-type.js';
import { call, depthOver, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** `[a, b]`, `ARRAY[a, b]` or `ARRAY<type>[a, b]`. */
export function parseArray(reader: TokenReader): SyntaxNode {
  const { position } = reader.peek();
  const elementType = reader.accept('ARRAY') && reader.isAt('<') ? parseElementType(reader) : null;
  reader.expect('[');
  const elements = reader.list(']');
  return { kind: 'array', position, depth: depthOver(position, elements), elementType, elements };
}

/** The elements of an array that stand behind `node`: `node[OFFSET(0)]`; a bare number counts from 0. */
export function parseElementAccess(reader: TokenReader, node: SyntaxNode): SyntaxNode {
  let accessed = node;
  while (reader.isAt('[')) {
    const { position } = reader.next();
    const word = Object.keys(ACCESS).find((name) => reader.isAt(name) && reader.isAt('(', 1));
    const name = word === undefined ? '[OFFSET]' : ACCESS[word as keyof typeof ACCESS];
    if (word !== undefined) reader.next();
    accessed = call(name, position, [
      accessed,
      word === undefined ? reader.expression() : parsePlace(reader),
    ]);
    reader.expect(']');
  }
  return accessed;
}

function parsePlace(reader: TokenReader): SyntaxNode {
  reader.expect('(');
  const place = reader.expression();
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
