import type { ARITHMETIC } from '../../operation/arithmetic.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Arithmetic; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_ARITHMETIC: Readonly<Record<keyof typeof ARITHMETIC, BigqueryLowering | null>> = {
  add_int64: null,
  add_float64: null,
  subtract_int64: null,
  subtract_float64: null,
  multiply_int64: null,
  multiply_float64: null,
  divide_float64: null,
  negate_int64: null,
  negate_float64: null,
  div_int64: null,
  mod_int64: null,
  abs_int64: null,
  abs_float64: null,
  sign_int64: null,
  sign_float64: null,
  floor_float64: null,
  ceil_float64: null,
  round_float64: null,
  round_float64_digits: null,
  ln_float64: null,
  exp_float64: null,
  trunc_float64: null,
  sqrt_float64: null,
};
