import { isSettled, LOW, powerOfTwo, settled } from './double-double.js';
import { fixedExp, fixedOf } from './fixed-point.js';
import { nearest } from './nearest.js';
import { EXPONENT, quickExp } from './quick-exp.js';

/**
 * e to the power of x: the double nearest to the real number; Infinity and 0 beyond the range. Like every function of these
 * files it is pinned: the same bits in every JavaScript engine (S8), which `Math.exp` does not promise.
 */
export function exp(x: number): number {
  if (!(Math.abs(x) <= LARGEST_QUICK)) return expAtTheEnds(x);
  if (Math.abs(x) < 2 ** -54) return 1;
  const result = settled(quickExp(x, 0), LOW[0]!, 2 ** -72);
  return isSettled(result) ? result * powerOfTwo(EXPONENT[0]!) : exactExp(x);
}

function expAtTheEnds(x: number): number {
  if (x > 710) return Number.POSITIVE_INFINITY;
  return x < -746 ? 0 : exactExp(x);
}

function exactExp(x: number): number {
  return nearest((bits) => {
    const [mantissa, exponent] = fixedExp(fixedOf(x, bits), bits);
    return [mantissa, exponent - bits];
  });
}

/** Beyond, a result may be subnormal or infinite, and is rounded as an integer. */
const LARGEST_QUICK = 708;
