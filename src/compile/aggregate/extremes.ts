import type { Column } from '../../definition/column-batch.js';
import { compareBytes, type Value } from '../../definition/value.js';
import { SCALAR_TYPES, type ScalarType } from '../../definition/value-type.js';
import { compareText } from '../runtime/text.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { extremeOfIntegers } from './integer-extremes.js';
import { isNull } from './is-null.js';
import { keptValueAt } from './kept-value.js';
import { VALUE_CODECS } from './state-codec.js';

export const MIN = extreme(
  'min',
  'The smallest value: FALSE before TRUE, STRING by code points, BYTES by bytes; 0.0 for -0.0.',
);

export const MAX = extreme('max', 'The greatest value, in the order of MIN.');

function extreme(which: 'min' | 'max', about: string): AggregateFunction {
  return {
    takes: SCALAR_TYPES,
    takesRows: false,
    parameters: [],
    resultType: (type) => type!,
    make: (argument) => extremeOf(which, argument!.type as ScalarType),
    about: `${about} NULL of nothing.`,
  };
}

function extremeOf(which: 'min' | 'max', type: ScalarType): Aggregate {
  switch (type) {
    case 'INT64':
    case 'TIMESTAMP':
      return extremeOfIntegers(which, type);
    case 'STRING':
      return extremeOfKept(which, type, (a, b) => compareText(a as string, b as string));
    case 'BYTES':
      return extremeOfKept(which, type, (a, b) => compareBytes(a as Uint8Array, b as Uint8Array));
    default:
      return extremeOfNumbers(which, type);
  }
}

type NumberState = { isEmpty: boolean; number: number };

/** Of BOOL (0 and 1), DATE and FLOAT64, whose columns hold numbers. */
function extremeOfNumbers(which: 'min' | 'max', type: 'BOOL' | 'DATE' | 'FLOAT64'): Aggregate {
  const { write, read, maxBytes } = VALUE_CODECS[type];
  const take =
    which === 'min'
      ? (state: NumberState, x: number) => {
          if (state.isEmpty || x < state.number) state.number = x;
          state.isEmpty = false;
        }
      : (state: NumberState, x: number) => {
          if (state.isEmpty || x > state.number) state.number = x;
          state.isEmpty = false;
        };
  return aggregateOf<NumberState>({
    type,
    family: `${which} of ${type}`,
    create: () => ({ isEmpty: true, number: 0 }),
    add: (state, { argument }, row) => {
      if (!isNull(argument!, row)) take(state, numberAt(argument!, row));
    },
    merge: (state, other) => {
      if (!other.isEmpty) take(state, other.number);
    },
    finish: ({ isEmpty, number }) => (isEmpty ? null : type === 'BOOL' ? number === 1 : number),
    write: ({ isEmpty, number }, to) => {
      to.byte(Number(!isEmpty));
      if (!isEmpty) write(to, number);
    },
    read: (from) =>
      from.byte() === 0 ? { isEmpty: true, number: 0 } : { isEmpty: false, number: Number(read(from)) },
    maxBytes: 1 + maxBytes,
  });
}

/** 0 for -0.0. */
function numberAt(column: Column, row: number): number {
  return (column.values as Uint8Array | Int32Array | Float64Array)[row]! + 0;
}

type KeptState = { value: Value };

function extremeOfKept(
  which: 'min' | 'max',
  type: 'STRING' | 'BYTES',
  compare: (a: Value, b: Value) => number,
): Aggregate {
  const { write, read, maxBytes } = VALUE_CODECS[type];
  const sign = which === 'min' ? 1 : -1;
  const take = (state: KeptState, value: Value): void => {
    if (value !== null && (state.value === null || sign * compare(value, state.value) < 0))
      state.value = value;
  };
  return aggregateOf<KeptState>({
    type,
    family: `${which} of ${type}`,
    create: () => ({ value: null }),
    add: (state, { argument }, row) => take(state, keptValueAt(argument!, row)),
    merge: (state, other) => take(state, other.value),
    finish: ({ value }) => value,
    write: ({ value }, to) => {
      to.byte(Number(value !== null));
      if (value !== null) write(to, value);
    },
    read: (from) => ({ value: from.byte() === 0 ? null : read(from) }),
    maxBytes: 1 + maxBytes,
  });
}
