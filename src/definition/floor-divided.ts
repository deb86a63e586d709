/** ⌊a / b⌋ towards −∞, for a positive `b`; the division of bigints goes towards 0. */
export function floorDivided(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
