import { PlumblineError } from './error.js';

const UNIT_US: Readonly<Record<string, bigint>> = {
  us: 1n,
  ms: 1_000n,
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
};

/** Text of a duration: a whole number and a unit; a day is 86,400 s always. */
export const DURATION_PATTERN = '^(?:0|[1-9][0-9]{0,11})(?:us|ms|s|m|h|d)$';

/** A duration such as `90s`, `15m`, `3h` or `7d`, in microseconds. Throws INVALID_DOCUMENT. */
export function parseDuration(text: string, path: string): bigint {
  const match = new RegExp(DURATION_PATTERN).test(text) && /^(\d+)(\w+)$/.exec(text);
  if (!match) {
    throw new PlumblineError(
      'INVALID_DOCUMENT',
      `${path}: "${text}" is no duration; write a whole number and one of us, ms, s, m, h, d, such as "3h"`,
      { path },
    );
  }
  return BigInt(match[1]!) * UNIT_US[match[2]!]!;
}
