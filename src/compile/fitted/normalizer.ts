import { type Column, columnOf } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import { ExactSum } from '../exact-sum.js';
import { pow } from '../runtime/power.js';
import { known } from './accumulator.js';
import { isValid } from './encoder.js';
import type { Preprocessing } from './preprocessing.js';
import type { NormalizerState } from './state.js';

/** x / ‖x‖ₚ. Source: BigQuery ML, ML.NORMALIZER. */
export const NORMALIZER: Preprocessing<NormalizerState> = {
  analytic: false,
  input: 'numbers',
  options: [
    {
      name: 'p',
      parameter: 'p',
      positional: true,
      takes: { kind: 'norm' },
      default: 2,
      about:
        "the norm: 0 counts what is not 0, 1 adds absolute values, 2 is Euclid's, 'inf' the greatest absolute value",
    },
  ],
  result: () => 'ARRAY<FLOAT64>',
  learn: ({ p }) => known({ function: 'NORMALIZER', p: p === 'inf' ? 'inf' : Number(p) }),
  apply: normalized,
  about:
    'An array divided by its p-norm. An array of zeros stays as it is. NULL stays NULL. A whole output is one number an element; every array must have as many.',
  example: {
    expression: 'NORMALIZER(v)',
    columns: { v: [[4, 1, 2, 2, 0]] },
    slots: ['0', '1', '2', '3', '4'],
    rows: [[0.8, 0.2, 0.4, 0.4, 0]],
  },
};

function normalized({ p }: NormalizerState): (argument: Column) => Column {
  return (argument) => {
    const arrays = argument.values as readonly (readonly number[])[];
    const results = arrays.map((array, row): Value => {
      if (!isValid(argument, row)) return null;
      return dividedByNorm(array, p);
    });
    return columnOf('ARRAY<FLOAT64>', results);
  };
}

/** Scaled by the greatest element first, so that no power is lost at the ends of the range. */
function dividedByNorm(array: readonly number[], p: number | 'inf'): readonly number[] {
  const greatest = array.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (greatest === 0) return array;
  if (p === 'inf') return array.map((x) => x / greatest);
  if (p === 0) {
    const count = array.filter((x) => x !== 0).length;
    return array.map((x) => x / count);
  }
  // Subnormal numbers become normal ones first: a power of two changes no digit of them.
  const scaled = greatest < SMALLEST_NORMAL ? array.map((x) => x * 2 ** 60) : array;
  const step = powerBelow(greatest < SMALLEST_NORMAL ? greatest * 2 ** 60 : greatest);
  const sum = new ExactSum();
  for (const x of scaled) sum.add(pow(Math.abs(x) / step, p));
  const norm = pow(sum.value(), 1 / p);
  return scaled.map((x) => x / step / norm);
}

const SMALLEST_NORMAL = 2 ** -1022;

const greatestBits = new DataView(new ArrayBuffer(8));

/** The greatest power of two that is not above a normal double. */
function powerBelow(x: number): number {
  greatestBits.setFloat64(0, x);
  return 2 ** (((greatestBits.getUint16(0) >> 4) & 0x7ff) - 1023);
}
