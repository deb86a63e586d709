import type { Column } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';

/** A column as a history table holds it: NaN for -0.0, as `compile/sql/negative-zero.ts` says. Shares memory where there is none. */
export function withoutNegativeZeros(column: Column): Column {
  if (column.type === 'FLOAT64') return { ...column, values: numbers(column.values as Float64Array) };
  if (column.type !== 'ARRAY<FLOAT64>') return column;
  return { ...column, values: (column.values as readonly (readonly Value[])[]).map(list) };
}

function numbers(values: Float64Array): Float64Array {
  return hasNegativeZero(values) ? values.map(stored) : values;
}

function list(values: readonly Value[]): readonly Value[] {
  return hasNegativeZero(values) ? values.map((value) => stored(value as number)) : values;
}

function hasNegativeZero(values: Float64Array | readonly Value[]): boolean {
  for (let i = 0; i < values.length; i++) if (Object.is(values[i], -0)) return true;
  return false;
}

function stored(value: number): number {
  return Object.is(value, -0) ? Number.NaN : value;
}
