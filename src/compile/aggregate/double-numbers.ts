import { roundedRatio, UNIT_EXPONENT } from '../exact-expansion.js';
import {
  addDouble,
  addSquare,
  DOUBLE_TOTAL_BYTES,
  type DoubleTotal,
  emptyDoubleTotal,
  exactDoubleTotal,
  mergeDoubleTotal,
  readDoubleTotal,
  roundedTotal,
  SQUARE_TOTAL_BYTES,
  TOTAL_EXPONENT,
  writeDoubleTotal,
} from './double-total.js';
import { isNull } from './is-null.js';
import { finiteOrNone, type MomentsOf, type Numbers } from './numbers.js';

/** FLOAT64 numbers: totals are exact sums of doubles. */
export const DOUBLE_NUMBERS: Numbers<DoubleTotal> = {
  name: 'FLOAT64',
  sumType: 'FLOAT64',
  empty: emptyDoubleTotal,
  add: (sum, column, row) => {
    if (isNull(column, row)) return false;
    addDouble(sum, (column.values as Float64Array)[row]!);
    return true;
  },
  addWithSquare: (sum, squares, column, row) => {
    if (isNull(column, row)) return false;
    const x = (column.values as Float64Array)[row]!;
    addDouble(sum, x);
    addSquare(squares, x);
    return true;
  },
  merge: mergeDoubleTotal,
  sum: (sum) => finiteOrNone(roundedTotal(sum)),
  rounded: roundedTotal,
  variance,
  write: writeDoubleTotal,
  read: readDoubleTotal,
  sumBytes: DOUBLE_TOTAL_BYTES,
  squaresBytes: SQUARE_TOTAL_BYTES,
};

function variance({ count, sum, squares }: MomentsOf<DoubleTotal>, divisor: number): number {
  const n = BigInt(count);
  const total = exactDoubleTotal(sum) >> BigInt(UNIT_EXPONENT - TOTAL_EXPONENT);
  const over = n * exactDoubleTotal(squares) - total ** 2n;
  return roundedRatio(over, n * BigInt(divisor), TOTAL_EXPONENT);
}
