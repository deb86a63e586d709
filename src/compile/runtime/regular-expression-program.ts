/**
 * A regular expression compiled to instructions, as plain data: what a kernel is handed, and what stands in the text of a
 * JavaScript function. Instruction i does `codes[i]`; `outs[i]` is what follows, `others[i]` depends on the code.
 */
export type RegexpProgram = {
  /** {@link CODE} of each instruction. */
  readonly codes: readonly number[];
  readonly outs: readonly number[];
  /** BRANCH: the second choice · CAPTURE: the slot · ASSERT: bits of {@link ASSERTION} · SYMBOL: a place in `sets`. */
  readonly others: readonly number[];
  /** Sets of code points, each as ascending first, last, first, last, … */
  readonly sets: readonly (readonly number[])[];
  readonly start: number;
  /** How many capturing groups there are. */
  readonly groups: number;
  /** The longest value, in bytes of UTF-8, that is looked at. */
  readonly maxBytes: number;
  /** Whether it was written as ''. */
  readonly isBlank: boolean;
};

/** What instructions do. */
export const CODE = { FAIL: 0, BRANCH: 1, CAPTURE: 2, ASSERT: 3, SYMBOL: 4, SKIP: 5, MATCH: 6 } as const;

/** What an ASSERT asks of a place, as bits. */
export const ASSERTION = { LINE_START: 1, LINE_END: 2, START: 4, END: 8, BOUNDARY: 16, INSIDE: 32 } as const;
