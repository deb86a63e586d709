import { add2, divide2, isSettled, LOW, productError, settled, sqrt2, sumError } from './double-double.js';
import { fixedLn, fixedOf, integerRoot } from './fixed-point.js';
import { nearest } from './nearest.js';
import { quickLn } from './quick-ln.js';

/** The inverse hyperbolic sine: the double nearest to the real number. */
export function asinh(x: number): number {
  const size = Math.abs(x);
  if (size < SMALL) return x;
  const high = size > LARGE ? lnOfTwice(size, 0.25 / size / size) : quickAsinh(size);
  const result = settled(high, LOW[0]!, QUICK_ERROR);
  return Math.sign(x) * (isSettled(result) ? result : exact(size, 1n));
}

/** The inverse hyperbolic cosine, from 0 on: the double nearest to the real number; NaN below 1. */
export function acosh(x: number): number {
  if (!(x > 1)) return x === 1 ? 0 : Number.NaN;
  const high = x > LARGE ? lnOfTwice(x, -0.25 / x / x) : quickAcosh(x);
  const result = settled(high, LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exact(x, -1n);
}

/** The inverse hyperbolic tangent: the double nearest to the real number; infinite at −1 and 1, NaN beyond. */
export function atanh(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN;
  if (size < SMALL) return x;
  const [above, below] = [1 + size, 1 - size];
  const ratio = divide2(above, sumError(1, size, above), below, sumError(1, -size, below));
  const result = settled(0.5 * quickLn(ratio, LOW[0]!), 0.5 * LOW[0]!, QUICK_ERROR);
  return Math.sign(x) * (isSettled(result) ? result : exactAtanh(size));
}

/** ln(x + sqrt(x² + 1)) */
function quickAsinh(x: number): number {
  const square = x * x;
  const sum = add2(square, productError(x, x, square), 1, 0);
  const root = sqrt2(sum, LOW[0]!);
  const total = add2(root, LOW[0]!, x, 0);
  return quickLn(total, LOW[0]!);
}

/** ln(x + sqrt((x − 1)(x + 1))), where x − 1 is exact. */
function quickAcosh(x: number): number {
  const [below, above] = [x - 1, x + 1];
  const product = below * above;
  const productLow = productError(below, above, product) + below * sumError(x, 1, above);
  const root = sqrt2(product, productLow);
  const total = add2(x, 0, root, LOW[0]!);
  return quickLn(total, LOW[0]!);
}

/** ln 2x + correction */
function lnOfTwice(x: number, correction: number): number {
  const high = quickLn(x, 0);
  return add2(high, LOW[0]!, Math.LN2, LN2_LOW + correction);
}

/** ln(x + sqrt(x² + sign)) */
function exact(x: number, sign: bigint): number {
  return nearest((bits) => {
    const size = fixedOf(x, bits);
    const root = integerRoot(size * size + (sign << BigInt(2 * bits)));
    return [fixedLn(size + root, -bits, bits), -bits];
  });
}

function exactAtanh(x: number): number {
  return nearest((bits) => {
    const one = 1n << BigInt(bits);
    const size = fixedOf(x, bits);
    const ratio = ((one + size) << BigInt(bits)) / (one - size);
    return [fixedLn(ratio, -bits, bits), -bits - 1];
  });
}

/** ln 2 − Math.LN2 */
const LN2_LOW = 2.3190468138462996e-17;
/** Below, the next term of the series is less than half of the last bit. */
const SMALL = 2 ** -27;
/** Beyond, ln 2x needs one correction only. */
const LARGE = 2 ** 30;
const QUICK_ERROR = 2 ** -66;
