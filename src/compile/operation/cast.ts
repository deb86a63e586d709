import type { ScalarType } from '../../definition/value-type.js';
import { type Guard, type Operation, strict } from './operation.js';

/**
 * Every CAST between different scalar types that GoogleSQL has, named `cast_<from>_<to>`; a bad cast is NULL, so
 * SAFE_CAST is the same. Source: GoogleSQL, "Conversion functions".
 */
export const CAST = {
  cast_int64_bool: cast('INT64', 'BOOL', {
    kernel: ['total', '$0 !== 0n'],
    about: 'FALSE for 0, TRUE for every other number.',
    example: ['CAST(-2 AS BOOL)', 'TRUE'],
  }),
  cast_int64_float64: cast('INT64', 'FLOAT64', {
    kernel: ['total', 'Number($0)'],
    about: 'The nearest FLOAT64, halves to even. An INT64 beside a FLOAT64 is read so without being asked.',
    example: ['CAST(9007199254740993 AS FLOAT64)', '9007199254740992.0'],
  }),
  cast_int64_string: cast('INT64', 'STRING', {
    kernel: ['total', 'String($0)'],
    about: 'Decimal digits.',
    example: ['CAST(-7 AS STRING)', "'-7'"],
  }),
  cast_float64_int64: cast('FLOAT64', 'INT64', {
    kernel: ['nullable', 'rt.intOfFloat($0)'],
    about: 'The nearest whole number, halves away from zero; NULL beyond the range of an INT64.',
    example: ['CAST(2.5 AS INT64)', '3'],
  }),
  cast_float64_string: cast('FLOAT64', 'STRING', {
    kernel: ['total', 'rt.textOfFloat($0)'],
    about: '15 significant digits, or 17 where 15 do not read back as the same number; -0.0 is `0`.',
    example: ['CAST(1e15 AS STRING)', "'1e+15'"],
  }),
  cast_bool_int64: cast('BOOL', 'INT64', {
    kernel: ['total', '$0 ? 1n : 0n'],
    about: '1 for TRUE, 0 for FALSE.',
    example: ['CAST(TRUE AS INT64)', '1'],
  }),
  cast_bool_string: cast('BOOL', 'STRING', {
    kernel: ['total', 'String($0)'],
    about: '`true` or `false`.',
    example: ['CAST(TRUE AS STRING)', "'true'"],
  }),
  cast_string_bool: cast('STRING', 'BOOL', {
    kernel: ['nullable', 'rt.boolOfText($0)'],
    about: 'Reads `true` and `false`, whatever their case.',
    example: ["CAST('True' AS BOOL)", 'TRUE'],
  }),
  cast_string_int64: cast('STRING', 'INT64', {
    kernel: ['nullable', 'rt.intOfText($0)'],
    about:
      'Reads decimal digits, or `0x` and hexadecimal ones, with a sign and white space around them or not.',
    example: ["CAST(' -0x1F ' AS INT64)", '-31'],
  }),
  cast_string_float64: cast('STRING', 'FLOAT64', {
    kernel: ['nullable', 'rt.floatOfText($0)'],
    about:
      'Reads decimal and hexadecimal floating point, white space around it or not; infinities and NaN are NULL.',
    example: ["CAST('.5e1' AS FLOAT64)", '5.0'],
  }),
  cast_string_bytes: cast('STRING', 'BYTES', {
    kernel: ['total', 'rt.bytesOfText($0)'],
    about: 'The bytes of its UTF-8.',
    example: ["CAST('é' AS BYTES)", "b'\\xc3\\xa9'"],
  }),
  cast_string_date: cast('STRING', 'DATE', {
    kernel: ['nullable', 'rt.dateOfText($0)'],
    about: 'Reads `YYYY-[M]M-[D]D`.',
    example: ["CAST('2020-1-5' AS DATE)", "DATE '2020-01-05'"],
  }),
  cast_string_timestamp: cast('STRING', 'TIMESTAMP', {
    kernel: ['nullable', 'rt.timestampOfText($0)'],
    about:
      'Reads `YYYY-[M]M-[D]D`, then a space or `T` and `[H]H:[M]M:[S]S[.FFFFFF]` or not, then `Z`, an offset `±H[H][:MM]`, or a space and an IANA zone or not; UTC without one. A time that a zone skipped is read with the offset before the gap, of one that came twice it is the first.',
    example: ["CAST('2020-01-05 10:11:12 Asia/Tokyo' AS TIMESTAMP)", "TIMESTAMP '2020-01-05 01:11:12+00'"],
  }),
  cast_bytes_string: cast('BYTES', 'STRING', {
    kernel: ['nullable', 'rt.textOfBytes($0)'],
    about: 'The text whose UTF-8 it is; NULL where it is no UTF-8.',
    example: ["CAST(b'\\xc3\\xa9' AS STRING)", "'é'"],
  }),
  cast_date_string: cast('DATE', 'STRING', {
    kernel: ['total', 'rt.formatDate($0)'],
    about: '`YYYY-MM-DD`. `STRING(date)` is the same.',
    example: ["CAST(DATE '2020-01-05' AS STRING)", "'2020-01-05'"],
  }),
  cast_date_timestamp: cast('DATE', 'TIMESTAMP', {
    kernel: ['total', 'BigInt($0) * 86400000000n'],
    about: 'Midnight of the date in UTC. `TIMESTAMP(date)` is the same.',
    example: ["CAST(DATE '2020-01-05' AS TIMESTAMP)", "TIMESTAMP '2020-01-05 00:00:00+00'"],
  }),
  cast_timestamp_string: cast('TIMESTAMP', 'STRING', {
    kernel: ['total', 'rt.textOfTimestamp($0, rt.UTC)'],
    about: "In UTC, with 0, 3 or 6 digits of the second's fraction. `STRING(timestamp)` is the same.",
    example: ["CAST(TIMESTAMP '2020-01-05 10:11:12.5+00' AS STRING)", "'2020-01-05 10:11:12.500+00'"],
  }),
  cast_timestamp_date: cast('TIMESTAMP', 'DATE', {
    kernel: ['nullable', 'rt.dateOfTimestamp($0, rt.UTC)'],
    about: 'The date in UTC.',
    example: ["CAST(TIMESTAMP '2020-01-05 23:00:00+00' AS DATE)", "DATE '2020-01-05'"],
  }),
} as const satisfies Readonly<Record<string, Operation>>;

type Cast = {
  readonly kernel: readonly [guard: Guard, code: string];
  readonly about: string;
  readonly example: readonly [expression: string, equals: string];
};

function cast(from: ScalarType, to: ScalarType, { kernel: [guard, code], about, example }: Cast): Operation {
  const form = `CAST(value AS ${to})`;
  return { sql: 'CAST', form, arguments: [from], result: to, about, example, kernel: strict(guard, code) };
}
