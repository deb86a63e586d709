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
  if (!FLOAT_TEXT.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
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
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
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

const TWO_63 = 2 ** 63;
const INT64_MAX = 2n ** 63n - 1n;
/** More digits than this are not looked at: none of them fits, and BigInt would take its time. */
const MAX_DIGITS = 4096;
const INTEGER_TEXT = /^([+-]?)(\d+|0[xX][0-9a-fA-F]+)$/;
const FLOAT_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRAILING_SPACE = /(?<![ \t\n\v\f\r])[ \t\n\v\f\r]+$/;
