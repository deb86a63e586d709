import { type Operation, type StrictLowering, strict } from './operation.js';
import { TEXT_PART } from './text-part.js';
import { TEXT_SEARCH } from './text-search.js';

const LETTERS = 'Letters are those of Unicode 12.1; later ones stay as they are.';
const WHITE = 'white space, which is what Unicode calls so';

/** Length, letters and normal forms of strings and bytes; strings count in code points, bytes in bytes. */
const TEXT_FORM = {
  length_string: {
    sql: 'LENGTH',
    arguments: ['STRING'],
    result: 'INT64',
    about: 'How many code points a string has; a letter and the accent behind it are two.',
    example: ["LENGTH('né')", '2'],
    kernel: strict('total', 'rt.lengthOfText($0)'),
  },
  length_bytes: {
    sql: 'LENGTH',
    arguments: ['BYTES'],
    result: 'INT64',
    about: 'How many bytes there are.',
    example: ["LENGTH(b'\\x00\\xff')", '2'],
    kernel: strict('total', 'BigInt($0.length)'),
  },
  char_length_string: {
    sql: 'CHAR_LENGTH',
    arguments: ['STRING'],
    result: 'INT64',
    about: 'How many code points a string has, as LENGTH.',
    example: ["CHAR_LENGTH('né')", '2'],
    kernel: strict('total', 'rt.lengthOfText($0)'),
  },
  byte_length_string: {
    sql: 'BYTE_LENGTH',
    arguments: ['STRING'],
    result: 'INT64',
    about: 'How many bytes a string has as UTF-8.',
    example: ["BYTE_LENGTH('né')", '3'],
    kernel: strict('total', 'rt.sizeOfText($0)'),
  },
  byte_length_bytes: {
    sql: 'BYTE_LENGTH',
    arguments: ['BYTES'],
    result: 'INT64',
    about: 'How many bytes there are.',
    example: ["BYTE_LENGTH(b'\\x00\\xff')", '2'],
    kernel: strict('total', 'BigInt($0.length)'),
  },
  lower_string: {
    sql: 'LOWER',
    arguments: ['STRING'],
    result: 'STRING',
    about: `In small letters, by Unicode's full mapping: a capital sigma that ends a word becomes a final one. ${LETTERS}`,
    example: ["LOWER('JFK Été')", "'jfk été'"],
    kernel: strict('total', 'rt.lower($0)'),
  },
  lower_bytes: {
    sql: 'LOWER',
    arguments: ['BYTES'],
    result: 'BYTES',
    about: 'With the ASCII letters in small ones; other bytes stay.',
    example: ["LOWER(b'JFK')", "b'jfk'"],
    kernel: strict('total', 'rt.lowerBytes($0)'),
  },
  upper_string: {
    sql: 'UPPER',
    arguments: ['STRING'],
    result: 'STRING',
    about: `In capital letters, by Unicode's full mapping, which can be longer. ${LETTERS}`,
    example: ["UPPER('straße')", "'STRASSE'"],
    kernel: strict('total', 'rt.upper($0)'),
  },
  upper_bytes: {
    sql: 'UPPER',
    arguments: ['BYTES'],
    result: 'BYTES',
    about: 'With the ASCII letters in capital ones; other bytes stay.',
    example: ["UPPER(b'jfk')", "b'JFK'"],
    kernel: strict('total', 'rt.upperBytes($0)'),
  },
  initcap_string: {
    sql: 'INITCAP',
    arguments: ['STRING'],
    result: 'STRING',
    about: `The first letter of each word capital, the others small, by Unicode's simple mapping, which keeps one letter one. Words stand between white space and any of \`[](){}/|\\<>!?@"^#$&~_,.:;*%+-\`. ${LETTERS}`,
    example: ["INITCAP('new york-jfk')", "'New York-Jfk'"],
    kernel: strict('total', 'rt.initcap($0, rt.WORD_DELIMITERS)'),
  },
  initcap_string_delimiters: {
    sql: 'INITCAP',
    arguments: ['STRING', 'STRING'],
    result: 'STRING',
    about: 'The same with words between the code points of the second argument, and nothing else.',
    example: ["INITCAP('new york-jfk', '-')", "'New york-Jfk'"],
    kernel: strict('total', 'rt.initcap($0, $1)'),
  },
  trim_string: {
    sql: 'TRIM',
    arguments: ['STRING'],
    result: 'STRING',
    about: `Without ${WHITE}, at both ends.`,
    example: ["TRIM(' JFK ')", "'JFK'"],
    kernel: strict('total', 'rt.trim($0, rt.WHITE_SPACE)'),
  },
  trim_string_set: trimmed('TRIM', 'at both ends', 'trim', ["TRIM('--JFK-', '-')", "'JFK'"]),
  trim_bytes_set: trimmedBytes('TRIM', 'at both ends', 'trim', ["TRIM(b'--JFK-', b'-')", "b'JFK'"]),
  ltrim_string: {
    sql: 'LTRIM',
    arguments: ['STRING'],
    result: 'STRING',
    about: `Without ${WHITE}, at its start.`,
    example: ["LTRIM(' JFK ')", "'JFK '"],
    kernel: strict('total', 'rt.trimStart($0, rt.WHITE_SPACE)'),
  },
  ltrim_string_set: trimmed('LTRIM', 'at its start', 'trimStart', ["LTRIM('007', '0')", "'7'"]),
  ltrim_bytes_set: trimmedBytes('LTRIM', 'at the start', 'trimStart', ["LTRIM(b'007', b'0')", "b'7'"]),
  rtrim_string: {
    sql: 'RTRIM',
    arguments: ['STRING'],
    result: 'STRING',
    about: `Without ${WHITE}, at its end.`,
    example: ["RTRIM(' JFK ')", "' JFK'"],
    kernel: strict('total', 'rt.trimEnd($0, rt.WHITE_SPACE)'),
  },
  rtrim_string_set: trimmed('RTRIM', 'at its end', 'trimEnd', ["RTRIM('1.500', '0')", "'1.5'"]),
  rtrim_bytes_set: trimmedBytes('RTRIM', 'at the end', 'trimEnd', ["RTRIM(b'1.500', b'0')", "b'1.5'"]),
  normalize_string: {
    sql: 'NORMALIZE',
    form: 'NORMALIZE(STRING[, NFC | NFKC | NFD | NFKD])',
    arguments: ['STRING'],
    result: 'STRING',
    about:
      'The normal form of a string, NFC when none is named: texts that look the same become the same. What Unicode 12.1 does not know stays as it is. NULL when the text or the result is beyond 1 MiB.',
    example: ["NORMALIZE('ﬁ', NFKC)", "'fi'"],
    kernel: withMode('rt.normalize($0, $1)'),
  },
  normalize_and_casefold_string: {
    sql: 'NORMALIZE_AND_CASEFOLD',
    form: 'NORMALIZE_AND_CASEFOLD(STRING[, NFC | NFKC | NFD | NFKD])',
    arguments: ['STRING'],
    result: 'STRING',
    about:
      'The normal form, with letters that differ in their case alone made the same; for comparing, not for reading. NULL when the text or the result is beyond 1 MiB.',
    example: ["NORMALIZE_AND_CASEFOLD('Straße')", "'strasse'"],
    kernel: withMode('rt.normalizeAndCasefold($0, $1)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Strings and bytes. */
export const TEXT = { ...TEXT_FORM, ...TEXT_PART, ...TEXT_SEARCH } as const;

function trimmed(sql: string, where: string, name: string, example: Operation['example'] & {}): Operation {
  return {
    sql,
    arguments: ['STRING', 'STRING'],
    result: 'STRING',
    about: `Without the code points of the second argument, in any order, ${where}.`,
    example,
    kernel: strict('total', `rt.${name}($0, $1)`),
  };
}

function trimmedBytes(
  sql: string,
  where: string,
  name: string,
  example: Operation['example'] & {},
): Operation {
  return {
    sql,
    arguments: ['BYTES', 'BYTES'],
    result: 'BYTES',
    about: `Without the bytes of the second argument, in any order, ${where}.`,
    example,
    kernel: strict('total', `rt.bytesOfLatin1(rt.${name}(rt.latin1($0), rt.latin1($1)))`),
  };
}

function withMode(code: string): StrictLowering {
  return { kind: 'strict', guard: 'nullable', code: () => code, constants: ({ mode }) => [mode] };
}
