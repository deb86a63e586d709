import { closestName } from '../definition/closest-name.js';
import { SCALAR_TYPES, type ScalarType, type ValueType } from '../definition/value-type.js';
import { type Mistake, SyntaxMistake } from './problem.js';
import type { TokenReader } from './token-reader.js';

/** A type by its GoogleSQL name, a scalar or `ARRAY<scalar>`; null when it was reported wrong. */
export function parseType(reader: TokenReader): ValueType | null {
  if (!reader.accept('ARRAY')) return parseScalarType(reader);
  const element = parseElementType(reader);
  return element === null ? null : `ARRAY<${element}>`;
}

/** `<scalar>` behind the word ARRAY. */
export function parseElementType(reader: TokenReader): ScalarType | null {
  reader.expect('<');
  const type = parseScalarType(reader);
  reader.expect('>');
  return type;
}

function parseScalarType(reader: TokenReader): ScalarType | null {
  const { text, position, kind } = reader.peek();
  const upper = text.toUpperCase();
  if (upper === 'ARRAY' || reader.isAt('<', 1)) throw nested(text, position);
  if ((kind !== 'name' && kind !== 'quotedName') || reader.isAtStop()) {
    reader.report(reader.unexpected('a type').mistake);
    return null;
  }
  reader.next();
  const type = SCALAR_TYPES.find((scalar) => scalar === upper || (scalar === 'BOOL' && upper === 'BOOLEAN'));
  if (type !== undefined) return skipSize(reader, type);
  reader.report(unknownType(text, position));
  if (reader.accept('(')) reader.skipOpen();
  return null;
}

function nested(text: string, position: number): SyntaxMistake {
  const fields = `there are no types of fields such as ${text.slice(0, 64)}`;
  const message = text.toUpperCase() === 'ARRAY' ? 'an array holds no arrays' : fields;
  return new SyntaxMistake({ position, message, found: text });
}

function unknownType(text: string, position: number): Mistake {
  const upper = text.toUpperCase();
  const foreign = Object.hasOwn(FOREIGN, upper) ? FOREIGN[upper]! : null;
  const suggestion = foreign ?? closestName(text.slice(0, 32), SCALAR_TYPES);
  const expected = SCALAR_TYPES.join(', ');
  const message = `${JSON.stringify(text.slice(0, 64))} is no type here; types are ${expected}`;
  return { position, message, found: text, expected, ...(suggestion !== null && { suggestion }) };
}

/** `STRING(10)` is a type of tables only. */
function skipSize(reader: TokenReader, type: ScalarType): ScalarType | null {
  if (!reader.isAt('(')) return type;
  const { position } = reader.next();
  const message = `${type} takes no size here; a shorter text is SUBSTR(…, 1, length)`;
  reader.report({ position, message, found: '"("' });
  reader.skipOpen();
  return null;
}

/** Types of other dialects, and of GoogleSQL itself, beside what takes their place here. */
const FOREIGN: Readonly<Record<string, string>> = {
  ...same(
    'INT64',
    'INT INTEGER SMALLINT TINYINT BIGINT BYTEINT INT8 INT16 INT32 UINT32 UINT64 LONG SIGNED SERIAL',
  ),
  ...same('FLOAT64', 'FLOAT FLOAT4 FLOAT8 FLOAT32 DOUBLE REAL NUMERIC BIGNUMERIC DECIMAL BIGDECIMAL NUMBER'),
  ...same('STRING', 'CHAR NCHAR VARCHAR NVARCHAR CHARACTER TEXT STR JSON UUID'),
  ...same('BYTES', 'BYTE BYTEA BLOB BINARY VARBINARY'),
  ...same('BOOL', 'BIT LOGICAL'),
  ...same('TIMESTAMP', 'DATETIME TIMESTAMPTZ TIMESTAMP_NTZ TIME'),
};

function same(type: ScalarType, names: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type]));
}
