import type { CallExpression } from '../../definition/expression.js';
import type { Value } from '../../definition/value.js';
import { compilePattern, programOfConstant } from '../regular-expression.js';
import { replacementParts } from '../runtime/regular-expression.js';
import type { Operation, StrictLowering } from './operation.js';

const RULES =
  "Regular expressions are RE2's (https://github.com/google/re2/wiki/Syntax) without `\\C`, `\\p{C}` and names written `(?<name>…)`; properties such as `\\p{Greek}` are those of Unicode 17. A constant one is refused when it is wrong or makes more than 4,096 instructions. One that is computed is NULL when it is wrong, longer than 256 bytes, has a `{`, a name, `[:`, `\\p`, `\\Q`, `\\B`, `\\x` or a number behind a backslash, or ignores the case of letters beyond ASCII. NULL as well for a value longer than 4,194,304 bytes over the number of instructions, than 1 MiB, and than 4,096 bytes where the expression is computed.";
const FOUND =
  'The first match, of the group where there is one; NULL when nothing matches or the group took no part. More than one capturing group is refused; write `(?:…)`.';
const PLACE =
  'The search starts at the position, a code point from 1; what stands before it is as if it was not there.';
const TEXTS = ['STRING', 'STRING'] as const;

/** Regular expressions with RE2's meaning. */
export const REGULAR_EXPRESSIONS = {
  regexp_contains: {
    sql: 'REGEXP_CONTAINS',
    arguments: TEXTS,
    result: 'BOOL',
    about: `Whether the expression matches anywhere in the value. ${RULES}`,
    example: ["REGEXP_CONTAINS('N15AA', r'^N[0-9]{2}')", 'TRUE'],
    refuse: ([, pattern]) => refusePattern(pattern),
    kernel: kernel('rt.regexpContains($0, $P)'),
  },
  regexp_extract: {
    sql: 'REGEXP_EXTRACT',
    arguments: TEXTS,
    result: 'STRING',
    about: `${FOUND} Regular expressions as in REGEXP_CONTAINS.`,
    example: ["REGEXP_EXTRACT('flight 1545', r'[0-9]+')", "'1545'"],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpExtract($0, $P, 1n, 1n)'),
  },
  regexp_extract_position: {
    sql: 'REGEXP_EXTRACT',
    arguments: [...TEXTS, 'INT64'],
    result: 'STRING',
    about: `${FOUND} ${PLACE} NULL for a position below 1.`,
    example: ["REGEXP_EXTRACT('a1b2', r'[a-z]([0-9])', 2)", "'2'"],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpExtract($0, $P, $2, 1n)'),
  },
  regexp_extract_occurrence: {
    sql: 'REGEXP_EXTRACT',
    arguments: [...TEXTS, 'INT64', 'INT64'],
    result: 'STRING',
    about: `The match of that number instead of the first. ${FOUND} ${PLACE} NULL for a position or an occurrence below 1.`,
    example: ["REGEXP_EXTRACT('a1b2c3', r'[0-9]', 1, 2)", "'2'"],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpExtract($0, $P, $2, $3)'),
  },
  regexp_extract_all: {
    sql: 'REGEXP_EXTRACT_ALL',
    arguments: TEXTS,
    result: 'ARRAY<STRING>',
    about:
      "Every match from left to right, of the group where there is one, '' where it took no part. Behind an empty match the search goes on one code point further, and not at the end of the value. More than one capturing group is refused. NULL when the result is larger than 1 MiB, at 8 bytes an element and the bytes of its texts. Regular expressions as in REGEXP_CONTAINS.",
    example: ["ARRAY_LENGTH(REGEXP_EXTRACT_ALL('a1b22', r'[0-9]+'))", '2'],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpExtractAll($0, $P)'),
  },
  regexp_replace: {
    sql: 'REGEXP_REPLACE',
    arguments: [...TEXTS, 'STRING'],
    result: 'STRING',
    about:
      'The value with every match replaced; an empty one that touches the one before stays. In the replacement `\\0` is the match, `\\1` to `\\9` are its groups, `\\\\` is a backslash; anything else behind a backslash, and a group that the expression lacks, is refused, NULL where it is computed. NULL when the result is larger than 1 MiB. Regular expressions as in REGEXP_CONTAINS.',
    example: ["REGEXP_REPLACE('2013-07-01', r'([0-9]+)-([0-9]+)', r'\\2/\\1')", "'07/2013-01'"],
    refuse: ([, pattern, replacement]) => refuseReplacement(pattern, replacement),
    kernel: replaceKernel(),
  },
  regexp_instr: {
    sql: 'REGEXP_INSTR',
    arguments: TEXTS,
    result: 'INT64',
    about: `Where the first match begins, or its group where there is one: a code point from 1; 0 when nothing matches or the group took no part, and always of '' and by ''. An empty match without a group stands behind the code point that follows it. More than one capturing group is refused. Regular expressions as in REGEXP_CONTAINS.`,
    example: ["REGEXP_INSTR('N15AA', r'[A-Z]+$')", '4'],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpInstr($0, $P, { position: 1n, occurrence: 1n, after: 0n })'),
  },
  regexp_instr_position: {
    sql: 'REGEXP_INSTR',
    arguments: [...TEXTS, 'INT64'],
    result: 'INT64',
    about: `The same from a position on. ${PLACE} NULL for a position below 1.`,
    example: ["REGEXP_INSTR('a1b2', r'[0-9]', 3)", '4'],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpInstr($0, $P, { position: $2, occurrence: 1n, after: 0n })'),
  },
  regexp_instr_occurrence: {
    sql: 'REGEXP_INSTR',
    arguments: [...TEXTS, 'INT64', 'INT64'],
    result: 'INT64',
    about: `The same of the match of that number. ${PLACE} NULL for a position or an occurrence below 1.`,
    example: ["REGEXP_INSTR('a1b2', r'[0-9]', 1, 2)", '4'],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpInstr($0, $P, { position: $2, occurrence: $3, after: 0n })'),
  },
  regexp_instr_after: {
    sql: 'REGEXP_INSTR',
    arguments: [...TEXTS, 'INT64', 'INT64', 'INT64'],
    result: 'INT64',
    about:
      'The same with 0, and with 1 the place behind the match or its group. NULL for other numbers there, and for a position or an occurrence below 1.',
    example: ["REGEXP_INSTR('a12b', r'[0-9]+', 1, 1, 1)", '4'],
    refuse: ([, pattern]) => refuseGroups(pattern),
    kernel: kernel('rt.regexpInstr($0, $P, { position: $2, occurrence: $3, after: $4 })'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** A kernel over `$P`, the program: of a constant expression compiled once, else of a bounded cache. */
function kernel(code: string): StrictLowering {
  return {
    kind: 'strict',
    guard: 'nullable',
    code: ({ arguments: operands }) =>
      code.replace('$P', isConstant(operands[1]) ? `$${operands.length}` : 'rt.computedPattern($1)'),
    constants: (_, { arguments: operands }) => programsOf(operands[1]),
  };
}

function replaceKernel(): StrictLowering {
  return {
    kind: 'strict',
    guard: 'nullable',
    code: ({ arguments: [, pattern, replacement] }) => {
      const program = isConstant(pattern) ? '$3' : 'rt.computedPattern($1)';
      const place = isConstant(pattern) ? '$4' : '$3';
      return `rt.regexpReplace($0, ${program}, ${isConstant(replacement) ? place : 'rt.replacementParts($2)'})`;
    },
    constants: (_, { arguments: [, pattern, replacement] }) => [
      ...programsOf(pattern),
      ...(isConstant(replacement) ? [replacementParts(textOf(replacement) ?? '')] : []),
    ],
  };
}

type Argument = CallExpression['arguments'][number] | undefined;

function isConstant(node: Argument): boolean {
  return node?.kind === 'literal';
}

function textOf(node: Argument): string | null {
  return node?.kind === 'literal' ? (node.value as string | null) : null;
}

function programsOf(node: Argument): readonly unknown[] {
  return isConstant(node) ? [programOfConstant(textOf(node) ?? '')] : [];
}

function refusePattern(pattern: Value | undefined): string | null {
  if (typeof pattern !== 'string') return null;
  const compiled = compilePattern(pattern);
  return 'reason' in compiled ? `the regular expression is wrong: ${compiled.reason}` : null;
}

function refuseGroups(pattern: Value | undefined): string | null {
  const refused = refusePattern(pattern);
  if (refused !== null || typeof pattern !== 'string') return refused;
  const groups = programOfConstant(pattern)?.groups ?? 0;
  if (groups < 2) return null;
  return `the regular expression has ${groups} capturing groups and may have one here; write (?:…) for the others`;
}

function refuseReplacement(pattern: Value | undefined, replacement: Value | undefined): string | null {
  const refused = refusePattern(pattern);
  if (refused !== null || typeof replacement !== 'string') return refused;
  const parts = replacementParts(replacement);
  if (parts === null) {
    return 'a backslash in the replacement is followed by neither a digit nor a backslash; write \\\\ for a backslash itself';
  }
  const groups = typeof pattern === 'string' ? programOfConstant(pattern)?.groups : undefined;
  const asked = parts.reduce(
    (most: number, part) => (typeof part === 'number' ? Math.max(most, part) : most),
    0,
  );
  if (groups === undefined || asked <= groups) return null;
  return `the replacement asks for group \\${asked}; the regular expression has ${groups}`;
}
