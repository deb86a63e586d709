/**
 * Arithmetic modulo 2^64 on numbered registers, of `a` and `b` into `to`, which may be one of them: many times as fast as
 * bigints, which are made anew at every step. A register is two halves of 32 bits, the low one first.
 */
export function add(to: number, a: number, b: number): void {
  const low = (HALVES[a * 2]! >>> 0) + (HALVES[b * 2]! >>> 0);
  HALVES[to * 2 + 1] = HALVES[a * 2 + 1]! + HALVES[b * 2 + 1]! + (low > 0xffff_ffff ? 1 : 0);
  HALVES[to * 2] = low;
}

/** Adds a number from 0 to 2^31. */
export function addNumber(to: number, a: number, value: number): void {
  const low = (HALVES[a * 2]! >>> 0) + value;
  HALVES[to * 2 + 1] = HALVES[a * 2 + 1]! + (low > 0xffff_ffff ? 1 : 0);
  HALVES[to * 2] = low;
}

/** Multiplies by parts of 16 bits, whose products a double holds. */
export function multiply(to: number, a: number, b: number): void {
  const lowA = HALVES[a * 2]!;
  const lowB = HALVES[b * 2]!;
  const crossed = Math.imul(HALVES[a * 2 + 1]!, lowB) + Math.imul(lowA, HALVES[b * 2 + 1]!);
  const lowest = (lowA & 0xffff) * (lowB & 0xffff);
  const left = (lowA >>> 16) * (lowB & 0xffff) + (lowest >>> 16);
  const right = (lowA & 0xffff) * (lowB >>> 16) + (left & 0xffff);
  HALVES[to * 2] = (right << 16) | (lowest & 0xffff);
  HALVES[to * 2 + 1] = (lowA >>> 16) * (lowB >>> 16) + (left >>> 16) + (right >>> 16) + crossed;
}

export function xor(to: number, a: number, b: number): void {
  HALVES[to * 2] = HALVES[a * 2]! ^ HALVES[b * 2]!;
  HALVES[to * 2 + 1] = HALVES[a * 2 + 1]! ^ HALVES[b * 2 + 1]!;
}

/** Rotates to the right by 1 to 63 bits, but not 32. */
export function rotate(to: number, a: number, bits: number): void {
  const isFar = bits > 32;
  const low = HALVES[a * 2 + (isFar ? 1 : 0)]!;
  const high = HALVES[a * 2 + (isFar ? 0 : 1)]!;
  const right = isFar ? bits - 32 : bits;
  HALVES[to * 2] = (low >>> right) | (high << (32 - right));
  HALVES[to * 2 + 1] = (high >>> right) | (low << (32 - right));
}

/** a ^ (a >> 47). */
export function shiftMix(to: number, a: number): void {
  const high = HALVES[a * 2 + 1]!;
  HALVES[to * 2] = HALVES[a * 2]! ^ (high >>> 15);
  HALVES[to * 2 + 1] = high;
}

export function copy(to: number, a: number): void {
  HALVES[to * 2] = HALVES[a * 2]!;
  HALVES[to * 2 + 1] = HALVES[a * 2 + 1]!;
}

/** Sets a register to two halves. */
export function set(to: number, high: number, low: number): void {
  HALVES[to * 2] = low;
  HALVES[to * 2 + 1] = high;
}

/** Loads eight bytes, the lowest first. */
export function load(to: number, bytes: DataView, at: number): void {
  HALVES[to * 2] = bytes.getInt32(at, true);
  HALVES[to * 2 + 1] = bytes.getInt32(at + 4, true);
}

/** The lowest bits of a register. */
export function lowHalf(a: number): number {
  return HALVES[a * 2]!;
}

/** A register as a signed number. */
export function signed(a: number): bigint {
  return (BigInt(HALVES[a * 2 + 1]!) << 32n) | BigInt(HALVES[a * 2]! >>> 0);
}

/** 32 registers. */
const HALVES = new Int32Array(64);
