import { grow, roundedRatio, UNIT_EXPONENT } from '../exact-expansion.js';
import type { ByteReader } from './byte-reader.js';
import { type ByteWriter, integerBytes } from './byte-writer.js';
import {
  addDouble,
  type DoubleTotal,
  doublesOf,
  emptyDoubleTotal,
  exactDoubleTotal,
  inUnits,
  roundedExpansion,
  TOTAL_EXPONENT,
} from './double-total.js';

/**
 * Depends on the total alone, not on how it is held: the nearest double, then the nearest double to what that lacks, and so on, as
 * many as there are, behind their count; where four are not all of it, an odd integer and the exponent of its unit.
 */
export function writeDoubleTotal(to: ByteWriter, total: DoubleTotal): void {
  const count = total.rest === 0n ? takenFromDoubles(total) : takenFromInteger(total);
  if (count <= MOST_DOUBLES) {
    to.byte(count);
    for (let i = 0; i < count; i++) to.float64(TAKEN[i]!);
    return;
  }
  const { integer, exponent } = exactDoubleTotal(total);
  const zeros = trailingZeros(integer);
  to.byte(INTEGER_FORM);
  to.count(exponent - TOTAL_EXPONENT + zeros);
  to.integer(integer >> BigInt(zeros));
}

export function readDoubleTotal(from: ByteReader): DoubleTotal {
  const total = emptyDoubleTotal();
  const form = from.byte();
  if (form === INTEGER_FORM) {
    const exponent = from.count();
    total.rest = from.integer() << BigInt(exponent);
    return total;
  }
  for (let i = 0; i < form; i++) addDouble(total, from.float64());
  return total;
}

/** Bytes of a written total of 2^53 terms at most, of doubles or of squares. */
export const DOUBLE_TOTAL_BYTES = 1 + 2 + integerBytes(1024 - UNIT_EXPONENT + 53);
export const SQUARE_TOTAL_BYTES = 1 + 2 + integerBytes(2048 - TOTAL_EXPONENT + 53);

/** Sums of doubles that are not far apart take two, of squares four. */
const MOST_DOUBLES = 4;

/** In the place of a count of doubles. */
const INTEGER_FORM = 0xff;

/** The doubles of the total that is being written. */
const TAKEN = new Float64Array(MOST_DOUBLES);

/** How many doubles were taken; one more than there may be where they are not all of it. */
function takenFromDoubles(total: DoubleTotal): number {
  const left = doublesOf(total);
  for (let count = 0; count <= MOST_DOUBLES; count++) {
    if (left.length === 0) return count;
    if (count === MOST_DOUBLES) break;
    TAKEN[count] = roundedExpansion(left);
    grow(left, -TAKEN[count]!);
  }
  return MOST_DOUBLES + 1;
}

function takenFromInteger(total: DoubleTotal): number {
  const { integer, exponent } = exactDoubleTotal(total);
  let left = integer;
  for (let count = 0; count < MOST_DOUBLES && left !== 0n; count++) {
    const rounded = roundedRatio(left, 1n, exponent);
    if (rounded === 0 || !Number.isFinite(rounded)) break;
    TAKEN[count] = rounded;
    left -= inUnits(rounded);
    if (left === 0n) return count + 1;
  }
  return left === 0n ? 0 : MOST_DOUBLES + 1;
}

/** Of an integer that is not 0. */
function trailingZeros(value: bigint): number {
  const digits = value.toString(16);
  const last = digits.search(/0*$/);
  const digit = Number.parseInt(digits[last - 1]!, 16);
  return 4 * (digits.length - last) + (31 - Math.clz32(digit & -digit));
}
