import type { ByteReader } from './byte-reader.js';
import { type ByteWriter, integerBytes, SMALL_INTEGER } from './byte-writer.js';

/**
 * An exact sum of integers, whatever their size: `high` · 2^32 + `low` + `rest`. The two doubles hold integers below 2^53, so
 * adding makes no bigint; what they gather is moved to `rest` before it could be inexact.
 */
export type IntegerTotal = { high: number; low: number; rest: bigint };

export function emptyIntegerTotal(): IntegerTotal {
  return { high: 0, low: 0, rest: 0n };
}

/** Adds a signed 64-bit integer of which `low` and `high` are the halves, each of 32 bits and signed as an Int32Array has them. */
export function addWords(total: IntegerTotal, low: number, high: number): void {
  total.low += low >>> 0;
  total.high += high;
  if (isFull(total)) settle(total);
}

/** Adds the 64-bit integers of the first `count` of some rows: `words` has two halves a row, as {@link addWords} takes them. */
export function addWordsOfRows(
  total: IntegerTotal,
  words: Int32Array,
  places: Int32Array,
  count: number,
): void {
  for (let from = 0; from < count; from += MOST_AT_ONCE) {
    const to = Math.min(count, from + MOST_AT_ONCE);
    let [low, high] = [0, 0];
    for (let i = from; i < to; i++) {
      const at = 2 * places[i]!;
      low += words[at]! >>> 0;
      high += words[at + 1]!;
    }
    total.low += low;
    total.high += high;
    if (isFull(total)) settle(total);
  }
}

/** Adds an integer between −2^53 and 2^53. */
export function addSafeInteger(total: IntegerTotal, x: number): void {
  const high = Math.floor(x / TWO_32);
  total.high += high;
  total.low += x - high * TWO_32;
  if (isFull(total)) settle(total);
}

export function addInteger(total: IntegerTotal, x: bigint): void {
  total.rest += x;
}

/** Adds what `other` holds. */
export function mergeIntegerTotal(total: IntegerTotal, other: IntegerTotal): void {
  total.high += other.high;
  total.low += other.low;
  if (other.rest !== 0n) total.rest += other.rest;
  if (isFull(total)) settle(total);
}

export function integerOf({ high, low, rest }: IntegerTotal): bigint {
  return rest + (BigInt(high) << 32n) + BigInt(low);
}

/** The total in two halves where it is a 64-bit integer and easily told so: the upper one signed, the lower one to be taken modulo 2^32. */
export function wordsOf({ high, low, rest }: IntegerTotal): readonly [low: number, high: number] | null {
  const upper = high + Math.floor(low / TWO_32);
  return rest === 0n && upper >= -(2 ** 31) && upper < 2 ** 31 ? [low, upper] : null;
}

/** The total as the nearest double, ties to even. */
export function roundedInteger(total: IntegerTotal): number {
  // Both terms are exact, so that the sum is rounded once.
  return total.rest === 0n ? total.high * TWO_32 + total.low : Number(integerOf(total));
}

/** Depends on the total alone, not on how it is held. */
export function writeIntegerTotal(to: ByteWriter, total: IntegerTotal): void {
  const rounded = roundedInteger(total);
  if (total.rest === 0n && Math.abs(rounded) < SMALL_INTEGER) to.smallInteger(rounded);
  else to.integer(integerOf(total));
}

export function readIntegerTotal(from: ByteReader): IntegerTotal {
  const value = from.anyInteger();
  if (typeof value === 'number') {
    const high = Math.floor(value / TWO_32);
    return { high, low: value - high * TWO_32, rest: 0n };
  }
  const high = value >> 32n;
  const isHeld = high < HELD && high > -HELD;
  return isHeld
    ? { high: Number(high), low: Number(value & 0xffff_ffffn), rest: 0n }
    : { high: 0, low: 0, rest: value };
}

/** Bytes of a written total of 2^53 integers at most, each between −2^bits and 2^bits. */
export function integerTotalBytes(bits: number): number {
  return integerBytes(bits + 53);
}

const TWO_32 = 2 ** 32;

/** Beyond it the next term might make a half inexact. */
const FULL = 2 ** 52;

/** So many low halves are below 2^48, so that adding them is exact. */
const MOST_AT_ONCE = 2 ** 16;

/** What a decoded total may have in its high half. */
const HELD = 2n ** 50n;

function isFull({ high, low }: IntegerTotal): boolean {
  return low >= FULL || high >= FULL || high <= -FULL;
}

function settle(total: IntegerTotal): void {
  total.rest = integerOf(total);
  total.high = 0;
  total.low = 0;
}
