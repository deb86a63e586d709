import { isSettled, LOW, multiply2, powerOfTwo, settled } from './double-double.js';
import { fixedExp, fixedLn, partsOf, shifted } from './fixed-point.js';
import { nearest } from './nearest.js';
import { EXPONENT, quickExp } from './quick-exp.js';
import { quickLn } from './quick-ln.js';

/**
 * x to the power of y: the double nearest to the real number. 1 for y = 0 and for x = 1; NaN for a negative x and a y that is no
 * whole number; infinite for x = 0 and y < 0, and beyond the range.
 */
export function pow(x: number, y: number): number {
  if (y === 2) return x * x;
  if (y === 1) return x;
  if (y === 0 || x === 1) return 1;
  if (x > 0) return y === 0.5 ? Math.sqrt(x) : powerOfPositive(x, y);
  return powerOfNegative(x, y);
}

/** x is negative, or one of the zeros. */
function powerOfNegative(x: number, y: number): number {
  const isWhole = Number.isInteger(y);
  if (x < 0 && !isWhole) return Number.NaN;
  const size = x === 0 ? powerOfZero(y) : powerOfPositive(-x, y);
  const isOdd = isWhole && Math.abs(y % 2) === 1;
  return isOdd && (x < 0 || Object.is(x, -0)) ? -size : size;
}

function powerOfZero(y: number): number {
  return y < 0 ? Number.POSITIVE_INFINITY : 0;
}

function powerOfPositive(x: number, y: number): number {
  if (x === 1) return 1;
  if (y === -1) return 1 / x;
  const isNormal = x >= SMALLEST_NORMAL;
  const ln = isNormal ? quickLn(x, 0) : quickLn(x * 2 ** 54, 0) - 54 * Math.LN2;
  const lnLow = LOW[0]!;
  const size = ln * y;
  if (size > 710) return Number.POSITIVE_INFINITY;
  if (size < -746) return 0;
  if (Math.abs(size) < 2 ** -54) return 1;
  if (!isNormal || Math.abs(size) > LARGEST_QUICK) return exactPower(x, y);
  const exponent = multiply2(ln, lnLow, y, 0);
  const power = quickExp(exponent, LOW[0]!);
  const result = settled(power, LOW[0]!, EXP_ERROR + Math.abs(size) * LN_ERROR);
  return isSettled(result) ? result * powerOfTwo(EXPONENT[0]!) : exactPower(x, y);
}

/** e^(y · ln x); |y| is below 2^63, or x would be too near to 1 for a finite power. */
function exactPower(x: number, y: number): number {
  const [mantissa, exponent] = partsOf(x);
  const [factor, shift] = partsOf(y);
  return nearest((wanted) => {
    const bits = wanted + SPARE;
    const product = shifted(fixedLn(mantissa, exponent, bits) * factor, shift);
    const [power, k] = fixedExp(product, bits);
    return [power >> BigInt(SPARE), k - wanted];
  });
}

/** Beyond, a result may be subnormal or infinite, and is rounded as an integer. */
const LARGEST_QUICK = 708;
const SMALLEST_NORMAL = 2 ** -1022;
const EXP_ERROR = 2 ** -72;
const LN_ERROR = 2 ** -69;
const SPARE = 96;
