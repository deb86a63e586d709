import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';

/** Bits of INT64, as lists of 64 of them, the highest first. */
export const BITS: Readonly<Record<string, StrictOperation>> = {
  bit_and_int64: ([a, b]) =>
    number(bits(a).map((bit, at) => (bit === '1' && bits(b)[at] === '1' ? '1' : '0'))),
  bit_or_int64: ([a, b]) =>
    number(bits(a).map((bit, at) => (bit === '1' || bits(b)[at] === '1' ? '1' : '0'))),
  bit_xor_int64: ([a, b]) => number(bits(a).map((bit, at) => (bit === bits(b)[at] ? '0' : '1'))),
  bit_not_int64: ([a]) => number(bits(a).map((bit) => (bit === '1' ? '0' : '1'))),
  shift_left_int64: ([a, places]) => {
    const by = Number(places);
    return by < 0
      ? null
      : number([...bits(a).slice(by), ...Array.from({ length: Math.min(by, 64) }, () => '0')]);
  },
  shift_right_int64: ([a, places]) => {
    const by = Math.min(Number(places), 64);
    return by < 0 ? null : number([...Array.from({ length: by }, () => '0'), ...bits(a).slice(0, 64 - by)]);
  },
  bit_count_int64: ([a]) => BigInt(bits(a).filter((bit) => bit === '1').length),
};

function bits(value: Value | undefined): readonly string[] {
  const number = value as bigint;
  return [...(number < 0n ? number + 2n ** 64n : number).toString(2).padStart(64, '0')];
}

function number(digits: readonly string[]): bigint {
  const value = BigInt(`0b${digits.join('')}`);
  return value >= 2n ** 63n ? value - 2n ** 64n : value;
}
