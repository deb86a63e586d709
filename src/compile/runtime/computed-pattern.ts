import { programOfConstant } from '../regular-expression.js';
import type { RegexpProgram } from './regular-expression-program.js';

/**
 * The program of a regular expression that is computed row by row: NULL for what is wrong, and for what {@link UNSETTLED} and
 * {@link isPlain} leave out, which SQL can tell too.
 */
export function computedPattern(pattern: string): RegexpProgram | null {
  const known = PROGRAMS.get(pattern);
  if (known !== undefined) return known;
  if (PROGRAMS.size >= MAX_CACHED) PROGRAMS.clear();
  const program = isPlain(pattern) ? programOfConstant(pattern) : null;
  const bounded =
    program === null ? null : { ...program, maxBytes: Math.min(program.maxBytes, MAX_VALUE_BYTES) };
  PROGRAMS.set(pattern, bounded);
  return bounded;
}

/** Whether engines agree on the meaning and the cost of a pattern, as far as its text tells. */
function isPlain(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_BYTES || Buffer.byteLength(pattern) > MAX_PATTERN_BYTES) return false;
  if (UNSETTLED.test(pattern)) return false;
  return !(FOLDING.test(pattern) && BEYOND_ASCII.test(pattern));
}

/** What a computed expression may not hold, in RE2's syntax too: counted repetition, properties, quotes, `\B`, numbered characters, names. */
export const UNSETTLED = /\{|\\[pPQCBx0-9]|\(\?P?<|\[:/;
/** Letters of both cases are equal. */
export const FOLDING = /\(\?[A-Za-z]*i/;
/** Beyond ASCII more letters may get a second case. */
export const BEYOND_ASCII = /[^\t\n\f\r -~]/;
/** Bytes of UTF-8 of a computed expression. */
export const MAX_PATTERN_BYTES = 256;
/** Bytes of UTF-8 of a value that a computed expression is matched with. */
export const MAX_VALUE_BYTES = 4_096;

const PROGRAMS = new Map<string, RegexpProgram | null>();
const MAX_CACHED = 256;
