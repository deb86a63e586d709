import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';
import { REGULAR_EXPRESSIONS } from './oracle-regular-expression.js';

/** LIKE and regular expressions by trying everything. */
export const PATTERN: Readonly<Record<string, StrictOperation>> = {
  like_string: ([value, pattern]) => like(codePoints(value), codePoints(pattern)),
  like_bytes: ([value, pattern]) => like([...(value as Uint8Array)], [...(pattern as Uint8Array)]),
  ...REGULAR_EXPRESSIONS,
};

function codePoints(value: Value | undefined): readonly number[] {
  return [...(value as string)].map((character) => character.codePointAt(0)!);
}

function like(value: readonly number[], pattern: readonly number[]): Value {
  let escaped = false;
  for (const symbol of pattern) escaped = !escaped && symbol === 0x5c;
  return escaped ? null : matches(value, pattern);
}

function matches(value: readonly number[], pattern: readonly number[]): boolean {
  const [symbol, ...rest] = pattern;
  if (symbol === undefined) return value.length === 0;
  if (symbol === 0x25)
    return Array.from({ length: value.length + 1 }, (_, i) => value.slice(i)).some((tail) =>
      matches(tail, rest),
    );
  if (symbol === 0x5f) return value.length > 0 && matches(value.slice(1), rest);
  const [wanted, others] = symbol === 0x5c ? [rest[0], rest.slice(1)] : [symbol, rest];
  return value[0] === wanted && value.length > 0 && matches(value.slice(1), others);
}
