import type { CallExpression, Expression } from '../../definition/expression.js';
import { type Operation, strict } from './operation.js';

const LIMIT = 'NULL when the result is beyond 1 MiB.';
const WHOLE = '9223372036854775807n';

/** Parts of strings and bytes, and what is put together of them. */
export const TEXT_PART = {
  substr_string: {
    sql: 'SUBSTR',
    arguments: ['STRING', 'INT64'],
    result: 'STRING',
    about:
      'From a position on, counted from 1; 0 is 1, a negative one counts from the end and stops at the start.',
    example: ["SUBSTR('N712JB', -2)", "'JB'"],
    kernel: strict('nullable', `rt.substr($0, $1, ${WHOLE})`),
  },
  substr_string_length: {
    sql: 'SUBSTR',
    arguments: ['STRING', 'INT64', 'INT64'],
    result: 'STRING',
    about: 'The same, at most so many code points; NULL for a negative length.',
    example: ["SUBSTR('N712JB', 2, 3)", "'712'"],
    kernel: { kind: 'strict', guard: 'nullable', code: substrCode },
  },
  substr_bytes: {
    sql: 'SUBSTR',
    arguments: ['BYTES', 'INT64'],
    result: 'BYTES',
    about: 'From a position on, as for strings, in bytes.',
    example: ["SUBSTR(b'N712JB', -2)", "b'JB'"],
    kernel: strict('nullable', `rt.substrOfBytes($0, $1, ${WHOLE})`),
  },
  substr_bytes_length: {
    sql: 'SUBSTR',
    arguments: ['BYTES', 'INT64', 'INT64'],
    result: 'BYTES',
    about: 'The same, at most so many bytes; NULL for a negative length.',
    example: ["SUBSTR(b'N712JB', 2, 3)", "b'712'"],
    kernel: strict('nullable', 'rt.substrOfBytes($0, $1, $2)'),
  },
  left_string: {
    sql: 'LEFT',
    arguments: ['STRING', 'INT64'],
    result: 'STRING',
    about: 'The first code points; NULL for a negative number of them.',
    example: ["LEFT('N712JB', 2)", "'N7'"],
    kernel: strict('nullable', 'rt.left($0, $1)'),
  },
  left_bytes: {
    sql: 'LEFT',
    arguments: ['BYTES', 'INT64'],
    result: 'BYTES',
    about: 'The first bytes; NULL for a negative number of them.',
    example: ["LEFT(b'N712JB', 2)", "b'N7'"],
    kernel: strict('nullable', 'rt.leftOfBytes($0, $1)'),
  },
  right_string: {
    sql: 'RIGHT',
    arguments: ['STRING', 'INT64'],
    result: 'STRING',
    about: 'The last code points; NULL for a negative number of them.',
    example: ["RIGHT('N712JB', 2)", "'JB'"],
    kernel: strict('nullable', 'rt.right($0, $1)'),
  },
  right_bytes: {
    sql: 'RIGHT',
    arguments: ['BYTES', 'INT64'],
    result: 'BYTES',
    about: 'The last bytes; NULL for a negative number of them.',
    example: ["RIGHT(b'N712JB', 2)", "b'JB'"],
    kernel: strict('nullable', 'rt.rightOfBytes($0, $1)'),
  },
  concat_string: {
    sql: 'CONCAT',
    arguments: ['STRING'],
    variadic: true,
    result: 'STRING',
    about: `One behind the other; \`a || b\` is the same. NULL if one of them is. ${LIMIT}`,
    example: ["CONCAT('JFK', '-', 'LAX')", "'JFK-LAX'"],
    kernel: {
      kind: 'strict',
      guard: 'nullable',
      code: ({ arguments: { length } }) => CONCAT_CODE[length] ?? 'rt.concat($*)',
    },
  },
  concat_bytes: {
    sql: 'CONCAT',
    arguments: ['BYTES'],
    variadic: true,
    result: 'BYTES',
    about: `One behind the other; \`a || b\` is the same. NULL if one of them is. ${LIMIT}`,
    example: ["b'\\x00' || b'\\xff'", "b'\\x00\\xff'"],
    kernel: strict('nullable', 'rt.concatBytes($*)'),
  },
  replace_string: {
    sql: 'REPLACE',
    arguments: ['STRING', 'STRING', 'STRING'],
    result: 'STRING',
    about: `With the third argument in place of every occurrence of the second, from left to right; an empty one occurs nowhere. ${LIMIT}`,
    example: ["REPLACE('1,234,567', ',', '')", "'1234567'"],
    kernel: strict('nullable', 'rt.replace($0, $1, $2)'),
  },
  replace_bytes: {
    sql: 'REPLACE',
    arguments: ['BYTES', 'BYTES', 'BYTES'],
    result: 'BYTES',
    about: `With the third argument in place of every occurrence of the second, from left to right; an empty one occurs nowhere. ${LIMIT}`,
    example: ["REPLACE(b'1,234', b',', b'')", "b'1234'"],
    kernel: onBytes('replaceUnits', 'rt.latin1($0), rt.latin1($1), rt.latin1($2)'),
  },
  translate_string: {
    sql: 'TRANSLATE',
    arguments: ['STRING', 'STRING', 'STRING'],
    result: 'STRING',
    about: `Each code point of the second argument becomes the one at the same place of the third; those without one go. NULL when the second has one twice. ${LIMIT}`,
    example: ["TRANSLATE('1.234,5', ',.', '.')", "'1234.5'"],
    kernel: strict('nullable', 'rt.translate($0, $1, $2)'),
  },
  translate_bytes: {
    sql: 'TRANSLATE',
    arguments: ['BYTES', 'BYTES', 'BYTES'],
    result: 'BYTES',
    about:
      'Each byte of the second argument becomes the one at the same place of the third; those without one go. NULL when the second has one twice.',
    example: ["TRANSLATE(b'1.234,5', b',.', b'.')", "b'1234.5'"],
    kernel: onBytes('translateUnits', 'rt.latin1($0), rt.latin1($1), rt.latin1($2)'),
  },
  reverse_string: {
    sql: 'REVERSE',
    arguments: ['STRING'],
    result: 'STRING',
    about: 'From the last code point to the first; an accent then stands before its letter.',
    example: ["REVERSE('JFK')", "'KFJ'"],
    kernel: strict('total', 'rt.reverse($0)'),
  },
  reverse_bytes: {
    sql: 'REVERSE',
    arguments: ['BYTES'],
    result: 'BYTES',
    about: 'From the last byte to the first.',
    example: ["REVERSE(b'JFK')", "b'KFJ'"],
    kernel: strict('total', 'rt.reverseBytes($0)'),
  },
  repeat_string: {
    sql: 'REPEAT',
    arguments: ['STRING', 'INT64'],
    result: 'STRING',
    about: `So many times, none for 0; NULL for a negative number. ${LIMIT}`,
    example: ["REPEAT('ab', 3)", "'ababab'"],
    kernel: strict('nullable', 'rt.repeat($0, $1)'),
  },
  repeat_bytes: {
    sql: 'REPEAT',
    arguments: ['BYTES', 'INT64'],
    result: 'BYTES',
    about: `So many times, none for 0; NULL for a negative number. ${LIMIT}`,
    example: ["REPEAT(b'ab', 3)", "b'ababab'"],
    kernel: onBytes('repeatUnits', 'rt.latin1($0), $1'),
  },
  lpad_string: padded('LPAD', 'padStart', ["LPAD('7', 3)", "'  7'"]),
  lpad_string_pattern: paddedWith('LPAD', 'padStart', ["LPAD('7', 3, '0')", "'007'"]),
  lpad_bytes: paddedBytes('LPAD', 'padUnitsStart', ["LPAD(b'7', 3)", "b'  7'"]),
  lpad_bytes_pattern: paddedBytesWith('LPAD', 'padUnitsStart', ["LPAD(b'7', 3, b'0')", "b'007'"]),
  rpad_string: padded('RPAD', 'padEnd', ["RPAD('7', 3)", "'7  '"]),
  rpad_string_pattern: paddedWith('RPAD', 'padEnd', ["RPAD('7', 3, '.0')", "'7.0'"]),
  rpad_bytes: paddedBytes('RPAD', 'padUnitsEnd', ["RPAD(b'7', 3)", "b'7  '"]),
  rpad_bytes_pattern: paddedBytesWith('RPAD', 'padUnitsEnd', ["RPAD(b'7', 3, b'.0')", "b'7.0'"]),
} as const satisfies Readonly<Record<string, Operation>>;

type Example = readonly [expression: string, equals: string];

function padded(sql: 'LPAD' | 'RPAD', name: string, example: Example): Operation {
  return {
    sql,
    arguments: ['STRING', 'INT64'],
    result: 'STRING',
    about: `Filled with blanks ${sideOf(sql)} to so many code points; what has more is cut at its end. NULL for a negative number. ${LIMIT}`,
    example,
    kernel: strict('nullable', `rt.${name}($0, $1, ' ')`),
  };
}

function paddedWith(sql: 'LPAD' | 'RPAD', name: string, example: Example): Operation {
  return {
    sql,
    arguments: ['STRING', 'INT64', 'STRING'],
    result: 'STRING',
    about: 'The same, filled with the third argument again and again; NULL when that is empty.',
    example,
    kernel: strict('nullable', `rt.${name}($0, $1, $2)`),
  };
}

function paddedBytes(sql: 'LPAD' | 'RPAD', name: string, example: Example): Operation {
  return {
    sql,
    arguments: ['BYTES', 'INT64'],
    result: 'BYTES',
    about: `Filled with blanks ${sideOf(sql)} to so many bytes; what has more is cut at its end. NULL for a negative number. ${LIMIT}`,
    example,
    kernel: onBytes(name, "rt.latin1($0), $1, ' '"),
  };
}

function paddedBytesWith(sql: 'LPAD' | 'RPAD', name: string, example: Example): Operation {
  return {
    sql,
    arguments: ['BYTES', 'INT64', 'BYTES'],
    result: 'BYTES',
    about: 'The same, filled with the third argument again and again; NULL when that is empty.',
    example,
    kernel: onBytes(name, 'rt.latin1($0), $1, rt.latin1($2)'),
  };
}

function sideOf(sql: 'LPAD' | 'RPAD'): string {
  return sql === 'LPAD' ? 'on the left' : 'on the right';
}

/** Bytes as characters U+0000 to U+00FF, and back. */
function onBytes(name: string, values: string) {
  return strict('nullable', `rt.bytesOfLatin1(rt.${name}(${values}))`);
}

const CONCAT_CODE: Readonly<Record<number, string>> = { 2: 'rt.concat2($*)', 3: 'rt.concat3($*)' };

/** From a constant position on, for a constant length, no more of the text is looked at than it takes. */
function substrCode({ arguments: [, position, length] }: CallExpression): string {
  const [from, count] = [smallInteger(position), smallInteger(length)];
  if (from === null || count === null || from < 1) return 'rt.substr($0, $1, $2)';
  return `rt.partOfText($0, ${from - 1}, ${count})`;
}

/** The value of a literal from 0 to 2^31 − 1. */
function smallInteger(node: Expression | undefined): number | null {
  if (node?.kind !== 'literal' || typeof node.value !== 'bigint') return null;
  return node.value >= 0n && node.value < 2n ** 31n ? Number(node.value) : null;
}
