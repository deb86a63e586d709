import { bitLength } from './fixed-point.js';

/** A real number: mantissa · 2^exponent, the mantissa off by at most {@link SLACK}. */
export type Approximation = readonly [mantissa: bigint, exponent: number];

/**
 * The double nearest to a real number that can be computed to any precision: twice as many bits until rounding is certain.
 * What is not certain at the last is a tie, which only powers can give, and goes to the even neighbour.
 */
export function nearest(at: (bits: number) => Approximation): number {
  for (let bits = FIRST_BITS; ; bits *= 2) {
    const [mantissa, exponent] = at(bits);
    const below = doubleOf(mantissa - SLACK, exponent);
    if (Object.is(below, doubleOf(mantissa + SLACK, exponent))) return below;
    if (bits < LAST_BITS) continue;
    const steps = (mantissa + SLACK) / (2n * SLACK);
    return doubleOf(steps * 2n * SLACK, exponent);
  }
}

/** mantissa · 2^exponent, rounded once to the nearest double, ties to even. */
export function doubleOf(mantissa: bigint, exponent: number): number {
  if (mantissa < 0n) return -doubleOf(-mantissa, exponent);
  if (mantissa === 0n) return 0;
  const size = bitLength(mantissa) + exponent;
  if (size > 1024) return Number.POSITIVE_INFINITY;
  const dropped = Math.max(size - 53, -1074) - exponent;
  if (dropped <= 0) return scaled(Number(mantissa), exponent);
  const shift = BigInt(dropped);
  const kept = mantissa >> shift;
  const rest = mantissa - (kept << shift);
  const half = 1n << (shift - 1n);
  const isUp = rest > half || (rest === half && (kept & 1n) === 1n);
  return scaled(Number(isUp ? kept + 1n : kept), exponent + dropped);
}

/** x · 2^exponent where the result is exact, or an infinity. */
function scaled(x: number, exponent: number): number {
  let result = x;
  let rest = exponent;
  for (; rest > 1000; rest -= 1000) result *= TWO_1000;
  for (; rest < -1000; rest += 1000) result *= TWO_M1000;
  VIEW.setInt32(0, (rest + 1023) << 20);
  return result * VIEW.getFloat64(0);
}

/** Units by which an approximation may be off, with much to spare. */
const SLACK = 1n << 20n;
/** Enough for all but one case in 2^80. */
const FIRST_BITS = 160;
/** Enough for the quotient of the smallest double by the largest, 2^-2098. */
const LAST_BITS = 2560;
const TWO_1000 = 2 ** 1000;
const TWO_M1000 = 2 ** -1000;
const VIEW = new DataView(new ArrayBuffer(8));
