import type { Column } from '../../definition/column-batch.js';
import { INT64_MAX, INT64_MIN } from '../../definition/value.js';
import { roundedRatio } from '../exact-expansion.js';
import { INTEGER_TOTALS, integerVariance, LARGEST_SAFE_ROOT } from './integer-numbers.js';
import { addInteger, addSafeInteger, type IntegerTotal, integerOf, roundedInteger } from './integer-total.js';
import { isNull } from './is-null.js';
import { finiteOrNone, type Numbers, setFinite } from './numbers.js';
import { multipleOf, parseScale } from './scale.js';

/**
 * FLOAT64 numbers of a declared scale (S22): each stands for the nearest multiple of it, ties to the even one, and the multiples
 * are totalled as integers; a result is multiplied by the scale and rounded once. A number whose multiple is beyond INT64 is
 * skipped like NULL.
 */
export function scaledNumbers(text: string): Numbers<IntegerTotal> {
  const scale = parseScale(text);
  const [over, under] = [Number(scale.over), Number(scale.under)];
  const rounded = (sum: IntegerTotal): number => {
    const scaled = roundedInteger(sum) * over;
    // Both are exact then, also 10^18 and its like, so that the quotient is rounded once.
    if (Math.abs(scaled) < 2 ** 53) return scaled / under;
    return roundedRatio(integerOf(sum) * scale.over, scale.under, 0);
  };
  const multipleAt = (column: Column, row: number): number | bigint | null => {
    if (isNull(column, row)) return null;
    const multiple = multipleOf(scale, (column.values as Float64Array)[row]!);
    return typeof multiple === 'number' || (multiple >= INT64_MIN && multiple <= INT64_MAX) ? multiple : null;
  };
  return {
    ...INTEGER_TOTALS,
    name: `FLOAT64 of scale ${scale.over}/${scale.under}`,
    sumType: 'FLOAT64',
    add: (sum, column, row) => {
      const multiple = multipleAt(column, row);
      if (multiple === null) return false;
      addMultiple(sum, multiple);
      return true;
    },
    addRows: (sum, column, places, count) => {
      let added = 0;
      for (let i = 0; i < count; i++) {
        const multiple = multipleAt(column, places[i]!);
        if (multiple === null) continue;
        addMultiple(sum, multiple);
        added++;
      }
      return added;
    },
    addWithSquare: (sum, squares, column, row) => {
      const multiple = multipleAt(column, row);
      if (multiple === null) return false;
      addMultiple(sum, multiple);
      if (Math.abs(Number(multiple)) <= LARGEST_SAFE_ROOT) addSafeInteger(squares, Number(multiple) ** 2);
      else addInteger(squares, BigInt(multiple) ** 2n);
      return true;
    },
    sum: (sum) => finiteOrNone(rounded(sum)),
    sumInto: (sum, to, row) => setFinite(to, row, rounded(sum)),
    rounded,
    variance: (moments, divisor) => {
      const { over, under } = integerVariance(moments, divisor);
      return roundedRatio(over * scale.over ** 2n, under * scale.under ** 2n, 0);
    },
  };
}

function addMultiple(total: IntegerTotal, multiple: number | bigint): void {
  if (typeof multiple === 'number') addSafeInteger(total, multiple);
  else addInteger(total, multiple);
}
