import type { MATH } from '../../operation/math.js';
import { FLOAT32_MAX } from '../float32.js';
import { finite, type GraphLowering, NUMBERS, strict } from '../graph-lowering.js';
import type { GraphValues } from '../graph-value.js';
import { numbersOfLiteral } from '../literal-numbers.js';

/** Powers, logarithms, trigonometry, in float32; null where the graph refuses the operation. */
export const GRAPH_MATH: Readonly<Record<keyof typeof MATH, GraphLowering | null>> = {
  pi: { takes: NUMBERS, lower: ({ builder }) => builder.number(Math.PI) },
  is_inf: { takes: NUMBERS, lower: neverTrue },
  is_nan: { takes: NUMBERS, lower: neverTrue },
  pow_float64: strict((values, operands) => values.float('Pow', ...operands)),
  cbrt_float64: strict((values, [x]) => {
    const third = values.builder.number(1 / 3);
    const root = values.float('Pow', values.float('Abs', x!), third);
    return values.withSignOf(x!, root);
  }),
  log_float64: finite('Log'),
  log_float64_base: strict((values, [x, base]) => {
    const divisor = values.finite(values.float('Log', base!));
    return values.float('RealDiv', values.float('Log', x!), divisor);
  }),
  log10_float64: strict((values, [x]) =>
    values.float('Mul', values.float('Log', x!), values.builder.number(Math.LOG10E)),
  ),
  sin_float64: strict((values, [x]) => sine(values, x!)),
  cos_float64: finite('Cos'),
  tan_float64: finite('Tan'),
  sec_float64: inverseOf('Cos'),
  csc_float64: strict((values, [x]) => values.float('RealDiv', values.one, sine(values, x!))),
  cot_float64: inverseOf('Tan'),
  asin_float64: finite('Asin'),
  acos_float64: finite('Acos'),
  atan_float64: finite('Atan'),
  atan2_float64: finite('Atan2'),
  sinh_float64: finite('Sinh'),
  cosh_float64: finite('Cosh'),
  tanh_float64: finite('Tanh'),
  sech_float64: inverseOf('Cosh'),
  csch_float64: inverseOf('Sinh'),
  coth_float64: inverseOf('Tanh'),
  asinh_float64: finite('Asinh'),
  acosh_float64: finite('Acosh'),
  atanh_float64: finite('Atanh'),
  range_bucket: {
    takes: ['FLOAT64', 'INT64', 'ARRAY<FLOAT64>'],
    literals: [1],
    refuse: ({ arguments: [value, bounds] }) => {
      if (value!.type !== 'FLOAT64') return 'takes a FLOAT64 there';
      const numbers = numbersOfLiteral(bounds!);
      if (numbers === null) return 'takes literal bounds there';
      if (numbers.some((bound) => Math.abs(bound) > FLOAT32_MAX))
        return 'takes bounds of the range of float32';
      return numbers.every((bound, at) => at === 0 || bound >= numbers[at - 1]!)
        ? null
        : 'takes ascending bounds';
    },
    lower: (values, [value], { arguments: [, bounds] }) =>
      values.unlessMissing(values.bucket(value!, numbersOfLiteral(bounds!)!), [value!]),
  },
};

/** tfjs's own is off by some 2e-7 on WebAssembly: near 0 a series is closer, x · (1 − x² / 6 + x⁴ / 120). */
function sine(values: GraphValues, x: string): string {
  const { builder } = values;
  const square = values.float('Mul', x, x);
  const fourth = values.float('Mul', values.float('Mul', square, square), builder.number(1 / 120));
  const second = values.float('Mul', square, builder.number(1 / 6));
  const series = values.float('AddV2', values.float('Sub', values.one, second), fourth);
  const isSmall = values.compare('Less', square, builder.number(SMALL_ANGLE ** 2));
  return values.choose(isSmall, values.float('Mul', x, series), values.float('Sin', x));
}

const SMALL_ANGLE = 0.25;

function inverseOf(op: string): GraphLowering {
  return strict((values, [x]) => values.float('RealDiv', values.one, values.float(op, x!)));
}

/** No value of ours is infinite or NaN (S3). */
function neverTrue(values: GraphValues, operands: readonly string[]): string {
  return values.unlessMissing(values.zero, operands);
}
