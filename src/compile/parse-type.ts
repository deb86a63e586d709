import { closestName } from '../definition/closest-name.js';
import { SCALAR_TYPES, type ScalarType, type ValueType } from '../definition/value-type.js';
import { SyntaxMistake } from './problem.js';
import type { TokenReader } from './token-reader.js';

/** A type by its GoogleSQL name: a scalar, or `ARRAY<scalar>`. */
export function parseType(reader: TokenReader): ValueType {
  if (!reader.isAt('ARRAY')) return parseScalarType(reader);
  reader.next();
  return `ARRAY<${parseElementType(reader)}>`;
}

/** `<scalar>` behind the word ARRAY. */
export function parseElementType(reader: TokenReader): ScalarType {
  reader.expect('<');
  const type = parseScalarType(reader);
  reader.expect('>');
  return type;
}

function parseScalarType(reader: TokenReader): ScalarType {
  const { upper, text, position, kind } = reader.peek();
  const name = upper === 'BOOLEAN' ? 'BOOL' : upper;
  const type = SCALAR_TYPES.find((scalar) => scalar === name);
  if (type !== undefined) {
    reader.next();
    return type;
  }
  if (kind !== 'name') throw reader.unexpected('a type');
  const message = `"${text}" is no type to cast to; types are ${SCALAR_TYPES.join(', ')}`;
  const suggestion = closestName(text, SCALAR_TYPES);
  throw new SyntaxMistake({
    position,
    message,
    found: text,
    expected: SCALAR_TYPES.join(', '),
    ...(suggestion && { suggestion }),
  });
}
