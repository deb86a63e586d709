import { round } from './number.js';

/** CAST(FLOAT64 AS INT64), halves away from zero; NULL beyond the range. */
export function intOfFloat(x: number): bigint | null {
  const rounded = round(x);
  return rounded >= -TWO_63 && rounded < TWO_63 ? BigInt(rounded) : null;
}

/**
 * CAST(STRING AS INT64): decimal or 0x hexadecimal with an optional sign, ASCII white space around it; before hexadecimal
 * digits only spaces, as in the reference implementation.
 */
export function intOfText(text: string): bigint | null {
  const match = DECIMAL_INTEGER.exec(text) ?? HEX_INTEGER.exec(text);
  if (match === null || match[3]!.length > MAX_DIGITS) return null;
  const size = BigInt(`${match[2] ?? ''}${match[3]}`);
  const value = match[1] === '-' ? -size : size;
  return BigInt.asIntN(64, value) === value ? value : null;
}

/** CAST(STRING AS FLOAT64); NULL for what is no number or not finite. */
export function floatOfText(text: string): number | null {
  const trimmed = text.replace(LEADING_SPACE, '').replace(TRAILING_SPACE, '');
  const value = FLOAT_TEXT.test(trimmed) ? Number(trimmed) : floatOfHex(trimmed);
  return Number.isFinite(value) ? value : null;
}

/** C's hexadecimal floats, such as `-0x1.8p3`, rounded once, halves to even; NaN for anything else. */
function floatOfHex(text: string): number {
  const match = HEX_FLOAT.exec(text);
  if (match === null) return Number.NaN;
  const [, sign, whole, fraction = '', power = '0'] = match;
  if (`${whole}${fraction}` === '') return Number.NaN;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.slice(0, HEX_DIGITS);
  const rest = digits.slice(HEX_DIGITS);
  // A last digit that stands for all that were cut off: whether they are zero is all that rounding asks.
  const mantissa = BigInt(`0x0${kept}${/[^0]/.test(rest) ? 1 : 0}`);
  const exponent = Number(power) - 4 * fraction.length + 4 * (rest.length - 1);
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
  if (x === 0) return '0';
  const short = x.toExponential(14);
  return Number(short) === x
    ? generalFormat(short, 15)
    : generalFormat(halfToEven(x, x.toExponential(16)), 17);
}

/** C's `%g` of a number in scientific notation that has as many digits as the precision. */
function generalFormat(scientific: string, precision: number): string {
  const [mantissa, exponentText] = scientific.split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= precision) {
    const sign = exponent < 0 ? '-' : '+';
    return `${stripZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return stripZeros(`${sign}0.${'0'.repeat(-exponent - 1)}${digits}`);
  return stripZeros(`${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

/** JavaScript rounds halves up (ECMAScript, Number.prototype.toExponential), C to the even digit. */
function halfToEven(x: number, scientific: string): string {
  const isOdd = /[13579]e/.test(scientific);
  // A tie ends in a 5 at the 18th digit; most numbers are no tie already by that one.
  const isTie = isOdd && x.toExponential(17).includes('5e') && TIE.test(x.toExponential(99));
  if (!isTie) return scientific;
  return scientific.replace(/\de/, (last) => `${Number(last[0]) - 1}e`);
}

function stripZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0*$/, '') : decimal;
}

const TWO_63 = 2 ** 63;
/** More digits than an INT64 has in base 10 or 16, zeros in front left out. */
const MAX_DIGITS = 19;
/** More than the 53 bits of a double. */
const HEX_DIGITS = 32;
const DECIMAL_INTEGER = /^[ \t\n\v\f\r]*([+-]?)()0*(\d+)[ \t\n\v\f\r]*$/;
const HEX_INTEGER = /^ *([+-]?)(0[xX])0*([0-9a-fA-F]+)[ \t\n\v\f\r]*$/;
const FLOAT_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
/** A half after 17 digits, written with 100. */
const TIE = /^-?\d\.\d{16}50{82}e/;
const LEADING_SPACE = /^[ \t\n\v\f\r]+/;
const TRAILING_SPACE = /(?<![ \t\n\v\f\r])[ \t\n\v\f\r]+$/;
