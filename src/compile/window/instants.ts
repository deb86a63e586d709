/**
 * Instants in microseconds, or places in a log: doubles, which compare many times faster, where they hold every one of a column
 * exactly, else 64-bit integers. One kind compares with the other exactly, so nobody need know which it is.
 */
export type Instants = Float64Array | BigInt64Array;

export type Instant = number | bigint;

/** The same in the same order: doubles where all lie from -2^53 to 2^53 (the years 1685 to 2255), else `values` itself. */
export function instantsOf(values: BigInt64Array): Instants {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const doubles = new Float64Array(values.length);
  for (let i = 0; i < doubles.length; i++) {
    const high = words[2 * i + 1]!;
    if (high < -HALF_OF_EXACT || high >= HALF_OF_EXACT) return values;
    doubles[i] = high * 2 ** 32 + (words[2 * i]! >>> 0);
  }
  return doubles;
}

/** The same instant: a double where it is one exactly. */
export function instantOf(us: bigint): Instant {
  return BigInt(Number(us)) === us ? Number(us) : us;
}

/** Room for as many of the kind of `values`. */
export function emptyLike(values: Instants, length: number): Instants {
  return values instanceof Float64Array ? new Float64Array(length) : new BigInt64Array(length);
}

/** Those at `places`, in that order. */
export function takeInstants(values: Instants, places: Int32Array): Instants {
  if (values instanceof Float64Array) return Float64Array.from(places, (place) => values[place]!);
  return BigInt64Array.from(places, (place) => values[place]!);
}

/** The upper half of 2^53. */
const HALF_OF_EXACT = 2 ** 21;
