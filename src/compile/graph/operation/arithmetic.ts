import type { CallExpression } from '../../../definition/expression.js';
import type { ARITHMETIC } from '../../operation/arithmetic.js';
import { finite, type GraphLowering, NUMBERS, plain, strict } from '../graph-lowering.js';
import type { GraphValues } from '../graph-value.js';

/** A float32 has 24 bits: beyond 2^24 whole numbers are no longer exact. */
const WHOLE_NUMBERS = null;

/** Numbers; null where the graph refuses the operation, with the reason beside it. */
export const GRAPH_ARITHMETIC: Readonly<Record<keyof typeof ARITHMETIC, GraphLowering | null>> = {
  add_int64: WHOLE_NUMBERS,
  add_float64: finite('AddV2'),
  subtract_int64: WHOLE_NUMBERS,
  subtract_float64: finite('Sub'),
  multiply_int64: WHOLE_NUMBERS,
  multiply_float64: finite('Mul'),
  divide_float64: finite('RealDiv'),
  negate_int64: WHOLE_NUMBERS,
  negate_float64: plain('Neg'),
  div_int64: WHOLE_NUMBERS,
  mod_int64: WHOLE_NUMBERS,
  abs_int64: WHOLE_NUMBERS,
  abs_float64: plain('Abs'),
  sign_int64: WHOLE_NUMBERS,
  /** −0 + 0 is 0. */
  sign_float64: strict((values, [x]) =>
    values.float('AddV2', values.withSignOf(x!, values.one), values.zero),
  ),
  floor_float64: plain('Floor'),
  ceil_float64: plain('Ceil'),
  round_float64: strict((values, [x]) => rounded(values, x!)),
  round_float64_digits: toPlaces(rounded),
  ln_float64: finite('Log'),
  exp_float64: finite('Exp'),
  trunc_float64: strict((values, [x]) => truncated(values, x!)),
  trunc_float64_digits: toPlaces(truncated),
  sqrt_float64: finite('Sqrt'),
};

/** The nearest whole number, halves away from zero. */
function rounded(values: GraphValues, x: string): string {
  const half = values.builder.number(0.5);
  const magnitude = values.float('Floor', values.float('AddV2', values.float('Abs', x), half));
  return values.withSignOf(x, magnitude);
}

function truncated(values: GraphValues, x: string): string {
  return values.withSignOf(x, values.float('Floor', values.float('Abs', x)));
}

/** To as many decimal places as a literal says. */
function toPlaces(whole: (values: GraphValues, x: string) => string): GraphLowering {
  return {
    takes: [...NUMBERS, 'INT64'],
    literals: [1],
    refuse: (node) =>
      Math.abs(placesOf(node)) <= MAX_PLACES ? null : `takes up to ${MAX_PLACES} places there`,
    lower: (values, [x], node) => {
      const places = placesOf(node);
      const scale = values.builder.number(10 ** Math.abs(places));
      const [there, back] = places < 0 ? ['RealDiv', 'Mul'] : ['Mul', 'RealDiv'];
      const whole32 = whole(values, values.float(there!, x!, scale));
      return values.unlessMissing(values.finite(values.float(back!, whole32, scale)), [x!]);
    },
  };
}

function placesOf({ arguments: [, places] }: CallExpression): number {
  return places?.kind === 'literal' && places.value !== null ? Number(places.value) : Number.NaN;
}

/** Powers of ten that a float32 holds, with room for what is multiplied. */
const MAX_PLACES = 10;
