import { partsOf, shifted } from './fixed-point.js';
import { doubleOf } from './nearest.js';

/** Fixed-point numbers of {@link TABLE_BITS} places as double-doubles: all high parts, then all low ones. */
export function tableOf(values: readonly bigint[]): Float64Array {
  const table = new Float64Array(2 * values.length);
  values.forEach((value, index) => {
    const high = doubleOf(value, -TABLE_BITS);
    const [mantissa, exponent] = partsOf(high);
    table[index] = high;
    table[index + values.length] = doubleOf(value - shifted(mantissa, exponent + TABLE_BITS), -TABLE_BITS);
  });
  return table;
}

/** Places of what tables are made of: more than a double-double holds of numbers above 2^-10. */
export const TABLE_BITS = 160;
