import type { Aggregate } from './aggregate.js';
import type { AggregateArgument } from './aggregate-function.js';
import { DOUBLE_NUMBERS } from './double-numbers.js';
import { integerNumbers } from './integer-numbers.js';
import type { Numbers } from './numbers.js';
import { scaledNumbers } from './scaled-numbers.js';

/** Makes an aggregate over the kind of numbers that an argument of type INT64 or FLOAT64 has. */
export function overNumbers(
  { type, scale }: AggregateArgument,
  make: <Total>(numbers: Numbers<Total>) => Aggregate,
): Aggregate {
  if (type === 'INT64') return make(integerNumbers());
  return scale === null || scale === undefined ? make(DOUBLE_NUMBERS) : make(scaledNumbers(scale));
}
