import { SCALAR_TYPES, type ValueType } from '../../src/definition/value-type.js';

/** Columns of every row: two of each scalar type, two arrays of numbers and one of other elements each. */
export const COLUMNS: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ...SCALAR_TYPES.flatMap((type) => [1, 2].map((n) => [`${type.toLowerCase()}_${n}`, type] as const)),
  ['array_1', 'ARRAY<FLOAT64>'],
  ['array_2', 'ARRAY<FLOAT64>'],
  ['array_3', 'ARRAY<STRING>'],
  ['array_4', 'ARRAY<INT64>'],
]);

/** T of every row: within an hour that summer time repeats. */
export const AS_OF_US = 1_383_457_799_999_999n;
