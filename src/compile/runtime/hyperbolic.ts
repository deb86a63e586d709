import { add2, divide2, isSettled, LOW, powerOfTwo, settled } from './double-double.js';
import { fixedExp, fixedOf } from './fixed-point.js';
import { type Approximation, nearest } from './nearest.js';
import { EXPONENT, quickExp, quickExpm1 } from './quick-exp.js';

/** The hyperbolic sine: the double nearest to the real number, infinite beyond the range. */
export function sinh(x: number): number {
  const size = Math.abs(x);
  if (size < SMALL) return x;
  if (size > INFINITE) return x * Number.POSITIVE_INFINITY;
  const quick = size < LARGE ? settled(quickSinh(size), LOW[0]!, QUICK_ERROR) : Number.NaN;
  return (
    Math.sign(x) *
    (isSettled(quick) ? quick : exact(size, ({ up, down, k, bits }) => [up - down, k - bits - 1]))
  );
}

/** The hyperbolic cosine: the double nearest to the real number, infinite beyond the range. */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (size < SMALL) return 1;
  if (size > INFINITE) return Number.POSITIVE_INFINITY;
  const quick = size < LARGE ? settled(quickCosh(size), LOW[0]!, QUICK_ERROR) : Number.NaN;
  return isSettled(quick) ? quick : exact(size, ({ up, down, k, bits }) => [up + down, k - bits - 1]);
}

/** The hyperbolic tangent: the double nearest to the real number. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < SMALL) return x;
  if (size > FLAT) return Math.sign(x);
  const high = quickExpm1(2 * size, 0);
  const low = LOW[0]!;
  const above = add2(high, low, 2, 0);
  const quick = settled(divide2(high, low, above, LOW[0]!), LOW[0]!, QUICK_ERROR);
  return (
    Math.sign(x) *
    (isSettled(quick) ? quick : exact(size, (e) => quotient(e.up - e.down, e.up + e.down, e.bits)))
  );
}

/** The hyperbolic cotangent, 1 / TANH(x): the double nearest to the real number, infinite near 0. */
export function coth(x: number): number {
  const size = Math.abs(x);
  if (size < TINY) return 1 / x;
  if (size > FLAT) return Math.sign(x);
  const high = quickExpm1(2 * size, 0);
  const low = LOW[0]!;
  const above = add2(high, low, 2, 0);
  const quick = settled(divide2(above, LOW[0]!, high, low), LOW[0]!, QUICK_ERROR);
  return (
    Math.sign(x) *
    (isSettled(quick) ? quick : exact(size, (e) => quotient(e.up + e.down, e.up - e.down, e.bits)))
  );
}

/** The hyperbolic secant, 1 / COSH(x): the double nearest to the real number. */
export function sech(x: number): number {
  const size = Math.abs(x);
  if (size < SMALL) return 1;
  if (size > ZERO) return 0;
  const high = size < LARGE ? quickCosh(size) : Number.NaN;
  const quick = settled(divide2(1, 0, high, LOW[0]!), LOW[0]!, QUICK_ERROR);
  return isSettled(quick) ? quick : exact(size, ({ up, down, k, bits }) => reciprocal(up + down, k, bits));
}

/** The hyperbolic cosecant, 1 / SINH(x): the double nearest to the real number, infinite near 0. */
export function csch(x: number): number {
  const size = Math.abs(x);
  if (size < TINY) return 1 / x;
  if (size > ZERO) return Math.sign(x) * 0;
  const high = size < LARGE ? quickSinh(size) : Number.NaN;
  const quick = settled(divide2(1, 0, high, LOW[0]!), LOW[0]!, QUICK_ERROR);
  return (
    Math.sign(x) *
    (isSettled(quick) ? quick : exact(size, ({ up, down, k, bits }) => reciprocal(up - down, k, bits)))
  );
}

/** (e^x − e^-x) / 2 = (m + m / (m + 1)) / 2 with m = e^x − 1, which loses nothing near 0. */
function quickSinh(x: number): number {
  const high = quickExpm1(x, 0);
  const low = LOW[0]!;
  const above = add2(high, low, 1, 0);
  const fraction = divide2(high, low, above, LOW[0]!);
  const sum = add2(high, low, fraction, LOW[0]!);
  LOW[0] = LOW[0]! * 0.5;
  return sum * 0.5;
}

/** (e^x + e^-x) / 2. */
function quickCosh(x: number): number {
  const mantissa = quickExp(x, 0);
  const scale = powerOfTwo(EXPONENT[0]!);
  const [high, low] = [mantissa * scale, LOW[0]! * scale];
  const inverse = divide2(1, 0, high, low);
  const sum = add2(high, low, inverse, LOW[0]!);
  LOW[0] = LOW[0]! * 0.5;
  return sum * 0.5;
}

/** e^x = up · 2^(k − bits), e^-x = down · 2^(k − bits). */
type Exponentials = { readonly up: bigint; readonly down: bigint; readonly k: number; readonly bits: number };

function exact(size: number, combine: (exponentials: Exponentials) => Approximation): number {
  return nearest((wanted) => {
    const bits = wanted + SPARE;
    const [up, k] = fixedExp(fixedOf(size, bits), bits);
    const down = ((1n << BigInt(2 * bits)) / up) >> BigInt(2 * k);
    const [mantissa, exponent] = combine({ up, down, k, bits });
    return [mantissa >> BigInt(SPARE), exponent + SPARE];
  });
}

function quotient(a: bigint, b: bigint, bits: number): Approximation {
  return [(a << BigInt(bits)) / b, -bits];
}

/** 2 / (n · 2^(k − bits)) */
function reciprocal(n: bigint, k: number, bits: number): Approximation {
  return [(2n << BigInt(2 * bits)) / n, -bits - k];
}

/** Below, the next term of the series is less than half of the last bit. */
const SMALL = 2 ** -27;
/** Below, the reciprocal of x is nearer to the result than any rounding can tell: quotients keep 2^-107 from midpoints. */
const TINY = 2 ** -60;
/** From here on e^(-2x) is less than half of the last bit of 1. */
const FLAT = 20;
/** Beyond, double-doubles lose their low parts. */
const LARGE = 270;
const INFINITE = 711;
/** Here the reciprocal is less than half of the smallest double. */
const ZERO = 747;
const QUICK_ERROR = 2 ** -64;
/** Bits that reciprocals of small numbers may cost. */
const SPARE = 160;
