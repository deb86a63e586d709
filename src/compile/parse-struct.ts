import { SyntaxMistake } from './problem.js';
import { depthOver, type StructField, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** `STRUCT(a, b AS c)`. */
export function parseStruct(reader: TokenReader): SyntaxNode {
  const { position, text } = reader.peek();
  if (!reader.isAt('(', 1)) throw new SyntaxMistake({ position, message: NOT_HERE, found: text });
  reader.next();
  reader.next();
  const fields = [parseField(reader)];
  while (reader.accept(',')) fields.push(parseField(reader));
  reader.close('","');
  const values = fields.map(({ value }) => value);
  return { kind: 'struct', position, depth: depthOver(position, values), fields };
}

/** Where a struct may stand. */
export const NOT_HERE =
  'there are no structs but in FEATURE_CROSS(STRUCT(a, b)) and POLYNOMIAL_EXPAND(STRUCT(a, b)) of a transform';

function parseField(reader: TokenReader): StructField {
  const value = reader.item('AS, ","', ['AS']);
  if (!reader.accept('AS')) {
    const name = value.kind === 'name' ? value.name : null;
    return { name, namePosition: value.position, value };
  }
  const { kind, text, position: namePosition } = reader.peek();
  if (kind !== 'name' && kind !== 'quotedName') throw reader.unexpected('a name');
  reader.next();
  return { name: text, namePosition, value };
}
