import { divide2, isSettled, LOW, settled } from './double-double.js';
import { fixedSinCos, partsOf, shifted } from './fixed-point.js';
import { type Approximation, nearest } from './nearest.js';
import { quickSine, reduceAngle } from './quick-sine.js';

/** The sine of an angle in radians of any size: the double nearest to the real number. */
export function sin(x: number): number {
  if (Math.abs(x) < SMALL) return x;
  const result = settled(quickSine(reduceAngle(x, 0)), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exact(x, (sine, _, bits) => [sine, -bits]);
}

/** The cosine: the double nearest to the real number. */
export function cos(x: number): number {
  if (Math.abs(x) < SMALL) return 1;
  const result = settled(quickSine(reduceAngle(x, 0) + QUARTER), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exact(x, (_, cosine, bits) => [cosine, -bits]);
}

/** The tangent: the double nearest to the real number. */
export function tan(x: number): number {
  if (Math.abs(x) < SMALL) return x;
  const steps = reduceAngle(x, 0);
  const result = quickQuotient(steps, steps + QUARTER);
  return isSettled(result)
    ? result
    : exact(x, (sine, cosine, bits) => [(sine << BigInt(bits)) / cosine, -bits]);
}

/** The cotangent: the double nearest to the real number, infinite near 0. */
export function cot(x: number): number {
  if (Math.abs(x) < TINY) return 1 / x;
  const steps = reduceAngle(x, 0);
  const result = quickQuotient(steps + QUARTER, steps);
  return isSettled(result)
    ? result
    : exact(x, (sine, cosine, bits) => [(cosine << BigInt(bits)) / sine, -bits]);
}

/** The secant, 1 / COS(x): the double nearest to the real number. */
export function sec(x: number): number {
  if (Math.abs(x) < SMALL) return 1;
  const high = quickSine(reduceAngle(x, 0) + QUARTER);
  const result = settled(divide2(1, 0, high, LOW[0]!), LOW[0]!, QUOTIENT_ERROR);
  return isSettled(result)
    ? result
    : exact(x, (_, cosine, bits) => [(1n << BigInt(2 * bits)) / cosine, -bits]);
}

/** The cosecant, 1 / SIN(x): the double nearest to the real number, infinite near 0. */
export function csc(x: number): number {
  if (Math.abs(x) < TINY) return 1 / x;
  const high = quickSine(reduceAngle(x, 0));
  const result = settled(divide2(1, 0, high, LOW[0]!), LOW[0]!, QUOTIENT_ERROR);
  return isSettled(result) ? result : exact(x, (sine, _, bits) => [(1n << BigInt(2 * bits)) / sine, -bits]);
}

function quickQuotient(above: number, below: number): number {
  const high = quickSine(above);
  const low = LOW[0]!;
  const belowHigh = quickSine(below);
  return settled(divide2(high, low, belowHigh, LOW[0]!), LOW[0]!, QUOTIENT_ERROR);
}

/** Neither sine nor cosine of a double from TINY on is below 2^-64, and quotients have twice that many bits to spare. */
function exact(x: number, combine: (sine: bigint, cosine: bigint, bits: number) => Approximation): number {
  const [mantissa, exponent] = partsOf(x);
  return nearest((wanted) => {
    const bits = wanted + SPARE + Math.max(exponent + 53, 0);
    const [sine, cosine] = fixedSinCos(shifted(mantissa, exponent + bits), bits);
    const [value, power] = combine(sine, cosine, bits);
    return [value >> BigInt(SPARE), power + SPARE];
  });
}

/** Below, the next term of the series is less than half of the last bit. */
const SMALL = 2 ** -27;
/** Below, the reciprocal of x is nearer to the result than any rounding can tell: quotients keep 2^-107 from midpoints. */
const TINY = 2 ** -60;
/** A quarter turn in steps of π/256. */
const QUARTER = 128;
const QUICK_ERROR = 2 ** -66;
const QUOTIENT_ERROR = 2 ** -65;
const SPARE = 160;
