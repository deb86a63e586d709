import { exactInteger, grow, roundedRatio, UNIT_EXPONENT } from '../exact-expansion.js';
import { partsOf } from '../runtime/fixed-point.js';

/**
 * An exact sum of doubles and of squares of doubles (S22). `high` and `low` take nearly every term by error-free TWO-SUMs
 * (Knuth, TAOCP 2, 4.2.2), `parts` are an expansion of what does not fit into them (Shewchuk 1997), and `rest` holds in units of
 * {@link TOTAL_EXPONENT} what is too large or too small for both. Nothing is rounded before the end.
 */
export type DoubleTotal = { high: number; low: number; parts: number[] | null; rest: bigint };

/** The unit 2^-2148 of exact totals: every double and every square of one is a multiple. */
export const TOTAL_EXPONENT = 2 * UNIT_EXPONENT;

export function emptyDoubleTotal(): DoubleTotal {
  return { high: 0, low: 0, parts: null, rest: 0n };
}

/** Adds a finite double. */
export function addDouble(total: DoubleTotal, x: number): void {
  if (x > LARGEST_TERM || x < -LARGEST_TERM) {
    total.rest += inUnits(x);
    return;
  }
  const high = total.high;
  const sum = high + x;
  const part = sum - high;
  const error = high - (sum - part) + (x - part);
  total.high = sum;
  if (error !== 0) addLow(total, error);
}

/** Adds x², exactly. */
export function addSquare(total: DoubleTotal, x: number): void {
  const size = Math.abs(x);
  if (size > LARGEST_ROOT || (size < SMALLEST_ROOT && size !== 0)) {
    total.rest += exactInteger(x) ** 2n;
    return;
  }
  // A product and its error: TWO-PRODUCT by halves of 26 bits (Dekker 1971, Veltkamp).
  const square = x * x;
  const split = SPLITTER * x;
  const head = split - (split - x);
  const tail = x - head;
  addDouble(total, square);
  addDouble(total, tail * tail - (square - head * head - 2 * (head * tail)));
}

/** Adds what `other` holds. */
export function mergeDoubleTotal(total: DoubleTotal, other: DoubleTotal): void {
  addDouble(total, other.high);
  if (other.low !== 0) addDouble(total, other.low);
  if (other.parts !== null) for (const part of other.parts) addDouble(total, part);
  if (other.rest !== 0n) total.rest += other.rest;
}

/** The exact total: `integer` · 2^`exponent`. */
export function exactDoubleTotal(total: DoubleTotal): ExactTotal {
  if (total.rest !== 0n) {
    const doubles = doublesOf(total).reduce((sum, x) => sum + inUnits(x), 0n);
    return { integer: doubles + total.rest, exponent: TOTAL_EXPONENT };
  }
  const parts = doublesOf(total).map(partsOf);
  // Of doubles alone the least exponent is near, so that the integer is short.
  const exponent = Math.min(...parts.map(([, each]) => each), 0);
  const integer = parts.reduce((sum, [mantissa, each]) => sum + (mantissa << BigInt(each - exponent)), 0n);
  return { integer, exponent };
}

export type ExactTotal = { readonly integer: bigint; readonly exponent: number };

/** The total as the nearest double, ties to even; ±Infinity beyond the doubles. */
export function roundedTotal(total: DoubleTotal): number {
  if (total.rest === 0n) {
    return total.parts === null ? total.high + total.low : roundedExpansion(doublesOf(total));
  }
  const { integer, exponent } = exactDoubleTotal(total);
  return roundedRatio(integer, 1n, exponent);
}

/** The total as an expansion, but for `rest`; the array is used again by the next call. */
export function doublesOf({ high, low, parts }: DoubleTotal): number[] {
  DOUBLES.length = 0;
  if (parts !== null) for (const part of parts) DOUBLES.push(part);
  grow(DOUBLES, low);
  grow(DOUBLES, high);
  return DOUBLES;
}

/**
 * An expansion as the nearest double, ties to even: the first sum that is not exact decides, and what lies below breaks its tie.
 * Source: fsum of CPython (Modules/mathmodule.c), after Shewchuk 1997.
 */
export function roundedExpansion(parts: readonly number[]): number {
  let at = parts.length - 1;
  let rounded = at < 0 ? 0 : parts[at]!;
  let lacking = 0;
  while (at > 0 && lacking === 0) {
    const part = parts[--at]!;
    const sum = rounded + part;
    lacking = part - (sum - rounded);
    rounded = sum;
  }
  const below = at > 0 ? parts[at - 1]! : 0;
  if (lacking * Math.sign(below) <= 0) return rounded;
  const next = rounded + 2 * lacking;
  return next - rounded === 2 * lacking ? next : rounded;
}

/** A finite double as an integer in units of 2^-2148. */
export function inUnits(x: number): bigint {
  return exactInteger(x) << TO_TOTAL_UNIT;
}

/** Sums of 2^60 doubles of this size still lie inside the doubles. */
const LARGEST_TERM = 2 ** 960;

/** Between these sizes x² and its rounding error are doubles, and 2^60 squares can be summed. */
const SMALLEST_ROOT = 2 ** -480;
const LARGEST_ROOT = 2 ** 480;

/** Veltkamp's constant for doubles. */
const SPLITTER = 2 ** 27 + 1;

const TO_TOTAL_UNIT = BigInt(UNIT_EXPONENT - TOTAL_EXPONENT);

const DOUBLES: number[] = [];

function addLow(total: DoubleTotal, x: number): void {
  const low = total.low;
  const sum = low + x;
  const part = sum - low;
  const error = low - (sum - part) + (x - part);
  total.low = sum;
  if (error === 0) return;
  total.parts ??= [];
  grow(total.parts, error);
}
