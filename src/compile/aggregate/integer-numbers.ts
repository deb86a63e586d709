import type { Column } from '../../definition/column-batch.js';
import { INT64_MAX, INT64_MIN } from '../../definition/value.js';
import { roundedRatio } from '../exact-expansion.js';
import { Int64Words } from './int64-words.js';
import {
  addInteger,
  addSafeInteger,
  addWords,
  addWordsOfRows,
  emptyIntegerTotal,
  type IntegerTotal,
  integerOf,
  integerTotalBytes,
  mergeIntegerTotal,
  readIntegerTotal,
  roundedInteger,
  wordsOf,
  writeIntegerTotal,
} from './integer-total.js';
import { isNull } from './is-null.js';
import type { MomentsOf, Numbers } from './numbers.js';

/** INT64 numbers: totals are exact integers beyond 64 bits, so SUM is NULL only where the final one is. */
export function integerNumbers(): Numbers<IntegerTotal> {
  const words = new Int64Words();
  return {
    ...INTEGER_TOTALS,
    name: 'INT64',
    sumType: 'INT64',
    add: (sum, column, row) => {
      if (isNull(column, row)) return false;
      const halves = words.of(column.values as BigInt64Array);
      addWords(sum, halves[2 * row]!, halves[2 * row + 1]!);
      return true;
    },
    addRows: (sum, column, places, count) => {
      const halves = words.of(column.values as BigInt64Array);
      if (column.valid === null) {
        addWordsOfRows(sum, halves, places, count);
        return count;
      }
      let added = 0;
      for (let i = 0; i < count; i++) {
        const row = places[i]!;
        if (column.valid[row] === 0) continue;
        addWords(sum, halves[2 * row]!, halves[2 * row + 1]!);
        added++;
      }
      return added;
    },
    addWithSquare: (sum, squares, column, row) => {
      if (isNull(column, row)) return false;
      const halves = words.of(column.values as BigInt64Array);
      const [low, high] = [halves[2 * row]!, halves[2 * row + 1]!];
      addWords(sum, low, high);
      addSquareOf(squares, high * 2 ** 32 + (low >>> 0), column, row);
      return true;
    },
    sum: sumOf,
    sumInto: (sum, to, row) => {
      const halves = wordsOf(sum);
      if (halves === null) to.set(row, sumOf(sum));
      else to.setWords(row, halves[0], halves[1]);
    },
    rounded: roundedInteger,
    variance: (moments, divisor) => {
      const { over, under } = integerVariance(moments, divisor);
      return roundedRatio(over, under, 0);
    },
  };
}

function sumOf(sum: IntegerTotal): bigint | null {
  const total = integerOf(sum);
  return total >= INT64_MIN && total <= INT64_MAX ? total : null;
}

/** What totals of integers have in common, whatever the integers stand for. */
export const INTEGER_TOTALS = {
  empty: emptyIntegerTotal,
  merge: mergeIntegerTotal,
  write: writeIntegerTotal,
  read: readIntegerTotal,
  sumBytes: integerTotalBytes(63),
  squaresBytes: integerTotalBytes(126),
} as const;

/** The greatest size of an integer whose square a double holds, 2^26.5. */
export const LARGEST_SAFE_ROOT = 94_906_265;

/** (n Σx² − (Σx)²) / (n · divisor) as a ratio of integers. */
export function integerVariance(
  { count, sum, squares }: MomentsOf<IntegerTotal>,
  divisor: number,
): { readonly over: bigint; readonly under: bigint } {
  const n = BigInt(count);
  return { over: n * integerOf(squares) - integerOf(sum) ** 2n, under: n * BigInt(divisor) };
}

function addSquareOf(squares: IntegerTotal, rounded: number, column: Column, row: number): void {
  if (Math.abs(rounded) <= LARGEST_SAFE_ROOT) addSafeInteger(squares, rounded * rounded);
  else addInteger(squares, (column.values as BigInt64Array)[row]! ** 2n);
}
