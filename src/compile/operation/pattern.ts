import type { CallExpression } from '../../definition/expression.js';
import type { Value } from '../../definition/value.js';
import { likePattern } from '../runtime/like.js';
import type { Operation, StrictLowering } from './operation.js';
import { REGULAR_EXPRESSIONS } from './regular-expression.js';

const LIKE_ABOUT =
  'Whether the whole value has the form of the pattern. A backslash takes the meaning from what follows it; a pattern that ends in a lone one is refused, and NULL where it comes from data. NULL as well for a value of more than 16,777,216 symbols over the length of the longest part of the pattern that holds `_` between two `%`.';

/** LIKE and regular expressions. */
export const PATTERN = {
  like_string: {
    sql: 'LIKE',
    form: 'value LIKE pattern',
    arguments: ['STRING', 'STRING'],
    result: 'BOOL',
    about: `${LIKE_ABOUT} \`%\` is any number of code points, \`_\` is one.`,
    example: ["'AA-1545' LIKE 'AA-1__5'", 'TRUE'],
    refuse: refuseLike,
    kernel: likeKernel(),
  },
  like_bytes: {
    sql: 'LIKE',
    form: 'value LIKE pattern',
    arguments: ['BYTES', 'BYTES'],
    result: 'BOOL',
    about: `${LIKE_ABOUT} \`%\` is any number of bytes, \`_\` is one.`,
    example: ["b'\\xff\\x00' LIKE b'_\\x00'", 'TRUE'],
    refuse: refuseLike,
    kernel: likeKernel(),
  },
  ...REGULAR_EXPRESSIONS,
} as const satisfies Readonly<Record<string, Operation>>;

function refuseLike([, pattern]: readonly (Value | undefined)[]): string | null {
  if (pattern === undefined || pattern === null || likePattern(pattern as string | Uint8Array) !== null) {
    return null;
  }
  return 'the pattern of LIKE ends in a backslash that escapes nothing; write \\\\ for a backslash itself';
}

/** A constant pattern is taken apart once. */
function likeKernel(): StrictLowering {
  const constantOf = ({ arguments: [, pattern] }: CallExpression): string | Uint8Array | null =>
    pattern?.kind === 'literal' ? (pattern.value as string | Uint8Array | null) : null;
  return {
    kind: 'strict',
    guard: 'nullable',
    code: (node) => (constantOf(node) === null ? 'rt.like($0, $1)' : 'rt.matchesLike($0, $2)'),
    constants: (_, node) => {
      const pattern = constantOf(node);
      return pattern === null ? [] : [likePattern(pattern)];
    },
  };
}
