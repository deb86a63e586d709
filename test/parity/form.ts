import type { CallExpression, Expression } from '../../src/definition/expression.js';
import type { Random } from '../verify/rows/random.js';

/**
 * One way of writing a call. Binding strengths are those of GoogleSQL's table of operators, and not read from the parser:
 * OR 1, AND 2, NOT 3, comparisons 4, | 5, ^ 6, & 7, shifts 8, sums 9, || 10, products 11, signs 12, element access 13.
 */
export type Form = {
  /** How tightly what it writes binds. */
  readonly binds: number;
  /** How tightly an argument must bind to stand at its place without parentheses. */
  readonly takes: (place: number, argument: Expression) => number;
  readonly write: (texts: readonly string[], node: CallExpression, random: Random) => string;
  /** How NOT of it is written, where that has a form of its own. */
  readonly writeNot?: (texts: readonly string[]) => string;
  /** Whether this node can be written so; default every. */
  readonly fits?: (node: CallExpression) => boolean;
  /** The operation is never written as a function by its name. */
  readonly only?: true;
};

const COMPARISON = 4;
export const SIGN = 12;
export const POSTFIX = 13;
/** What stands by itself: names, literals, calls, everything that is closed on both sides. */
export const PRIMARY = 14;

/** `a op b`; of operators of one strength the left one comes first. */
export function infix(spelling: string, binds: number): Form {
  return {
    binds,
    takes: (place) => (place === 0 ? binds : binds + 1),
    write: ([a, b]) => `${a} ${spelling} ${b}`,
  };
}

/** A chain of an operator is one node: a part that is such a chain itself stands in parentheses. */
export function chained(spelling: string, binds: number): Form {
  return {
    binds,
    takes: () => binds + 1,
    write: (texts) => texts.join(` ${spelling} `),
    fits: (node) => node.arguments.length > 1,
  };
}

/** A comparison or test, beside which no other may stand without parentheses. */
export function tested(
  write: (texts: readonly string[]) => string,
  writeNot?: (texts: readonly string[]) => string,
): Form {
  const form = { binds: COMPARISON, takes: () => COMPARISON + 1, write, only: true } as const;
  return writeNot === undefined ? form : { ...form, writeNot };
}

/** A sign before a number would be part of the number. */
export function sign(spelling: string): Form {
  return {
    binds: SIGN,
    takes: (_, argument) => (argument.kind === 'literal' ? ALWAYS : SIGN),
    write: ([a]) => `${spelling} ${a}`,
  };
}

const ALWAYS = PRIMARY + 1;
