import { LOW, powerOfTwo, productError, sumError, upperHalf } from './double-double.js';
import { TABLE_BITS, tableOf } from './double-table.js';

/**
 * ln(high + low) as a double-double, of a normal number; relative error below 2^-68, also near 1, where `low` counts in full.
 * x = 2^k · m with m near 1; with n the whole number nearest to 512 / m, ln x = k · ln 2 − ln(n / 512) + ln(m · n / 512), the
 * last a short series of a number that is known exactly.
 */
export function quickLn(high: number, low: number): number {
  VIEW.setFloat64(0, high);
  const top = VIEW.getInt32(0);
  const fraction = top & 0xfffff;
  const carry = (fraction + 0x95f64) & 0x100000;
  const k = (top >> 20) - 1023 + (carry >> 20);
  VIEW.setInt32(0, fraction | (carry ^ 0x3ff00000));
  const m = VIEW.getFloat64(0);
  const n = Math.floor(512 / m + 0.5);
  const c = n * 2 ** -9;
  const mHigh = upperHalf(m);
  const near = mHigh * c - 1;
  const far = (m - mHigh) * c;
  const sum = near + far;
  const rest = sumError(near, far, sum) + (low === 0 ? 0 : low * powerOfTwo(-k) * c);
  const r = sum + rest;
  return lnOfParts(k, n - FIRST, r, rest - (r - sum));
}

/** k · ln 2 + LOGARITHMS[at] + ln(1 + r + low) for |r| up to 2^-9.4: the square is exact, from the cube on doubles suffice. */
function lnOfParts(k: number, at: number, r: number, low: number): number {
  const square = r * r;
  const half = -0.5 * square;
  const tail =
    r *
    square *
    (1 / 3 + r * (-1 / 4 + r * (1 / 5 + r * (-1 / 6 + r * (1 / 7 + r * (-1 / 8 + r * (1 / 9)))))));
  const entry = LOGARITHMS[at]!;
  const whole = k * LN2_HIGH;
  const first = whole + entry;
  const second = first + r;
  const third = second + half;
  const lost = entry - (first - whole) + (r - (second - first)) + (half - (third - second));
  const small = low - r * low - 0.5 * productError(r, r, square) + (k * LN2_LOW + LOGARITHMS[at + COUNT]!);
  const rest = lost + (tail + small);
  const result = third + rest;
  LOW[0] = rest - (result - third);
  return result;
}

/** −ln(n/512), from 0 at 512 downwards and upwards by ln((n + 1)/n), with bits to spare for what is lost on the way. */
function logarithmsOfSteps(): readonly bigint[] {
  const logarithms = [0n];
  for (let n = 511; n >= FIRST; n--) logarithms.unshift(logarithms[0]! + lnOfNext(BigInt(n)));
  while (logarithms.length < COUNT) {
    const n = BigInt(FIRST + logarithms.length - 1);
    logarithms.push(logarithms.at(-1)! - lnOfNext(n));
  }
  return logarithms.map((logarithm) => logarithm >> BigInt(SPARE));
}

/** ln((n + 1)/n) = 2 · artanh(1/(2n + 1)) */
function lnOfNext(n: bigint): bigint {
  const odd = 2n * n + 1n;
  let power = (2n << BigInt(TABLE_BITS + SPARE)) / odd;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n, power /= odd * odd) sum += power / k;
  return sum;
}

/** 512 / sqrt(2) to 512 · sqrt(2). */
const FIRST = 362;
const COUNT = 363;
const SPARE = 32;
const LOGARITHMS = tableOf(logarithmsOfSteps());
/** The first 42 bits of ln 2, so that its products with exponents are exact, and the rest. */
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;
const VIEW = new DataView(new ArrayBuffer(8));
