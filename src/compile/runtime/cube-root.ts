import { isSettled, powerOfTwo, productError, settled } from './double-double.js';
import { bitLength, partsOf, shifted } from './fixed-point.js';
import { nearest } from './nearest.js';

/** The cube root: the double nearest to the real number, with the sign of x. */
export function cbrt(x: number): number {
  const size = Math.abs(x);
  if (size === 0) return x;
  const isNormal = size >= SMALLEST_NORMAL;
  VIEW.setFloat64(0, isNormal ? size : size * 2 ** 54);
  const top = VIEW.getInt32(0);
  const exponent = (top >> 20) - 1023;
  const k = Math.floor(exponent / 3);
  // From 1 to 8.
  VIEW.setInt32(0, (top & 0xfffff) | ((exponent - 3 * k + 1023) << 20));
  const root = rootOf(VIEW.getFloat64(0));
  const result = isSettled(root) ? root * powerOfTwo(isNormal ? k : k - 18) : exactRoot(size);
  return x < 0 ? -result : result;
}

/** By Halley's iteration, from the line between 1 and 2, and one step of Newton's in double-doubles. */
function rootOf(m: number): number {
  let root = (m + 6) / 7;
  for (let i = 0; i < 3; i++) {
    const cube = root * root * root;
    root *= (cube + 2 * m) / (2 * cube + m);
  }
  const square = root * root;
  const cube = square * root;
  const cubeLow = productError(square, root, cube) + productError(root, root, square) * root;
  return settled(root, (m - cube - cubeLow) / (3 * square), QUICK_ERROR);
}

function exactRoot(size: number): number {
  const [mantissa, exponent] = partsOf(size);
  return nearest((bits) => {
    const places = Math.ceil((bits - exponent) / 3);
    return [integerCubeRoot(shifted(mantissa, exponent + 3 * places)), -places];
  });
}

function integerCubeRoot(n: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(bitLength(n) / 3));
  for (;;) {
    const next = (2n * root + n / (root * root)) / 3n;
    if (next >= root) return root;
    root = next;
  }
}

const SMALLEST_NORMAL = 2 ** -1022;
const QUICK_ERROR = 2 ** -96;
const VIEW = new DataView(new ArrayBuffer(8));
