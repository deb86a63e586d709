import fc from 'fast-check';
import type { Domains } from './domain-kind.js';

/** Of every binary order in which something happens, and of whole and half numbers. */
const moderate = fc.oneof(
  fc.double({ min: -20, max: 20, noNaN: true }),
  fc.integer({ min: -40, max: 40 }).map((n) => n / 2),
  fc
    .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -60, max: 12 }))
    .map(([m, e]) => m * 2 ** e),
);
const positive = fc.oneof(
  moderate.map((x) => Math.abs(x) || 1),
  fc.double({ min: 5e-324, max: 1.7976931348623157e308, noNaN: true }),
  fc.integer({ min: -52, max: -1 }).map((e) => 1 + 2 ** e),
);
const unit = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: 1, max: 53 }).map((e) => 1 - 2 ** -e),
  fc.integer({ min: 1, max: 70 }).map((e) => -(2 ** -e)),
);
const notZero = moderate.map((x) => x || 0.25);
const fromOne = positive.map((x) => (x < 1 ? 1 + x : x));
const angle = fc.oneof(
  moderate,
  fc.integer({ min: -100, max: 100 }).map((n) => (n * Math.PI) / 4),
);
const places = fc.bigInt(-6n, 12n);
const shift = fc.bigInt(0n, 66n);
const divisor = fc.bigInt(-9n, 9n).map((n) => n || 3n);
const latitude = fc.oneof(
  fc.double({ min: -90, max: 90, noNaN: true }),
  fc.constantFrom(0, 90, -90, 40.6397, 89.99999999999999, -0),
);
const longitude = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.constantFrom(0, 180, -180, 360, -73.7789, 540, 1e-300),
);

/** Numbers that the operations have a value for. */
export const MATH_DOMAINS: Domains = {
  div_int64: { arguments: { 1: divisor } },
  mod_int64: { arguments: { 1: divisor } },
  divide_float64: { arguments: { 1: notZero } },
  round_float64_digits: { arguments: { 1: places } },
  trunc_float64_digits: { arguments: { 1: places } },
  sqrt_float64: { arguments: { 0: positive } },
  exp_float64: { arguments: { 0: moderate } },
  ln_float64: { arguments: { 0: positive } },
  log_float64: { arguments: { 0: positive } },
  log10_float64: { arguments: { 0: positive } },
  log_float64_base: { arguments: { 0: positive, 1: positive } },
  pow_float64: { arguments: { 0: positive, 1: moderate } },
  cbrt_float64: { arguments: { 0: moderate } },
  sin_float64: { arguments: { 0: angle } },
  cos_float64: { arguments: { 0: angle } },
  tan_float64: { arguments: { 0: angle } },
  sec_float64: { arguments: { 0: angle } },
  csc_float64: { arguments: { 0: notZero } },
  cot_float64: { arguments: { 0: notZero } },
  asin_float64: { arguments: { 0: unit } },
  acos_float64: { arguments: { 0: unit } },
  atanh_float64: { arguments: { 0: unit } },
  acosh_float64: { arguments: { 0: fromOne } },
  sinh_float64: { arguments: { 0: moderate } },
  cosh_float64: { arguments: { 0: moderate } },
  csch_float64: { arguments: { 0: notZero } },
  coth_float64: { arguments: { 0: notZero } },
  shift_left_int64: { arguments: { 1: shift } },
  shift_right_int64: { arguments: { 1: shift } },
  great_circle_distance: { arguments: { 0: longitude, 1: latitude, 2: longitude, 3: latitude } },
};
