import { floorDivided } from '../../definition/floor-divided.js';

/**
 * For each event time the number k of its tile (kH, (k+1)H]. Division of bigints costs some 100 ns, that of doubles is
 * exact after a correction where both fit: between the years 1684 and 2255.
 */
export function tileNumbers(eventTimes: BigInt64Array, hopUs: bigint): BigInt64Array {
  const numbers = new BigInt64Array(eventTimes.length);
  const hop = Number(hopUs);
  for (let row = 0; row < numbers.length; row++) {
    const before = Number(eventTimes[row]!) - 1;
    numbers[row] =
      before > -LARGEST && before < LARGEST && hop < LARGEST
        ? BigInt(dividedDoubles(before, hop))
        : floorDivided(eventTimes[row]! - 1n, hopUs);
  }
  return numbers;
}

/** Half of what doubles hold exactly: so does every product and difference below. */
const LARGEST = 2 ** 52;

function dividedDoubles(a: number, b: number): number {
  const quotient = Math.floor(a / b);
  const rest = a - quotient * b;
  if (rest < 0) return quotient - 1;
  return rest >= b ? quotient + 1 : quotient;
}
