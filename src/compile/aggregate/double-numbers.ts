import { roundedRatio } from '../exact-expansion.js';
import {
  addDouble,
  addSquare,
  type DoubleTotal,
  emptyDoubleTotal,
  exactDoubleTotal,
  mergeDoubleTotal,
  roundedTotal,
} from './double-total.js';
import {
  DOUBLE_TOTAL_BYTES,
  readDoubleTotal,
  SQUARE_TOTAL_BYTES,
  writeDoubleTotal,
} from './double-total-codec.js';
import { isNull } from './is-null.js';
import { finiteOrNone, type MomentsOf, type Numbers, setFinite } from './numbers.js';

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
  addRows: (sum, column, places, count) => {
    const values = column.values as Float64Array;
    let added = 0;
    for (let i = 0; i < count; i++) {
      const row = places[i]!;
      if (isNull(column, row)) continue;
      addDouble(sum, values[row]!);
      added++;
    }
    return added;
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
  sumInto: (sum, to, row) => setFinite(to, row, roundedTotal(sum)),
  rounded: roundedTotal,
  variance,
  write: writeDoubleTotal,
  read: readDoubleTotal,
  sumBytes: DOUBLE_TOTAL_BYTES,
  squaresBytes: SQUARE_TOTAL_BYTES,
};

function variance({ count, sum, squares }: MomentsOf<DoubleTotal>, divisor: number): number {
  const n = BigInt(count);
  const total = exactDoubleTotal(sum);
  const square = exactDoubleTotal(squares);
  const exponent = Math.min(2 * total.exponent, square.exponent);
  const over =
    ((n * square.integer) << BigInt(square.exponent - exponent)) -
    ((total.integer ** 2n) << BigInt(2 * total.exponent - exponent));
  return roundedRatio(over, n * BigInt(divisor), exponent);
}
