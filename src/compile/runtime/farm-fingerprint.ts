import { bytesOfText } from './bytes.js';
import {
  add,
  addNumber,
  copy,
  load,
  lowHalf,
  multiply,
  rotate,
  set,
  shiftMix,
  signed,
  xor,
} from './uint64-register.js';

/**
 * FARM_FINGERPRINT of a string as UTF-8: Fingerprint64, read as a signed number. Our own because what npm has is wrong for
 * lengths that are multiples of 64. Source: Google, FarmHash 1.1, farmhash.cc, namespace farmhashna, step by step.
 */
export function farmFingerprintOfText(text: string): bigint {
  return farmFingerprint(bytesOfText(text));
}

/** FARM_FINGERPRINT of bytes. */
export function farmFingerprint(bytes: Uint8Array): bigint {
  const s = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length;
  set(K0, 0xc3a5c85c, 0x97cb3127);
  set(K1, 0xb492b66f, 0xbe98f273);
  set(K2, 0x9ae16a3b, 0x2f90404f);
  copy(MUL, K2);
  addNumber(MUL, MUL, length * 2);
  if (length < 4) hashUpTo3(s, length);
  else if (length < 8) hashUpTo7(s, length);
  else if (length <= 16) hashUpTo16(s, length);
  else if (length <= 32) hashUpTo32(s, length);
  else if (length <= 64) hashUpTo64(s, length);
  else hashLong(s, length);
  return signed(RESULT);
}

function hashUpTo3(s: DataView, length: number): void {
  copy(RESULT, K2);
  if (length === 0) return;
  set(A, 0, s.getUint8(0) + s.getUint8(length >> 1) * 256);
  multiply(A, A, K2);
  set(B, 0, length + s.getUint8(length - 1) * 4);
  multiply(B, B, K0);
  xor(A, A, B);
  shiftMix(A, A);
  multiply(RESULT, A, K2);
}

function hashUpTo7(s: DataView, length: number): void {
  const first = s.getUint32(0, true);
  set(A, first >>> 29, first << 3);
  addNumber(A, A, length);
  set(B, 0, s.getInt32(length - 4, true));
  hashLen16(RESULT, A, B);
}

function hashUpTo16(s: DataView, length: number): void {
  load(A, s, 0);
  add(A, A, K2);
  load(B, s, length - 8);
  rotate(C, B, 37);
  multiply(C, C, MUL);
  add(C, C, A);
  rotate(D, A, 25);
  add(D, D, B);
  multiply(D, D, MUL);
  hashLen16(RESULT, C, D);
}

function hashUpTo32(s: DataView, length: number): void {
  load(A, s, 0);
  multiply(A, A, K1);
  loadRest(s, length);
  sumOf(Y, B, C, D);
  add(E, B, K2);
  rotatedSum(Z, E, C);
  hashLen16(RESULT, Y, Z);
}

function hashUpTo64(s: DataView, length: number): void {
  load(A, s, 0);
  multiply(A, A, K2);
  loadRest(s, length);
  sumOf(Y, B, C, D);
  add(E, B, K2);
  rotatedSum(Z, E, C);
  hashLen16(Z, Y, Z);
  load(F, s, 24);
  add(F, F, A);
  load(A, s, 16);
  multiply(A, A, MUL);
  load(B, s, 24);
  loadSummed(C, s, length - 32, Y);
  loadSummed(D, s, length - 24, Z);
  sumOf(Y, B, C, D);
  rotatedSum(Z, F, C);
  hashLen16(RESULT, Y, Z);
}

/** b, c and d of the middle lengths. */
function loadRest(s: DataView, length: number): void {
  load(B, s, 8);
  load(C, s, length - 8);
  multiply(C, C, MUL);
  load(D, s, length - 16);
  multiply(D, D, K2);
}

/** (eight bytes + sum) · mul. */
function loadSummed(to: number, s: DataView, at: number, sum: number): void {
  load(to, s, at);
  add(to, to, sum);
  multiply(to, to, MUL);
}

/** Rotate(a + b, 43) + Rotate(c, 30) + d. */
function sumOf(to: number, b: number, c: number, d: number): void {
  add(to, A, b);
  rotate(to, to, 43);
  rotate(T, c, 30);
  add(to, to, T);
  add(to, to, d);
}

/** a + Rotate(e, 18) + c. */
function rotatedSum(to: number, e: number, c: number): void {
  rotate(to, e, 18);
  add(to, to, A);
  add(to, to, c);
}

function hashLong(s: DataView, length: number): void {
  startLong(s);
  const last = length - 1;
  copy(MUL, K1);
  for (let at = 0; at < last - (last % 64); at += 64) mix(s, at, 1);
  const lowest = lowHalf(Z) & 0xff;
  addNumber(MUL, K1, lowest * 2);
  addNumber(W0, W0, last % 64);
  add(V0, V0, W0);
  add(W0, W0, V0);
  mix(s, length - 64, 9);
  hashLen16(A, V0, W0);
  shiftMix(Y, Y);
  multiply(Y, Y, K0);
  add(A, A, Y);
  add(A, A, Z);
  hashLen16(B, V1, W1);
  add(B, B, X);
  hashLen16(RESULT, A, B);
}

function startLong(s: DataView): void {
  set(T, 0, SEED);
  multiply(X, T, K2);
  load(A, s, 0);
  add(X, X, A);
  multiply(Y, T, K1);
  addNumber(Y, Y, 113);
  multiply(Z, Y, K2);
  addNumber(Z, Z, 113);
  shiftMix(Z, Z);
  multiply(Z, Z, K2);
  for (const register of [V0, V1, W0, W1]) set(register, 0, 0);
}

/** One step over 64 bytes; the last one multiplies what it mixes in by nine. */
function mix(s: DataView, at: number, factor: number): void {
  set(D, 0, factor);
  add(X, X, Y);
  add(X, X, V0);
  load(A, s, at + 8);
  add(X, X, A);
  rotate(X, X, 37);
  multiply(X, X, MUL);
  add(Y, Y, V1);
  load(A, s, at + 48);
  add(Y, Y, A);
  rotate(Y, Y, 42);
  multiply(Y, Y, MUL);
  multiply(A, W1, D);
  xor(X, X, A);
  multiply(A, V0, D);
  add(Y, Y, A);
  load(A, s, at + 40);
  add(Y, Y, A);
  add(Z, Z, W0);
  rotate(Z, Z, 33);
  multiply(Z, Z, MUL);
  multiply(V0, V1, MUL);
  add(V1, X, W0);
  weakHash(s, at, V0, V1);
  add(W0, Z, W1);
  load(W1, s, at + 16);
  add(W1, W1, Y);
  weakHash(s, at + 32, W0, W1);
  copy(T, X);
  copy(X, Z);
  copy(Z, T);
}

/** WeakHashLen32WithSeeds: of the seeds in `first` and `second`, into them. */
function weakHash(s: DataView, at: number, first: number, second: number): void {
  load(A, s, at);
  add(A, A, first);
  load(B, s, at + 24);
  add(second, second, A);
  add(second, second, B);
  rotate(second, second, 21);
  load(C, s, at + 8);
  add(first, A, C);
  load(C, s, at + 16);
  add(first, first, C);
  rotate(T, first, 44);
  add(second, second, T);
  add(first, first, B);
  add(second, second, A);
}

/** HashLen16 of u and v with the multiplier in MUL. */
function hashLen16(to: number, u: number, v: number): void {
  xor(T, u, v);
  multiply(T, T, MUL);
  shiftMix(T, T);
  xor(T, T, v);
  multiply(T, T, MUL);
  shiftMix(T, T);
  multiply(to, T, MUL);
}

const SEED = 81;
// Registers.
const K0 = 0;
const K1 = 1;
const K2 = 2;
const MUL = 3;
const RESULT = 4;
const T = 5;
const A = 6;
const B = 7;
const C = 8;
const D = 9;
const E = 10;
const F = 11;
const X = 12;
const Y = 13;
const Z = 14;
const V0 = 15;
const V1 = 16;
const W0 = 17;
const W1 = 18;
