import { PlumblineError } from '../../definition/error.js';
import { exactInteger, UNIT_EXPONENT } from '../exact-expansion.js';

/** A decimal scale such as 0.01 (S22): `over` / `under`, both above 0, and the double nearest to it. */
export type Scale = { readonly over: bigint; readonly under: bigint; readonly rounded: number };

/** Reads a scale as it is declared: digits, perhaps a point and more digits; more than 0, at most 18 digits. */
export function parseScale(text: string): Scale {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const [whole, digits] = [match?.[1] ?? '', match?.[2] ?? ''];
  const over = match === null ? 0n : BigInt(whole + digits);
  if (over === 0n || whole.length + digits.length > MOST_DIGITS) {
    throw new PlumblineError(
      'INVALID_DOCUMENT',
      `"${text}" is no scale; write a positive decimal of at most ${MOST_DIGITS} digits, such as "0.01"`,
    );
  }
  return { over, under: 10n ** BigInt(digits.length), rounded: Number(text) };
}

/**
 * The multiple of the scale nearest to a finite double, ties to the even one, as how many times the scale it is: a number where
 * that is below 2^53, else a bigint.
 */
export function multipleOf({ over, under, rounded }: Scale, x: number): number | bigint {
  const quotient = x / rounded;
  const near = Math.round(quotient);
  // The quotient is off by less than 2^-51 of itself, so by less than 2^-7 here: the nearest integer is certain.
  if (Math.abs(quotient) < SURE && Math.abs(quotient - near) < SURELY_NEAR) return near + 0;
  return nearestInteger(exactInteger(x) * under, over << BigInt(-UNIT_EXPONENT));
}

const MOST_DIGITS = 18;
const SURE = 2 ** 44;
const SURELY_NEAR = 0.49;

/** over / under as the nearest integer, ties to even. */
function nearestInteger(over: bigint, under: bigint): number | bigint {
  const size = over < 0n ? -over : over;
  const floor = size / under;
  const twice = 2n * (size - floor * under);
  const isUp = twice > under || (twice === under && (floor & 1n) === 1n);
  const nearest = isUp ? floor + 1n : floor;
  const signed = over < 0n ? -nearest : nearest;
  return nearest < SAFE ? Number(signed) : signed;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
