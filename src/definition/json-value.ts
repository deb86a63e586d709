import { formatDate, formatTimestamp, parseDate, parseTimestamp } from './time.js';
import { INT64_MAX, INT64_MIN, type Value } from './value.js';
import { elementTypeOf, type ScalarType, type ValueType } from './value-type.js';

export type ParsedValue = { readonly value: Value } | { readonly problem: string };

/**
 * Reads a JSON value as a value of `type`, by S4: nothing is coerced; `null` and a missing member are NULL, non-finite
 * numbers become NULL, and so does an array that holds one or a NULL (S3). `json` may hold what {@link parseJsonLossless}
 * gives. `problem` says what is wrong and what to write; the caller adds the path.
 */
export function parseJsonValue(type: ValueType, json: unknown): ParsedValue {
  return jsonParser(type)(json);
}

/** {@link parseJsonValue} of one type, for many values. */
export function jsonParser(type: ValueType): JsonParser {
  const known = KNOWN_PARSERS.get(type);
  if (known !== undefined) return known;
  const element = elementTypeOf(type);
  const parse = element === null ? PARSERS[type as ScalarType] : arrayParser(element);
  const parser: JsonParser = (json) => (json === null || json === undefined ? NULL : parse(json));
  KNOWN_PARSERS.set(type, parser);
  return parser;
}

type JsonParser = (json: unknown) => ParsedValue;

/** Made once a type, of which there are few. */
const KNOWN_PARSERS = new Map<ValueType, JsonParser>();

/** The JSON form of a value: what {@link parseJsonValue} reads back; INT64 beyond ±(2^53−1) is a string. */
export function jsonOf(type: ValueType, value: Value): unknown {
  return jsonFormer(type)(value);
}

/** {@link jsonOf} of one type, for many values. */
export function jsonFormer(type: ValueType): (value: Value) => unknown {
  const element = elementTypeOf(type);
  if (element === null) return formOrNull(FORMS[type as ScalarType]);
  const form = formOrNull(FORMS[element]);
  return formOrNull((value) => (value as readonly Value[]).map(form));
}

function formOrNull(form: (value: Value) => unknown): (value: Value) => unknown {
  return (value) => (value === null ? null : form(value));
}

const FORMS: Record<ScalarType, (value: Value) => unknown> = {
  BOOL: asItIs,
  INT64: (value) => jsonOfInt64(value as bigint),
  FLOAT64: asItIs,
  STRING: asItIs,
  BYTES: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  TIMESTAMP: (value) => formatTimestamp(value as bigint),
  DATE: (value) => formatDate(value as number),
};

function asItIs(value: Value): Value {
  return value;
}

/**
 * `JSON.parse` that loses no number: an integer beyond ±(2^53−1) that an INT64 can hold is a bigint, and a number that
 * only rounding made an integer is an object (a Number). Throws SyntaxError, as JSON.parse does. A member `__proto__`
 * is an ordinary member of its object.
 */
export function parseJsonLossless(text: string): unknown {
  return RISKY_NUMBER.test(text) ? parseWithSource(text, exactNumber) : JSON.parse(text);
}

/** A JSON number that is not integral as written, though the nearest double is: no INT64, but a FLOAT64. */
class RoundedNumber extends Number {
  readonly #source: string;

  constructor(value: number, source: string) {
    super(value);
    this.#source = source;
  }

  /** It is written again as it came. */
  toJSON(): unknown {
    return rawJSON(this.#source);
  }
}

/** `JSON.stringify` that writes -0 as `-0.0` and a bigint as {@link jsonOf} does an INT64 (S2, S4). */
export function stringifyJson(data: unknown): string {
  return isPlainJson(data) ? JSON.stringify(data) : JSON.stringify(data, exactMember);
}

const NULL: ParsedValue = { value: null };

const PARSERS: Record<ScalarType, (json: unknown) => ParsedValue> = {
  BOOL: (json) => (typeof json === 'boolean' ? { value: json } : refuse('BOOL', json)),
  INT64: parseInt64,
  FLOAT64: parseFloat64,
  STRING: parseString,
  BYTES: parseBytes,
  TIMESTAMP: (json) => textual('TIMESTAMP', json, typeof json === 'string' ? parseTimestamp(json) : null),
  DATE: (json) => textual('DATE', json, typeof json === 'string' ? parseDate(json) : null),
};

/** What to write instead, for messages. */
const EXPECTED: Record<ScalarType, string> = {
  BOOL: 'true or false',
  INT64: 'an integral number or a decimal string such as "-7", within 64 bits',
  FLOAT64: 'a number, "NaN", "Infinity" or "-Infinity"',
  STRING: 'a string of whole code points',
  BYTES: 'a string of padded base64',
  TIMESTAMP:
    'RFC 3339 with a zone such as "2013-07-01T00:00:00Z", or local time with an IANA zone such as ' +
    '"2013-07-01T00:00:00[America/New_York]", from year 1 to 9999',
  DATE: 'a day "YYYY-MM-DD" from year 1 to 9999',
};

function parseInt64(json: unknown): ParsedValue {
  if (typeof json === 'number') {
    return Number.isSafeInteger(json) ? { value: BigInt(json) } : refuse('INT64', json);
  }
  const value = typeof json === 'string' && CANONICAL_INTEGER.test(json) ? BigInt(json) : json;
  if (typeof value !== 'bigint') return refuse('INT64', json);
  return value >= INT64_MIN && value <= INT64_MAX ? { value } : refuse('INT64', json);
}

function parseFloat64(json: unknown): ParsedValue {
  if (typeof json === 'number') return Number.isFinite(json) ? { value: json } : NULL;
  if (typeof json === 'bigint' || json instanceof RoundedNumber) return { value: Number(json) };
  return json === 'NaN' || json === 'Infinity' || json === '-Infinity' ? NULL : refuse('FLOAT64', json);
}

function parseString(json: unknown): ParsedValue {
  return typeof json === 'string' && json.isWellFormed() ? { value: json } : refuse('STRING', json);
}

function parseBytes(json: unknown): ParsedValue {
  if (typeof json !== 'string') return refuse('BYTES', json);
  // Buffer skips what is not base64, so only a text that it gives back was base64 throughout.
  const bytes = Buffer.from(json, 'base64');
  return bytes.toString('base64') === json ? { value: new Uint8Array(bytes) } : refuse('BYTES', json);
}

function textual(type: ScalarType, json: unknown, value: Value): ParsedValue {
  return value === null ? refuse(type, json) : { value };
}

function arrayParser(element: ScalarType): (json: unknown) => ParsedValue {
  const parse = jsonParser(element);
  return (json) => {
    if (!Array.isArray(json)) return { problem: `${shown(json)} is no ARRAY<${element}>; write an array` };
    const values: Value[] = [];
    let whole = true;
    for (let index = 0; index < json.length; index++) {
      const parsed = parse(json[index]);
      if ('problem' in parsed) return { problem: `element ${index}: ${parsed.problem}` };
      whole &&= parsed.value !== null;
      values.push(parsed.value);
    }
    return whole ? { value: values } : NULL;
  };
}

function refuse(type: ScalarType, json: unknown): ParsedValue {
  return { problem: `${shown(json)} is no ${type}; write ${EXPECTED[type]}` };
}

/** The refused value itself, cut short: values may be long, and messages are logged. */
function shown(json: unknown): string {
  if (typeof json === 'object') return Array.isArray(json) ? 'an array' : shownObject(json);
  const text = typeof json === 'string' ? JSON.stringify(json) : String(json);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN).toWellFormed()}…`;
}

function shownObject(json: object | null): string {
  return json instanceof RoundedNumber ? `${json} after rounding` : 'an object';
}

function jsonOfInt64(value: bigint): number | string {
  return value >= -MAX_SAFE && value <= MAX_SAFE ? Number(value) : String(value);
}

/** The number of a JSON token, exactly, where a double would not hold it. */
function exactNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  if (Number.isInteger(value) ? Math.abs(value) > 2 ** 63 : true) return value;
  const exact = exactInteger(context.source);
  if (exact === null) return new RoundedNumber(value, context.source);
  return Number.isSafeInteger(value) && Number(exact) === value ? value : exact;
}

/** The integer a JSON number is, or null when it has a fraction. The value is known to be at most 2^63. */
function exactInteger(source: string): bigint | null {
  const [, sign, whole, fraction = '', exponent = '0'] = JSON_NUMBER.exec(source)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return 0n;
  const significant = digits.replace(/0+$/, '');
  const shift = Number(exponent) - fraction.length + digits.length - significant.length;
  return shift < 0 ? null : BigInt(`${sign}${significant}${'0'.repeat(shift)}`);
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** `JSON.parse` with the source text of primitives, which TypeScript's library does not declare yet (ES2026). */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Text written into JSON as it is, not declared yet either (ES2026). */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

function isPlainJson(data: unknown): boolean {
  if (typeof data === 'number') return data !== 0 || !Object.is(data, -0);
  if (typeof data !== 'object' || data === null) return typeof data !== 'bigint';
  if (Array.isArray(data)) return data.every(isPlainJson);
  for (const key in data) if (!isPlainJson((data as Record<string, unknown>)[key])) return false;
  return true;
}

function exactMember(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return jsonOfInt64(value);
  return Object.is(value, -0) ? rawJSON('-0.0') : value;
}

/**
 * A number, at a place where JSON has values, that a double might make another integer of: 16 digits, or 9 in front of a
 * point, or 7 equal ones (0 or 9) behind it, or an exponent. With 8 digits in front of the point, half a unit in the last
 * place is below 1e-8, so that others are read exactly as they are. It may also match inside a string, which costs time
 * and nothing else.
 */
const RISKY_NUMBER = /(?:^|[[:,\s])-?(?:\d{16}|\d{9,15}\.\d|\d{1,8}\.(?:0{7}|9{7})|[\d.]+[eE])/;
const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_SHOWN = 60;
