import type { Column } from '../../definition/column-batch.js';

/** The values of a BOOL, INT64 or FLOAT64 column as doubles: false 0 and true 1, INT64 rounded to nearest. */
export function numbersOf({ values }: Column): Float64Array {
  if (values instanceof Float64Array) return values;
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < numbers.length; row++) numbers[row] = Number(values[row]);
  return numbers;
}

/** A FLOAT64 column that `map` computes from every value that is not NULL; what is not finite is NULL (S6). */
export function mapped(
  argument: Column,
  map: (numbers: Float64Array, results: Float64Array) => void,
): Column {
  const results = new Float64Array(argument.values.length);
  map(numbersOf(argument), results);
  return { type: 'FLOAT64', values: results, valid: validWhereFinite(results, argument.valid) };
}

function validWhereFinite(values: Float64Array, known: Uint8Array | null): Uint8Array | null {
  let valid = known;
  for (let row = 0; row < values.length; row++) {
    if (Number.isFinite(values[row]) || (known !== null && known[row] === 0)) continue;
    if (valid === known) valid = known?.slice() ?? new Uint8Array(values.length).fill(1);
    valid![row] = 0;
    values[row] = 0;
  }
  return valid;
}
