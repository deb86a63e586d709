import { divide2, isSettled, LOW, multiply2, settled } from './double-double.js';
import { fixedLn, partsOf } from './fixed-point.js';
import { nearest } from './nearest.js';
import { quickLn } from './quick-ln.js';

/** The natural logarithm: the double nearest to the real number; −∞ of 0, NaN of negative numbers. */
export function ln(x: number): number {
  if (!(x >= SMALLEST_NORMAL)) return lnAtTheEnds(x);
  const result = settled(quickLn(x, 0), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exactLn(x);
}

/** The logarithm to base 10: the double nearest to the real number; −∞ of 0, NaN of negative numbers. */
export function log10(x: number): number {
  if (!(x > 0)) return lnAtTheEnds(x);
  const high = quickNormalLn(x);
  const result = settled(multiply2(high, LOW[0]!, INVERSE_LN10, INVERSE_LN10_LOW), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exactQuotient(x, 10);
}

/** The logarithm to any base above 0 and not 1: the double nearest to the real number; NaN for other bases and of x ≤ 0. */
export function log(x: number, base: number): number {
  if (!(x > 0 && base > 0 && base !== 1)) return Number.NaN;
  if (x === 1) return base < 1 ? -0 : 0;
  const high = quickNormalLn(x);
  const low = LOW[0]!;
  const baseHigh = quickNormalLn(base);
  const result = settled(divide2(high, low, baseHigh, LOW[0]!), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exactQuotient(x, base);
}

function lnAtTheEnds(x: number): number {
  if (x > 0) return exactLn(x);
  return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
}

/** NaN of subnormal numbers. */
function quickNormalLn(x: number): number {
  return x < SMALLEST_NORMAL ? Number.NaN : quickLn(x, 0);
}

function exactLn(x: number): number {
  const [mantissa, exponent] = partsOf(x);
  return nearest((bits) => [fixedLn(mantissa, exponent, bits), -bits]);
}

/** ln x / ln base; near 1 both may be as small as 2^-53. */
function exactQuotient(x: number, base: number): number {
  const [mantissa, exponent] = partsOf(x);
  const [baseMantissa, baseExponent] = partsOf(base);
  return nearest((wanted) => {
    const bits = wanted + 2 * SPARE;
    const dividend = fixedLn(mantissa, exponent, bits) << BigInt(bits - SPARE);
    return [dividend / fixedLn(baseMantissa, baseExponent, bits), SPARE - bits];
  });
}

const SMALLEST_NORMAL = 2 ** -1022;
const QUICK_ERROR = 2 ** -66;
/** 1 / ln 10 */
const INVERSE_LN10 = Math.LOG10E;
const INVERSE_LN10_LOW = 1.098319650216765e-17;
const SPARE = 120;
