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

/** (x − center) / scale of every value; where the difference leaves the range of doubles, of halves. */
export function centred(argument: Column, center: number, scale: number): Column {
  return mapped(argument, (numbers, results) => {
    for (let row = 0; row < results.length; row++) {
      const difference = numbers[row]! - center;
      results[row] = Number.isFinite(difference)
        ? difference / scale
        : (numbers[row]! / 2 - center / 2) / (scale / 2);
    }
  });
}

/** 0 for every value that is not NULL. */
export function zeros({ values, valid }: Column): Column {
  return { type: 'FLOAT64', values: new Float64Array(values.length), valid };
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
