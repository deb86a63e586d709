import { describe, expect, it } from 'vitest';
import { jsonOf, parseJsonLossless, parseJsonValue, stringifyJson } from './json-value.js';
import type { Value } from './value.js';
import type { ValueType } from './value-type.js';

const read = (type: ValueType, text: string) => parseJsonValue(type, parseJsonLossless(text));

describe('S4 JSON values', () => {
  it.each<[ValueType, string, Value]>([
    ['INT64', '-0', 0n],
    ['INT64', '1.0', 1n],
    ['INT64', '1e3', 1000n],
    ['INT64', '1e18', 10n ** 18n],
    ['INT64', '1234567890123e5', 123456789012300000n],
    ['INT64', '9007199254740993', 9007199254740993n],
    ['INT64', '9007199254740993.000', 9007199254740993n],
    ['INT64', '-9223372036854775808', -(2n ** 63n)],
    ['INT64', '"9223372036854775807"', 2n ** 63n - 1n],
    ['INT64', '"-7"', -7n],
    ['FLOAT64', '-0.0', -0],
    ['FLOAT64', '9007199254740993', 9007199254740992],
    ['FLOAT64', '0.99999999999999999999', 1],
    ['FLOAT64', '1e400', null],
    ['FLOAT64', '"NaN"', null],
    ['FLOAT64', '"-Infinity"', null],
    ['STRING', '""', ''],
    ['STRING', '"\\ud83d\\ude00"', '😀'],
    ['BOOL', 'null', null],
    ['BYTES', '"AP8="', new Uint8Array([0, 255])],
    ['DATE', '"1970-01-02"', 1],
    ['TIMESTAMP', '"1970-01-01T00:00:01Z"', 1_000_000n],
    ['ARRAY<FLOAT64>', '[1,-0.0]', [1, -0]],
    ['ARRAY<FLOAT64>', '[1,"NaN"]', null],
    ['ARRAY<INT64>', '[1,null]', null],
    ['ARRAY<STRING>', '[]', []],
  ])('reads %s %s', (type, text, value) => expect(read(type, text)).toStrictEqual({ value }));

  it.each<[ValueType, string]>([
    ['INT64', '1.5'],
    ['INT64', '0.99999999999999999999'],
    ['INT64', '4503599627370496.3'],
    ['INT64', '1e-400'],
    ['INT64', '99999999.999999999'],
    ['INT64', '123456789.00000000001'],
    ['INT64', '-0.9999999999999999999e0'],
    ['INT64', '9223372036854775808'],
    ['INT64', '"9223372036854775808"'],
    ['INT64', '"01"'],
    ['INT64', '"-0"'],
    ['INT64', '"+1"'],
    ['INT64', '" 1"'],
    ['INT64', 'true'],
    ['FLOAT64', '"1"'],
    ['FLOAT64', '"nan"'],
    ['FLOAT64', 'true'],
    ['BOOL', '1'],
    ['BOOL', '"true"'],
    ['STRING', '1'],
    ['STRING', '"\\ud83d"'],
    ['BYTES', '"AP8"'],
    ['BYTES', '"AP9="'],
    ['BYTES', '"A P8="'],
    ['DATE', '"1970-1-2"'],
    ['TIMESTAMP', '0'],
    ['TIMESTAMP', '"1970-01-01T00:00:00"'],
    ['ARRAY<INT64>', '1'],
    ['ARRAY<INT64>', '["x"]'],
    ['ARRAY<STRING>', '[["x"]]'],
    ['STRING', '{}'],
  ])('refuses %s %s', (type, text) => expect(read(type, text)).toHaveProperty('problem'));

  it('says what is wrong and what to write', () => {
    expect(read('ARRAY<INT64>', '[1,"x"]')).toEqual({
      problem:
        'element 1: "x" is no INT64; write an integral number or a decimal string such as "-7", within 64 bits',
    });
  });

  it.each<[ValueType, Value, string]>([
    ['INT64', 2n ** 53n - 1n, '9007199254740991'],
    ['INT64', 2n ** 53n, '"9007199254740992"'],
    ['FLOAT64', -0, '-0.0'],
    ['BYTES', new Uint8Array([0, 255]), '"AP8="'],
    ['TIMESTAMP', -1n, '"1969-12-31T23:59:59.999999Z"'],
    ['DATE', 1, '"1970-01-02"'],
    ['ARRAY<FLOAT64>', [1, -0], '[1,-0.0]'],
    ['STRING', null, 'null'],
  ])('writes %s %s and reads it back', (type, value, text) => {
    expect(stringifyJson(jsonOf(type, value))).toBe(text);
    expect(read(type, text)).toStrictEqual({ value });
  });

  it('pollutes no prototype', () => {
    const parsed = parseJsonLossless('{"__proto__": {"x": 9007199254740993}}');
    expect(Object.keys(parsed as object)).toEqual(['__proto__']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('writes a number that was only rounded to an integer as it came', () => {
    const text = '[0.99999999999999999999]';
    expect(stringifyJson(parseJsonLossless(text))).toBe(text);
  });

  it('leaves text that looks like a number alone', () => {
    const text = '{"a": "x, 9007199254740993", "b": 0.1}';
    expect(parseJsonLossless(text)).toEqual({ a: 'x, 9007199254740993', b: 0.1 });
  });
});
