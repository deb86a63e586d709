/** A number from 0 to 1 as an exact quotient. */
export type Fraction = { readonly numerator: bigint; readonly denominator: bigint };

/** `numerator` / `denominator`, both whole numbers. */
export function fraction(numerator: number, denominator: number): Fraction {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

/**
 * The share that a percentage is, as it was written in decimals: the shortest ones that give this double, which are those of
 * the literal up to 15 digits. So 0.1 per cent of 1,000 values is one value, where the product of doubles is slightly more.
 */
export function percentage(percent: number): Fraction {
  const [digits = '0', exponent = '0'] = String(percent).split('e');
  const [whole = '0', places = ''] = digits.split('.');
  const shift = Number(exponent) - places.length - 2;
  const numerator = BigInt(whole + places);
  return shift >= 0
    ? { numerator: numerator * 10n ** BigInt(shift), denominator: 1n }
    : { numerator, denominator: 10n ** BigInt(-shift) };
}
