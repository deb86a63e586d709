import { isSettled, LOW, settled, sqrt2, sumError } from './double-double.js';
import { fixedArctangent, fixedOf, fixedPi, integerRoot, partsOf } from './fixed-point.js';
import { nearest } from './nearest.js';
import { oneMinusSquare } from './one-minus-square.js';
import { quickArctangent } from './quick-arctangent.js';

/** The arctangent in radians: the double nearest to the real number. */
export function atan(x: number): number {
  const size = Math.abs(x);
  if (size < SMALL) return x;
  if (size > FLAT) return Math.sign(x) * HALF_PI;
  const result = settled(quickArctangent(size, 0, 1, 0), LOW[0]!, QUICK_ERROR);
  return Math.sign(x) * (isSettled(result) ? result : exactAngle(size, 1, false));
}

/** The angle of the point (x, y) in radians, from −π to π: the double nearest to the real number; 0 for (0, 0). */
export function atan2(y: number, x: number): number {
  const isLeft = x < 0 || Object.is(x, -0);
  const angle =
    y === 0 ? (isLeft ? Math.PI : 0) : x === 0 ? HALF_PI : angleOf(Math.abs(y), Math.abs(x), isLeft);
  return y < 0 || Object.is(y, -0) ? -angle : angle;
}

/** The arcsine in radians: the double nearest to the real number; NaN beyond −1 to 1. */
export function asin(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? x * HALF_PI : Number.NaN;
  if (size < SMALL) return x;
  const other = sqrt2(oneMinusSquare(size), LOW[0]!);
  const result = settled(quickArctangent(size, 0, other, LOW[0]!), LOW[0]!, QUICK_ERROR);
  return Math.sign(x) * (isSettled(result) ? result : exactArcsine(size, (sine) => sine));
}

/** The arccosine in radians: the double nearest to the real number; NaN beyond −1 to 1. */
export function acos(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1)) return size > 1 ? Number.NaN : x === 1 ? 0 : Math.PI;
  if (size < TINY) return HALF_PI;
  const other = sqrt2(oneMinusSquare(size), LOW[0]!);
  const angle = quickArctangent(other, LOW[0]!, size, 0);
  const result = x < 0 ? supplement(angle, LOW[0]!) : settled(angle, LOW[0]!, QUICK_ERROR);
  if (isSettled(result)) return result;
  return exactArcsine(size, (sine, pi) => (x < 0 ? (pi >> 1n) + sine : (pi >> 1n) - sine));
}

function angleOf(y: number, x: number, isLeft: boolean): number {
  const isUsual = Math.max(y, x) < HUGE && Math.min(y, x) > 1 / HUGE;
  if (!isUsual) return exactAngle(y, x, isLeft);
  const angle = quickArctangent(y, 0, x, 0);
  const result = isLeft ? supplement(angle, LOW[0]!) : settled(angle, LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exactAngle(y, x, isLeft);
}

/** π − (high + low), rounded, or NaN. */
function supplement(high: number, low: number): number {
  const sum = Math.PI - high;
  return settled(sum, sumError(Math.PI, -high, sum) + (PI_LOW - low), QUICK_ERROR);
}

/** arctan(y/x), or π − that. */
function exactAngle(y: number, x: number, isLeft: boolean): number {
  const [above, aboveExponent] = partsOf(Math.min(y, x));
  const [below, belowExponent] = partsOf(Math.max(y, x));
  return nearest((bits) => {
    const shift = bits + aboveExponent - belowExponent;
    const slope = shift >= 0 ? (above << BigInt(shift)) / below : above / (below << BigInt(-shift));
    const small = fixedArctangent(slope, bits);
    const angle = y <= x ? small : (fixedPi(bits) >> 1n) - small;
    return [isLeft ? fixedPi(bits) - angle : angle, -bits];
  });
}

/** The arcsine of a number from 2^-60 to 1, or what is made of it and π. */
function exactArcsine(x: number, combine: (sine: bigint, pi: bigint) => bigint): number {
  return nearest((bits) => {
    const one = 1n << BigInt(bits);
    const size = fixedOf(x, bits);
    const other = integerRoot(one * one - size * size);
    const pi = fixedPi(bits);
    const arcsine =
      size <= other
        ? fixedArctangent((size << BigInt(bits)) / other, bits)
        : (pi >> 1n) - fixedArctangent((other << BigInt(bits)) / size, bits);
    return [combine(arcsine, pi), -bits];
  });
}

const HALF_PI = Math.PI / 2;
/** π − Math.PI */
const PI_LOW = 1.2246467991473532e-16;
/** Below, the next term of the series is less than half of the last bit. */
const SMALL = 2 ** -27;
const TINY = 2 ** -60;
/** Beyond, arctan x is nearer to π/2 than the next double. */
const FLAT = 2 ** 60;
/** Beyond, double-doubles lose their low parts. */
const HUGE = 2 ** 390;
const QUICK_ERROR = 2 ** -66;
