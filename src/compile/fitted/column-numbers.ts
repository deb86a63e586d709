import type { Column } from '../../definition/column-batch.js';

/** The values of a BOOL, INT64 or FLOAT64 column as doubles: false 0 and true 1, INT64 rounded to nearest. */
export function numbersOf(column: Column): Float64Array {
  const { values } = column;
  if (values instanceof Float64Array) return values;
  return values instanceof BigInt64Array
    ? Float64Array.from(values, Number)
    : Float64Array.from(values as Uint8Array);
}

/** Calls `use` with the row and value of every row that is not NULL. */
export function eachNumber(column: Column, use: (value: number) => void): void {
  const numbers = numbersOf(column);
  const { valid } = column;
  for (let row = 0; row < numbers.length; row++) {
    if (valid === null || valid[row] === 1) use(numbers[row]!);
  }
}
