import { exactInteger, exactTotal, grow, roundedRatio, UNIT_EXPONENT } from '../exact-expansion.js';
import type { ByteReader } from './byte-reader.js';
import { type ByteWriter, integerBytes } from './byte-writer.js';

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

/** The total as an integer in units of 2^-2148. */
export function exactDoubleTotal({ high, low, parts, rest }: DoubleTotal): bigint {
  const doubles = exactTotal(parts ?? [], exactInteger(high) + exactInteger(low));
  return (doubles << TO_TOTAL_UNIT) + rest;
}

/** The total as the nearest double, ties to even; ±Infinity beyond the doubles. */
export function roundedTotal(total: DoubleTotal): number {
  return isTwoDoubles(total)
    ? total.high + total.low
    : roundedRatio(exactDoubleTotal(total), 1n, TOTAL_EXPONENT);
}

/**
 * Depends on the total alone, not on how it is held: the nearest double, and the nearest double to what that lacks, as many of
 * them as are not 0; where that is not all of it, an odd integer and the exponent of its unit.
 */
export function writeDoubleTotal(to: ByteWriter, total: DoubleTotal): void {
  if (!isTwoDoubles(total)) {
    writeExact(to, exactDoubleTotal(total));
    return;
  }
  const first = total.high + total.low;
  const part = first - total.high;
  writeDoubles(to, first, total.high - (first - part) + (total.low - part));
}

export function readDoubleTotal(from: ByteReader): DoubleTotal {
  const total = emptyDoubleTotal();
  const form = from.byte();
  if (form === INTEGER_FORM) {
    const exponent = from.count();
    total.rest = from.integer() << BigInt(exponent);
    return total;
  }
  for (let i = 0; i < form; i++) addDouble(total, from.float64());
  return total;
}

/** Bytes of a written total of 2^53 terms at most, of doubles or of squares. */
export const DOUBLE_TOTAL_BYTES = 1 + 2 + integerBytes(1024 - UNIT_EXPONENT + 53);
export const SQUARE_TOTAL_BYTES = 1 + 2 + integerBytes(2048 - TOTAL_EXPONENT + 53);

/** A form of 0, 1 or 2 is so many doubles. */
const INTEGER_FORM = 3;

/** Sums of 2^60 doubles of this size still lie inside the doubles. */
const LARGEST_TERM = 2 ** 960;

/** Between these sizes x² and its rounding error are doubles, and 2^60 squares can be summed. */
const SMALLEST_ROOT = 2 ** -480;
const LARGEST_ROOT = 2 ** 480;

/** Veltkamp's constant for doubles. */
const SPLITTER = 2 ** 27 + 1;

const TO_TOTAL_UNIT = BigInt(UNIT_EXPONENT - TOTAL_EXPONENT);

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

function isTwoDoubles({ parts, rest }: DoubleTotal): boolean {
  return rest === 0n && (parts === null || parts.length === 0);
}

function inUnits(x: number): bigint {
  return exactInteger(x) << TO_TOTAL_UNIT;
}

function writeExact(to: ByteWriter, exact: bigint): void {
  const first = roundedRatio(exact, 1n, TOTAL_EXPONENT);
  if (Number.isFinite(first)) {
    const lacking = exact - inUnits(first);
    const second = roundedRatio(lacking, 1n, TOTAL_EXPONENT);
    if (lacking === inUnits(second)) {
      writeDoubles(to, first, second);
      return;
    }
  }
  const exponent = trailingZeros(exact);
  to.byte(INTEGER_FORM);
  to.count(exponent);
  to.integer(exact >> BigInt(exponent));
}

function writeDoubles(to: ByteWriter, first: number, second: number): void {
  const count = Number(first !== 0) + Number(second !== 0);
  to.byte(count);
  if (count > 0) to.float64(first);
  if (count > 1) to.float64(second);
}

/** Of an integer that is not 0. */
function trailingZeros(value: bigint): number {
  const digits = value.toString(16);
  const last = digits.search(/0*$/);
  const digit = Number.parseInt(digits[last - 1]!, 16);
  return 4 * (digits.length - last) + (31 - Math.clz32(digit & -digit));
}
