import { formatDate, formatTimestamp } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';
import type { Random } from '../verify/rows/random.js';

/** A constant in the language, of exactly its type. */
export function literalText(type: ValueType, value: Value, random: Random): string {
  if (value === null) return `CAST(NULL AS ${type})`;
  const element = elementTypeOf(type);
  if (element === null) return SCALARS[type as ScalarType](value, random);
  const items = (value as readonly Value[]).map((item) => literalText(element, item, random));
  return `${type}[${items.join(', ')}]`;
}

/** A name in backquotes, whatever it is made of. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll(/[\\`]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\0', '\\x00')}\``;
}

/** A constant that is no value of the expression: a zone, a format. */
export function quotedText(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

const SCALARS: Record<ScalarType, (value: Value, random: Random) => string> = {
  BOOL: (value) => (value === true ? 'TRUE' : 'FALSE'),
  INT64: (value, random) => (random.chance(0.1) ? hexText(value as bigint) : String(value)),
  FLOAT64: (value) => floatText(value as number),
  STRING: (value, random) => stringText(value as string, random),
  BYTES: (value, random) => bytesText(value as Uint8Array, random),
  TIMESTAMP: (value) => `TIMESTAMP '${formatTimestamp(value as bigint)}'`,
  DATE: (value) => `DATE '${formatDate(value as number)}'`,
};

function hexText(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0X${value.toString(16).toUpperCase()}`;
}

/** Shortest that reads back, told from an INT64 by a point or an exponent. */
function floatText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function stringText(value: string, random: Random): string {
  const quote = random.pick(QUOTES);
  const body = [...value].map((character) => escaped(character, quote, random)).join('');
  return `${quote}${body}${quote}`;
}

function escaped(character: string, quote: string, random: Random): string {
  const code = character.codePointAt(0)!;
  const isSpecial = character === '\\' || character === quote[0];
  if (isSpecial) return `\\${character}`;
  if (code < 0x20 || random.chance(0.05)) return escapeSequence(code, random);
  return character;
}

function escapeSequence(code: number, random: Random): string {
  const hex = code.toString(16);
  if (code < 0x100 && random.chance(0.5)) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function bytesText(bytes: Uint8Array, random: Random): string {
  const asHex = random.chance(0.5);
  const body = [...bytes].map((byte) =>
    asHex ? `\\x${byte.toString(16).padStart(2, '0')}` : `\\${byte.toString(8).padStart(3, '0')}`,
  );
  return `b'${body.join('')}'`;
}

const QUOTES = ["'", "'", '"', "'''", '"""'];
