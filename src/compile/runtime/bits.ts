/** `<<` of INT64: bits beyond the 64th are lost, all of them from 64 places on; null for negative places. */
export function shiftLeft(bits: bigint, places: bigint): bigint | null {
  if (places < 0n) return null;
  return places > 63n ? 0n : BigInt.asIntN(64, bits << places);
}

/** `>>` of INT64 as 64 bits: zeros come in from the left, whatever the sign; null for negative places. */
export function shiftRight(bits: bigint, places: bigint): bigint | null {
  if (places < 0n) return null;
  return places > 63n ? 0n : BigInt.asIntN(64, BigInt.asUintN(64, bits) >> places);
}

/** BIT_COUNT of INT64: ones of its two's complement. */
export function bitCount(bits: bigint): bigint {
  const low = Number(BigInt.asUintN(32, bits));
  const high = Number(BigInt.asUintN(32, bits >> 32n));
  return BigInt(onesOf(low) + onesOf(high));
}

/** Ones of 32 bits, in pairs, fours and bytes. Source: Warren, "Hacker's Delight", 5-1. */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
