/**
 * Fingerprint64 of FarmHash by bigints, as it stands in Google's farmhash.cc 1.1, namespace farmhashna. What npm has is wrong
 * for lengths that are multiples of 64; this was compared with GoogleSQL's reference for lengths up to 700 and some larger.
 */
export function fingerprint64(bytes: Uint8Array): bigint {
  return hash64(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes.length);
}

function hash64(s: DataView, length: number): bigint {
  if (length <= 16) return hashUpTo16(s, length);
  if (length <= 32) return hashUpTo32(s, length);
  return length <= 64 ? hashUpTo64(s, length) : hashLong(s, length);
}

function hashUpTo16(s: DataView, length: number): bigint {
  if (length >= 8) {
    const mul = u64(K2 + BigInt(length * 2));
    const a = u64(fetch64(s, 0) + K2);
    const b = fetch64(s, length - 8);
    return hashLen16(u64(u64(rotate(b, 37n) * mul) + a), u64(u64(rotate(a, 25n) + b) * mul), mul);
  }
  if (length >= 4) {
    const a = BigInt(s.getUint32(0, true)) * 8n + BigInt(length);
    return hashLen16(a, BigInt(s.getUint32(length - 4, true)), u64(K2 + BigInt(length * 2)));
  }
  if (length === 0) return K2;
  const y = s.getUint8(0) + s.getUint8(length >> 1) * 256;
  const z = length + s.getUint8(length - 1) * 4;
  return u64(shiftMix(u64(BigInt(y) * K2) ^ u64(BigInt(z) * K0)) * K2);
}

function hashUpTo32(s: DataView, length: number): bigint {
  const mul = u64(K2 + BigInt(length * 2));
  const a = u64(fetch64(s, 0) * K1);
  const b = fetch64(s, 8);
  const c = u64(fetch64(s, length - 8) * mul);
  const d = u64(fetch64(s, length - 16) * K2);
  const u = u64(u64(rotate(u64(a + b), 43n) + rotate(c, 30n)) + d);
  return hashLen16(u, u64(u64(a + rotate(u64(b + K2), 18n)) + c), mul);
}

function hashUpTo64(s: DataView, length: number): bigint {
  const mul = u64(K2 + BigInt(length * 2));
  const a = u64(fetch64(s, 0) * K2);
  const b = fetch64(s, 8);
  const c = u64(fetch64(s, length - 8) * mul);
  const d = u64(fetch64(s, length - 16) * K2);
  const y = u64(u64(rotate(u64(a + b), 43n) + rotate(c, 30n)) + d);
  const z = hashLen16(y, u64(u64(a + rotate(u64(b + K2), 18n)) + c), mul);
  const e = u64(fetch64(s, 16) * mul);
  const f = fetch64(s, 24);
  const g = u64(u64(y + fetch64(s, length - 32)) * mul);
  const h = u64(u64(z + fetch64(s, length - 24)) * mul);
  const u = u64(u64(rotate(u64(e + f), 43n) + rotate(g, 30n)) + h);
  return hashLen16(u, u64(u64(e + rotate(u64(f + a), 18n)) + g), mul);
}

/** What {@link mix} carries from 64 bytes to the next. */
type State = { x: bigint; y: bigint; z: bigint; v: Pair; w: Pair };
type Pair = readonly [bigint, bigint];

function hashLong(s: DataView, length: number): bigint {
  const y = u64(SEED * K1 + 113n);
  const z = u64(shiftMix(u64(y * K2 + 113n)) * K2);
  const state: State = { x: u64(SEED * K2 + fetch64(s, 0)), y, z, v: [0n, 0n], w: [0n, 0n] };
  const last = length - 1;
  for (let at = 0; at < last - (last % 64); at += 64) mix(s, at, state, { mul: K1, nine: 1n });
  const mul = u64(K1 + ((state.z & 0xffn) << 1n));
  const first = u64(state.w[0] + BigInt(last % 64));
  state.v = [u64(state.v[0] + first), state.v[1]];
  state.w = [u64(first + state.v[0]), state.w[1]];
  mix(s, length - 64, state, { mul, nine: 9n });
  const { v, w } = state;
  const u = u64(hashLen16(v[0], w[0], mul) + shiftMix(state.y) * K0 + state.z);
  return hashLen16(u, u64(hashLen16(v[1], w[1], mul) + state.x), mul);
}

/** One step over 64 bytes; the last one has its own multiplier, and multiplies by nine what it mixes in. */
function mix(s: DataView, at: number, state: State, { mul, nine }: { mul: bigint; nine: bigint }): void {
  const { v, w } = state;
  let x = u64(rotate(u64(u64(state.x + state.y) + u64(v[0] + fetch64(s, at + 8))), 37n) * mul);
  let y = u64(rotate(u64(u64(state.y + v[1]) + fetch64(s, at + 48)), 42n) * mul);
  x ^= u64(w[1] * nine);
  y = u64(y + u64(u64(v[0] * nine) + fetch64(s, at + 40)));
  const z = u64(rotate(u64(state.z + w[0]), 33n) * mul);
  state.v = weakHash(s, at, u64(v[1] * mul), u64(x + w[0]));
  state.w = weakHash(s, at + 32, u64(z + w[1]), u64(y + fetch64(s, at + 16)));
  state.x = z;
  state.y = y;
  state.z = x;
}

/** WeakHashLen32WithSeeds. */
function weakHash(s: DataView, at: number, seedA: bigint, seedB: bigint): Pair {
  const last = fetch64(s, at + 24);
  const a = u64(seedA + fetch64(s, at));
  const b = rotate(u64(u64(seedB + a) + last), 21n);
  const sum = u64(u64(a + fetch64(s, at + 8)) + fetch64(s, at + 16));
  return [u64(sum + last), u64(u64(b + rotate(sum, 44n)) + a)];
}

function hashLen16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = shiftMix(u64((u ^ v) * mul));
  return u64(shiftMix(u64((v ^ a) * mul)) * mul);
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return u64((value >> bits) | u64(value << (64n - bits)));
}

function fetch64(s: DataView, at: number): bigint {
  return s.getBigUint64(at, true);
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const SEED = 81n;
