import { partsOf, shifted } from './fixed-point.js';

/** DIV towards zero; NULL for a divisor of 0 and where the quotient overflows. */
export function divide(a: bigint, b: bigint): bigint | null {
  if (b === 0n) return null;
  const quotient = a / b;
  return quotient > INT64_MAX ? null : quotient;
}

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

/** CAST(FLOAT64 AS INT64), halves away from zero; NULL beyond the range. */
export function intOfFloat(x: number): bigint | null {
  const rounded = round(x);
  return rounded >= -TWO_63 && rounded < TWO_63 ? BigInt(rounded) : null;
}

/** CAST(STRING AS INT64): decimal or 0x hexadecimal with an optional sign, ASCII white space around it. */
export function intOfText(text: string): bigint | null {
  const match = INTEGER_TEXT.exec(trimAscii(text));
  if (match === null || match[2]!.length > MAX_DIGITS) return null;
  const value = BigInt(match[2]!) * (match[1] === '-' ? -1n : 1n);
  return BigInt.asIntN(64, value) === value ? value : null;
}

/** CAST(STRING AS FLOAT64); NULL for what is no number or not finite. */
export function floatOfText(text: string): number | null {
  const trimmed = trimAscii(text);
  const value = FLOAT_TEXT.test(trimmed) ? Number(trimmed) : floatOfHex(trimmed);
  return Number.isFinite(value) ? value : null;
}

/** C's hexadecimal floats, such as `-0x1.8p3`, rounded once, halves to even; NaN for anything else. */
function floatOfHex(text: string): number {
  const match = HEX_FLOAT.exec(text);
  if (match === null || text.length > MAX_DIGITS) return Number.NaN;
  const [, sign, whole, fraction = '', power = '0'] = match;
  if (`${whole}${fraction}` === '') return Number.NaN;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const exponent = Number(power) - 4 * fraction.length;
  return (sign === '-' ? -1 : 1) * scaled(mantissa, exponent);
}

/** mantissa · 2^exponent, with as many bits as a double has there. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  if (bits + exponent > 1024) return Number.POSITIVE_INFINITY;
  const lowest = Math.max(bits + exponent - 53, -1074);
  const dropped = lowest - exponent;
  if (dropped <= 0) return Number(mantissa) * 2 ** exponent;
  if (dropped > bits + 1) return 0;
  const unit = 1n << BigInt(dropped);
  const rest = mantissa % unit;
  const kept = mantissa / unit;
  const up = rest * 2n > unit || (rest * 2n === unit && kept % 2n === 1n) ? 1n : 0n;
  return Number(kept + up) * 2 ** lowest;
}

/** CAST(STRING AS BOOL). */
export function boolOfText(text: string): boolean | null {
  if (text.length > 5) return null;
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : null;
}

/**
 * CAST(FLOAT64 AS STRING): C's `%.15g`, or `%.17g` where that does not read back as the same number.
 * Source: ZetaSQL, RoundTripDoubleToString.
 */
export function textOfFloat(x: number): string {
  const short = generalFormat(x, 15);
  return Number(short) === x ? short : generalFormat(x, 17);
}

function generalFormat(x: number, precision: number): string {
  if (x === 0) return '0';
  const [mantissa, exponentText] = x.toExponential(precision - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= precision) {
    const sign = exponent < 0 ? '-' : '+';
    return `${stripZeros(mantissa!)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return stripZeros(x.toFixed(precision - 1 - exponent));
}

function stripZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function trimAscii(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+/, '').replace(TRAILING_SPACE, '');
}

/** Tens beyond 10^308 are beyond every double. */
const MAX_TENS = 308n;
/** The smallest double is 2^-1074. */
const MAX_PLACES = 1074n;
const VIEW = new DataView(new ArrayBuffer(8));
const TWO_1074 = 2n ** 1074n;
const TWO_63 = 2 ** 63;
const INT64_MAX = 2n ** 63n - 1n;
/** More digits than this are not looked at: none of them fits, and BigInt would take its time. */
const MAX_DIGITS = 4096;
const INTEGER_TEXT = /^([+-]?)(\d+|0[xX][0-9a-fA-F]+)$/;
const FLOAT_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
const TRAILING_SPACE = /(?<![ \t\n\v\f\r])[ \t\n\v\f\r]+$/;
