import type { Value } from '../../../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../../../src/definition/value-type.js';
import { COLUMNS } from '../../../parity/columns.js';
import type { Row } from '../../../parity/oracle.js';
import type { Expected } from './verdict.js';

const LONG = 'a'.repeat(30_000);

/** A row of values that cost: long texts and arrays, numbers at the ends of their range. */
export function heavyRow(): Row {
  return new Map([...COLUMNS].map(([name, type]) => [name, heavyValue(type, name.endsWith('1'))]));
}

function heavyValue(type: ValueType, isFirst: boolean): Value {
  const element = elementTypeOf(type);
  if (element === null) return SCALARS[type as ScalarType][isFirst ? 0 : 1];
  return Array.from({ length: 3_000 }, (_, index) => SHORT[element] ?? SCALARS[element][index % 2]!);
}

/** Elements of arrays are short: thousands of them are long enough. */
const SHORT: Readonly<Partial<Record<ScalarType, Value>>> = { STRING: 'abcdefghij' };

const SCALARS: Readonly<Record<ScalarType, readonly [Value, Value]>> = {
  BOOL: [true, false],
  INT64: [9_223_372_036_854_775_807n, 1_000_000_000n],
  FLOAT64: [1.7976931348623157e308, 1e22],
  STRING: [LONG, `${'ab\u{1F600}'.repeat(10_000)}b`],
  BYTES: [new Uint8Array(30_000).fill(97), new Uint8Array(30_000).map((_, index) => index % 251)],
  TIMESTAMP: [253_402_300_799_999_999n, -62_135_596_800_000_000n],
  DATE: [2_932_896, -719_162],
};

const is = (value: Value): Expected => ({ value });
const NULL = is(null);
const matches = (value: string, pattern: string): string => `REGEXP_CONTAINS('${value}', r'${pattern}')`;

/** Texts that are cheap to write and would be dear to carry out, and what they must give. */
export const HEAVY: readonly (readonly [string, Expected])[] = [
  [matches(LONG, '(a+)+$'), is(true)],
  [matches(`${LONG}!`, '^(a+)+$'), is(false)],
  [matches(`${LONG}!`, '^(a|aa)+$'), is(false)],
  [matches(`${LONG}!`, '^(a|a)*$'), is(false)],
  [matches(`${LONG}!`, '^(.*)*$'), is(true)],
  [matches(`${LONG}!`, '^((((a+)+)+)+)+$'), is(false)],
  [matches(`${LONG}!`, '(.*)(.*)(.*)(.*)(.*)[b]'), is(false)],
  // Linear, and yet more steps than a match may take: NULL.
  [matches(`${LONG}!`, '^(a?){30}a{30}b'), 'either'],
  [matches('x', '(x{1000}){1000}'), 'refused'],
  [matches('x', '((((x{100}){100}){100}){100})'), 'refused'],
  [matches('x', '(((((((((('.repeat(200)), 'refused'],
  [matches('x', '['), 'refused'],
  [matches('x', '(?=x)'), 'refused'],
  [matches('x', '(x)\\1'), 'refused'],
  [`REGEXP_CONTAINS('x', CONCAT('(x{1000}', '){1000}'))`, 'either'],
  [`REGEXP_REPLACE('${LONG}', 'a*?', 'bb')`, 'either'],
  [`REGEXP_EXTRACT('${LONG}', '(a+?)+?$')`, 'either'],
  [`'${LONG}' LIKE '${'%a'.repeat(5_000)}b'`, is(false)],
  [`'${LONG}' LIKE '${'%_'.repeat(5_000)}'`, is(true)],
  ["REPEAT('ab', 9223372036854775807)", NULL],
  ["LENGTH(REPEAT('ab', 1099511627776))", NULL],
  ["LPAD('a', 9223372036854775807)", NULL],
  ["RPAD('a', 9223372036854775807, 'xyz')", NULL],
  ["REPLACE(REPEAT('a', 100000), 'a', REPEAT('b', 100000))", NULL],
  ["REPEAT(REPEAT(REPEAT('a', 1000), 1000), 1000)", NULL],
  ['ARRAY_LENGTH(GENERATE_ARRAY(1, 9223372036854775807))', NULL],
  ['ARRAY_LENGTH(GENERATE_ARRAY(-9223372036854775808, 9223372036854775807))', NULL],
  [`${'REVERSE('.repeat(20)}string_1${')'.repeat(20)}`, is(LONG)],
  [`ARRAY_LENGTH(SPLIT(string_1, ''))`, is(30_000n)],
  [`10000 IN (${Array.from({ length: 10_001 }, (_, index) => index).join(', ')})`, is(true)],
  [`int64_1 IN (${Array.from({ length: 10_000 }, (_, index) => index).join(', ')})`, is(false)],
  [`'x' IN (${Array.from({ length: 7_000 }, (_, index) => `'${index}'`).join(', ')})`, is(false)],
  [`10 IN UNNEST([${Array.from({ length: 10_000 }, (_, index) => index).join(', ')}])`, is(true)],
  [
    `CASE int64_1${Array.from({ length: 2_500 }, (_, index) => ` WHEN ${index} THEN ${index}`).join('')} ELSE -1 END`,
    is(-1n),
  ],
  [`TRUE${' AND bool_1'.repeat(5_000)}`, is(true)],
  [`LENGTH(''${" || 'a'".repeat(8_000)})`, is(8_000n)],
  [`1${' + 1'.repeat(190)}`, is(191n)],
  [`1${'+1'.repeat(32_000)}`, 'refused'],
  ['ROUND(float64_1, 9223372036854775807)', 'either'],
  ['ROUND(float64_1, -9223372036854775808)', is(0)],
  ['POW(float64_1, float64_1)', NULL],
  ['SIN(float64_1) IS NULL', is(false)],
  ['EDIT_DISTANCE(string_1, string_2)', 'either'],
  ['NORMALIZE(string_2, NFKD) = NORMALIZE(string_2, NFKC)', is(true)],
  [`CAST('${'9'.repeat(60_000)}' AS INT64)`, NULL],
  [`CAST('${'9'.repeat(60_000)}' AS FLOAT64)`, NULL],
  [`CAST('0.${'0'.repeat(60_000)}1' AS FLOAT64)`, is(0)],
  [`${'9'.repeat(60_000)}.0`, 'refused'],
  [' '.repeat(65_536), 'refused'],
  [`1${' '.repeat(65_535)}`, is(1n)],
  [`1${' '.repeat(65_536)}`, 'refused'],
  [`'${'a'.repeat(65_534)}' = 'a'`, 'refused'],
  ['1'.repeat(10_000_000), 'refused'],
  ['('.repeat(10_000_000), 'refused'],
  ['\u{1F600}'.repeat(5_000_000), 'refused'],
];
