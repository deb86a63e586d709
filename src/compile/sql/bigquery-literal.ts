import { PlumblineError } from '../../definition/error.js';
import { formatDate, formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';

/** A constant as BigQuery SQL of the type, exact. Source: GoogleSQL, "Lexical structure". */
export function bigqueryLiteral(type: ValueType, value: Value): string {
  if (value === null) return `CAST(NULL AS ${type})`;
  const element = elementTypeOf(type);
  if (element === null) return LITERALS[type as ScalarType](value);
  return `${type}[${(value as readonly Value[]).map((item) => bigqueryLiteral(element, item)).join(', ')}]`;
}

/** A name as an identifier of BigQuery. */
export function bigqueryIdentifier(name: string): string {
  return `\`${escaped(name, '`')}\``;
}

/** A text as a string literal of BigQuery, whatever its code points. */
export function bigqueryText(text: string): string {
  return `'${escaped(text, "'")}'`;
}

const LITERALS: Record<ScalarType, (value: Value) => string> = {
  BOOL: (value) => (value === true ? 'TRUE' : 'FALSE'),
  INT64: (value) => (typeof value === 'bigint' && value < 0n ? `(${value})` : String(value)),
  FLOAT64: (value) => floatLiteral(Number(value)),
  STRING: (value) => bigqueryText(String(value)),
  BYTES: (value) => `b'${[...(value as Uint8Array)].map(escapeByte).join('')}'`,
  TIMESTAMP: (value) => `TIMESTAMP '${formatTimestamp(value as bigint)}'`,
  DATE: (value) => `DATE '${formatDate(value as number)}'`,
};

/** Digits that read back as the same number; a point or an exponent keeps it from being an INT64. */
function floatLiteral(value: number): string {
  if (!Number.isFinite(value))
    throw new PlumblineError('INTERNAL', `${value} is no FLOAT64 of ours (S3) and has no literal`);
  if (Object.is(value, -0)) return `CAST('-0' AS FLOAT64)`;
  const digits = String(value);
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  return value < 0 ? `(${text})` : text;
}

/** Quotes, backslashes and what no person can see in a text are written as escapes. */
function escaped(text: string, quote: "'" | '`'): string {
  return text.replace(/[\\'`\p{C}\p{Zl}\p{Zp}]/gu, (point) => {
    if (point === '\\' || point === quote) return `\\${point}`;
    return point === "'" || point === '`' ? point : escapePoint(point.codePointAt(0)!);
  });
}

function escapePoint(point: number): string {
  const short = SHORT_ESCAPES[point];
  if (short !== undefined) return short;
  const digits = point.toString(16);
  return point > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

function escapeByte(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c;
  return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};
