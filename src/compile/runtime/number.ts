import { partsOf, shifted } from './fixed-point.js';

/** ROUND, halves away from zero. The difference to the truncated number is exact. */
export function round(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
}

/** ROUND to decimal places, or to tens, hundreds, … where `digits` is negative; of the exact value, halves away from zero. */
export function roundTo(x: number, digits: bigint): number {
  if (digits < -MAX_TENS) return 0;
  // No double has more places than these, and none that large has any.
  if (digits >= MAX_PLACES || (digits >= 0n && Math.abs(x) >= 2 ** 52)) return x;
  const size = Math.abs(x);
  return Math.sign(x) * (digits < 0n ? roundToTens(size, -digits) : roundToPlaces(size, Number(digits)));
}

/** TRUNC to decimal places, or to tens, hundreds, … where `digits` is negative; of the exact value. */
export function truncTo(x: number, digits: bigint): number {
  if (digits < -MAX_TENS) return 0;
  if (digits >= MAX_PLACES || (digits >= 0n && Math.abs(x) >= 2 ** 52)) return x;
  const size = Math.abs(x);
  return (
    Math.sign(x) * (digits < 0n ? truncToTens(size, 10n ** -digits) : truncToPlaces(size, Number(digits)))
  );
}

function truncToTens(size: number, unit: bigint): number {
  const whole = BigInt(Math.trunc(size));
  return Number(whole - (whole % unit));
}

function truncToPlaces(size: number, places: number): number {
  const [mantissa, exponent] = partsOf(size);
  return Number(`${shifted(mantissa * 10n ** BigInt(places), exponent)}e-${places}`);
}

function roundToTens(size: number, tens: bigint): number {
  const unit = 10n ** tens;
  const whole = BigInt(Math.trunc(size));
  const rest = whole % unit;
  return Number(whole - rest + (rest * 2n >= unit ? unit : 0n));
}

/** `toFixed` rounds the exact value, halves up (ECMAScript, Number.prototype.toFixed), to at most 100 places. */
function roundToPlaces(size: number, places: number): number {
  if (places <= 100) return Number(size.toFixed(places));
  const decimals = over1074(size) * 10n ** BigInt(places);
  return Number(`${(decimals * 2n + TWO_1074) / (TWO_1074 * 2n)}e-${places}`);
}

/** size · 2^1074, which is an integer for every double that is not negative. */
function over1074(size: number): bigint {
  VIEW.setFloat64(0, size);
  const bits = VIEW.getBigUint64(0);
  const exponent = bits >> 52n;
  const fraction = bits & (2n ** 52n - 1n);
  return exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
}

/** Tens beyond 10^308 are beyond every double. */
const MAX_TENS = 308n;
/** The smallest double is 2^-1074. */
const MAX_PLACES = 1074n;
const VIEW = new DataView(new ArrayBuffer(8));
const TWO_1074 = 2n ** 1074n;
