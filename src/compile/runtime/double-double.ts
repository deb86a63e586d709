/**
 * Pairs of doubles: a value is the unevaluated sum of a high and a low part, some 106 bits. Quick functions return the high
 * part and leave the low part in {@link LOW}, so that nothing is allocated. Sources: Dekker, "A floating-point technique for
 * extending the available precision", 1971; Knuth, TAOCP 2, 4.2.2.
 */
export const LOW = new Float64Array(1);

/** What `product`, which is a · b rounded, lacks, exactly; for sizes from 2^-400 to 2^400. */
export function productError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = SPLITTER * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** What `sum`, which is a + b rounded, lacks, exactly. */
export function sumError(a: number, b: number, sum: number): number {
  const bSeen = sum - a;
  return a - (sum - bSeen) + (b - bSeen);
}

/** The upper 26 bits of a double. */
export function upperHalf(x: number): number {
  const split = SPLITTER * x;
  return split - (split - x);
}

/** (aHigh + aLow) / (bHigh + bLow); relative error below 2^-100. */
export function divide2(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const quotient = aHigh / bHigh;
  const product = quotient * bHigh;
  const rest = aHigh - product - productError(quotient, bHigh, product) + aLow - quotient * bLow;
  const low = rest / bHigh;
  const high = quotient + low;
  LOW[0] = low - (high - quotient);
  return high;
}

/** (aHigh + aLow) · (bHigh + bLow); relative error below 2^-100. */
export function multiply2(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const product = aHigh * bHigh;
  const low = productError(aHigh, bHigh, product) + (aHigh * bLow + aLow * bHigh);
  const high = product + low;
  LOW[0] = low - (high - product);
  return high;
}

/** (aHigh + aLow) + (bHigh + bLow); error below 2^-100 of the larger operand. */
export function add2(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const sum = aHigh + bHigh;
  const low = sumError(aHigh, bHigh, sum) + (aLow + bLow);
  const high = sum + low;
  LOW[0] = low - (high - sum);
  return high;
}

/** The square root of high + low, which is above 0; relative error below 2^-100. */
export function sqrt2(high: number, low: number): number {
  const root = Math.sqrt(high);
  const square = root * root;
  const rest = high - square - productError(root, root, square) + low;
  const correction = rest / (2 * root);
  const upper = root + correction;
  LOW[0] = correction - (upper - root);
  return upper;
}

/**
 * The double nearest to high + low if that is certain although the value is off by `relativeError`, else NaN (Ziv's test).
 * The result must be a normal number.
 */
export function settled(high: number, low: number, relativeError: number): number {
  return settledWithin(high, low, Math.abs(high) * relativeError);
}

/** The same of a sum that is off by `error`. */
export function settledWithin(high: number, low: number, error: number): number {
  const upper = high + (low + error);
  return upper === high + (low - error) ? upper : Number.NaN;
}

/** Whether {@link settled} was certain. */
export function isSettled(result: number): boolean {
  return !Number.isNaN(result);
}

/** 2^exponent, from -1022 to 1023. */
export function powerOfTwo(exponent: number): number {
  VIEW.setInt32(0, (exponent + 1023) << 20);
  return VIEW.getFloat64(0);
}

const SPLITTER = 2 ** 27 + 1;
const VIEW = new DataView(new ArrayBuffer(8));
