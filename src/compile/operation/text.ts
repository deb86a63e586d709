import { type Operation, strict } from './operation.js';

const STRINGS = ['STRING', 'STRING'] as const;
const BYTES = ['BYTES', 'BYTES'] as const;

/** Strings count in code points, bytes in bytes. */
export const TEXT = {
  length_string: {
    sql: 'LENGTH',
    arguments: ['STRING'],
    result: 'INT64',
    kernel: strict('total', 'rt.lengthOfText($0)'),
  },
  length_bytes: {
    sql: 'LENGTH',
    arguments: ['BYTES'],
    result: 'INT64',
    kernel: strict('total', 'BigInt($0.length)'),
  },
  lower_string: {
    sql: 'LOWER',
    arguments: ['STRING'],
    result: 'STRING',
    kernel: strict('total', '$0.toLowerCase()'),
  },
  upper_string: {
    sql: 'UPPER',
    arguments: ['STRING'],
    result: 'STRING',
    kernel: strict('total', '$0.toUpperCase()'),
  },
  trim_string: {
    sql: 'TRIM',
    arguments: ['STRING'],
    result: 'STRING',
    kernel: strict('total', 'rt.trim($0, rt.WHITE_SPACE)'),
  },
  trim_string_set: {
    sql: 'TRIM',
    arguments: STRINGS,
    result: 'STRING',
    kernel: strict('total', 'rt.trim($0, $1)'),
  },
  ltrim_string: {
    sql: 'LTRIM',
    arguments: ['STRING'],
    result: 'STRING',
    kernel: strict('total', 'rt.trimStart($0, rt.WHITE_SPACE)'),
  },
  ltrim_string_set: {
    sql: 'LTRIM',
    arguments: STRINGS,
    result: 'STRING',
    kernel: strict('total', 'rt.trimStart($0, $1)'),
  },
  rtrim_string: {
    sql: 'RTRIM',
    arguments: ['STRING'],
    result: 'STRING',
    kernel: strict('total', 'rt.trimEnd($0, rt.WHITE_SPACE)'),
  },
  rtrim_string_set: {
    sql: 'RTRIM',
    arguments: STRINGS,
    result: 'STRING',
    kernel: strict('total', 'rt.trimEnd($0, $1)'),
  },
  substr_string: {
    sql: 'SUBSTR',
    arguments: ['STRING', 'INT64'],
    result: 'STRING',
    kernel: strict('nullable', 'rt.substr($0, $1, 9223372036854775807n)'),
  },
  substr_string_length: {
    sql: 'SUBSTR',
    arguments: ['STRING', 'INT64', 'INT64'],
    result: 'STRING',
    kernel: strict('nullable', 'rt.substr($0, $1, $2)'),
  },
  substr_bytes: {
    sql: 'SUBSTR',
    arguments: ['BYTES', 'INT64'],
    result: 'BYTES',
    kernel: strict('nullable', 'rt.substrOfBytes($0, $1, 9223372036854775807n)'),
  },
  substr_bytes_length: {
    sql: 'SUBSTR',
    arguments: ['BYTES', 'INT64', 'INT64'],
    result: 'BYTES',
    kernel: strict('nullable', 'rt.substrOfBytes($0, $1, $2)'),
  },
  concat_string: {
    sql: 'CONCAT',
    arguments: ['STRING'],
    variadic: true,
    result: 'STRING',
    kernel: strict('nullable', 'rt.concat($*)'),
  },
  concat_bytes: {
    sql: 'CONCAT',
    arguments: ['BYTES'],
    variadic: true,
    result: 'BYTES',
    kernel: strict('nullable', 'rt.concatBytes($*)'),
  },
  replace_string: {
    sql: 'REPLACE',
    arguments: ['STRING', 'STRING', 'STRING'],
    result: 'STRING',
    kernel: strict('nullable', 'rt.replace($0, $1, $2)'),
  },
  starts_with_string: {
    sql: 'STARTS_WITH',
    arguments: STRINGS,
    result: 'BOOL',
    kernel: strict('total', '$0.startsWith($1)'),
  },
  starts_with_bytes: {
    sql: 'STARTS_WITH',
    arguments: BYTES,
    result: 'BOOL',
    kernel: strict('total', 'rt.startsWithBytes($0, $1)'),
  },
  ends_with_string: {
    sql: 'ENDS_WITH',
    arguments: STRINGS,
    result: 'BOOL',
    kernel: strict('total', '$0.endsWith($1)'),
  },
  ends_with_bytes: {
    sql: 'ENDS_WITH',
    arguments: BYTES,
    result: 'BOOL',
    kernel: strict('total', 'rt.endsWithBytes($0, $1)'),
  },
  strpos_string: {
    sql: 'STRPOS',
    arguments: STRINGS,
    result: 'INT64',
    kernel: strict('total', 'rt.strpos($0, $1)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;
