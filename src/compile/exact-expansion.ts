/** `numerator / denominator · 2^exponent` as the nearest double, ties to even; the denominator is positive. */
export function roundedRatio(numerator: bigint, denominator: bigint, exponent: number): number {
  if (numerator === 0n) return 0;
  const size = numerator < 0n ? -numerator : numerator;
  const lastPlace = Math.max(leadingExponent(size, denominator) + exponent - 52, UNIT_EXPONENT);
  const shift = BigInt(exponent - lastPlace);
  const mantissa =
    shift >= 0n
      ? dividedToNearest(size << shift, denominator)
      : dividedToNearest(size, denominator << -shift);
  const rounded = Number(mantissa) * 2 ** lastPlace;
  return numerator < 0n ? -rounded : rounded;
}

/** The exponent of the smallest double, 2^-1074. */
export const UNIT_EXPONENT = -1074;

/** Adds `x` to an expansion, dropping zeros: each step is an error-free TWO-SUM. */
export function grow(parts: number[], x: number): void {
  let carried = x;
  let kept = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const sum = carried + part;
    const partInSum = sum - carried;
    const error = carried - (sum - partInSum) + (part - partInSum);
    if (error !== 0) parts[kept++] = error;
    carried = sum;
  }
  parts.length = kept;
  if (carried !== 0) parts.push(carried);
}

/** TWO-SUM (Knuth): what the rounded `sum` of a and b lacks of it, exactly. */
export function errorOf(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** The sum of the parts of an expansion and `rest`, in units of 2^-1074. */
export function exactTotal(parts: readonly number[], rest: bigint): bigint {
  return parts.reduce((total, part) => total + exactInteger(part), rest);
}

const bits = new DataView(new ArrayBuffer(8));

/** A finite double as an integer in units of 2^-1074. */
export function exactInteger(x: number): bigint {
  bits.setFloat64(0, Math.abs(x));
  const pattern = bits.getBigUint64(0);
  const fraction = pattern & 0xf_ffff_ffff_ffffn;
  const exponent = pattern >> 52n;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return x < 0 ? -size : size;
}

/** The e with 2^e ≤ numerator / denominator < 2^(e+1), both positive. */
function leadingExponent(numerator: bigint, denominator: bigint): number {
  const estimate = bitLength(numerator) - bitLength(denominator);
  const reached =
    estimate >= 0
      ? numerator >= denominator << BigInt(estimate)
      : numerator << BigInt(-estimate) >= denominator;
  return reached ? estimate : estimate - 1;
}

function bitLength(positive: bigint): number {
  const digits = positive.toString(16);
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits[0]!, 16)) - 28);
}

function dividedToNearest(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}
