/**
 * Functions of real numbers to any precision, for what double-doubles cannot settle: a fixed-point number is an integer over
 * 2^bits. Every result is within a few units; {@link GUARD} bits are carried beside.
 */

/** A double at `bits` places, towards −∞. */
export function fixedOf(x: number, bits: number): bigint {
  const [mantissa, exponent] = partsOf(x);
  return shifted(mantissa, exponent + bits);
}

/** x = mantissa · 2^exponent, exactly; x is finite. */
export function partsOf(x: number): readonly [mantissa: bigint, exponent: number] {
  VIEW.setFloat64(0, x);
  const bits = VIEW.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  return [x < 0 ? -mantissa : mantissa, Math.max(exponent, 1) - 1075];
}

/** value · 2^by, towards −∞. */
export function shifted(value: bigint, by: number): bigint {
  return by >= 0 ? value << BigInt(by) : value >> BigInt(-by);
}

/** π, by Machin's formula. */
export function fixedPi(bits: number): bigint {
  return remembered(
    PI,
    bits,
    (places) => 16n * arctangentOfInverse(5n, places) - 4n * arctangentOfInverse(239n, places),
  );
}

/** ln 2 = 2 · artanh(1/3). */
export function fixedLn2(bits: number): bigint {
  return remembered(LN2, bits, (places) => {
    let power = (2n << BigInt(places)) / 3n;
    let sum = 0n;
    for (let n = 1n; power !== 0n; n += 2n, power /= 9n) sum += power / n;
    return sum;
  });
}

/** e^x as mantissa · 2^exponent, the mantissa of `bits` places and from 0.7 to 2. */
export function fixedExp(x: bigint, bits: number): readonly [mantissa: bigint, exponent: number] {
  const places = bits + GUARD;
  const scaled = x << BigInt(GUARD);
  const ln2 = fixedLn2(places);
  const halvings = (2n * scaled + ln2) / (2n * ln2) - (scaled < 0n ? 1n : 0n);
  const one = 1n << BigInt(places);
  // The series of e^(rest/256), squared eight times.
  const rest = (scaled - halvings * ln2) >> 8n;
  let term = one;
  let sum = one;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * rest) >> BigInt(places)) / n;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = (sum * sum) >> BigInt(places);
  return [sum >> BigInt(GUARD), Number(halvings)];
}

/** ln(mantissa · 2^exponent) of a mantissa above 0. */
export function fixedLn(mantissa: bigint, exponent: number, bits: number): bigint {
  const places = bits + GUARD;
  const length = bitLength(mantissa);
  const size = length + exponent;
  // In [0.5, 1), and from there into [0.7, 1.42).
  const half = shifted(mantissa, places - length);
  const isSmall = half * 10n < 7n << BigInt(places);
  const m = isSmall ? half << 1n : half;
  const one = 1n << BigInt(places);
  const z = ((m - one) << BigInt(places)) / (m + one);
  const ln = 2n * oddSeries(z, (z * z) >> BigInt(places), places);
  return (ln + BigInt(isSmall ? size - 1 : size) * fixedLn2(places)) >> BigInt(GUARD);
}

/** sin x and cos x. */
export function fixedSinCos(x: bigint, bits: number): readonly [sin: bigint, cos: bigint] {
  const places = bits + GUARD;
  const scaled = x << BigInt(GUARD);
  const pi = fixedPi(places);
  const quarter = floorDivide(4n * scaled + pi, 2n * pi);
  const rest = scaled - ((quarter * pi) >> 1n);
  const square = (rest * rest) >> BigInt(places);
  const sin = alternatingSeries(rest, square, places, 1n) >> BigInt(GUARD);
  const cos = alternatingSeries(1n << BigInt(places), square, places, 0n) >> BigInt(GUARD);
  const turns = quarter & 3n;
  if (turns === 0n) return [sin, cos];
  if (turns === 1n) return [cos, -sin];
  return turns === 2n ? [-sin, -cos] : [-cos, sin];
}

/** arctan of t from 0 to 1. */
export function fixedArctangent(t: bigint, bits: number): bigint {
  const places = bits + GUARD;
  const one = 1n << BigInt(places);
  let reduced = t << BigInt(GUARD);
  let doublings = 0n;
  // arctan t = 2 · arctan(t / (1 + sqrt(1 + t²)))
  for (; reduced > one >> 4n; doublings++) {
    const root = integerRoot(one * one + reduced * reduced);
    reduced = (reduced << BigInt(places)) / (one + root);
  }
  const square = (reduced * reduced) >> BigInt(places);
  return (oddSeries(reduced, -square, places) << doublings) >> BigInt(GUARD);
}

/** The square root of an integer that is not negative, cut off. */
export function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Binary digits of an integer that is not negative. */
export function bitLength(n: bigint): number {
  const digits = n.toString(16);
  return digits.length * 4 - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
}

/** Division towards −∞ by what is above 0. */
function floorDivide(a: bigint, b: bigint): bigint {
  return a >= 0n ? a / b : -((-a + b - 1n) / b);
}

/** first + first·ratio/3 + first·ratio²/5 + … */
function oddSeries(first: bigint, ratio: bigint, places: number): bigint {
  let power = first;
  let sum = 0n;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = (power * ratio) >> BigInt(places);
  }
  return sum;
}

/** first − first·square/((n+1)(n+2)) + … */
function alternatingSeries(first: bigint, square: bigint, places: number, from: bigint): bigint {
  let term = first;
  let sum = 0n;
  for (let n = from; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -((term * square) >> BigInt(places)) / ((n + 1n) * (n + 2n));
  }
  return sum;
}

function arctangentOfInverse(n: bigint, places: number): bigint {
  let power = (1n << BigInt(places)) / n;
  let sum = 0n;
  for (let odd = 1n; power !== 0n; odd += 2n, power /= -(n * n)) sum += power / odd;
  return sum;
}

/** A constant, computed once a precision. */
function remembered(known: Map<number, bigint>, bits: number, compute: (places: number) => bigint): bigint {
  const found = known.get(bits);
  if (found !== undefined) return found;
  const value = compute(bits + GUARD) >> BigInt(GUARD);
  if (known.size < MAX_REMEMBERED) known.set(bits, value);
  return value;
}

const GUARD = 32;
const PI = new Map<number, bigint>();
const LN2 = new Map<number, bigint>();
/** Precisions that one constant is kept in: reductions of large angles ask for one each binary order. */
const MAX_REMEMBERED = 256;
const VIEW = new DataView(new ArrayBuffer(8));
