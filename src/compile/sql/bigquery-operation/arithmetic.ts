import type { ARITHMETIC } from '../../operation/arithmetic.js';
import { type BigqueryLowering, sql } from '../bigquery-template.js';

/** Arithmetic; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_ARITHMETIC: Readonly<Record<keyof typeof ARITHMETIC, BigqueryLowering | null>> = {
  add_int64: sql('SAFE_ADD($0, $1)'),
  add_float64: sql('SAFE_ADD($0, $1)'),
  subtract_int64: sql('SAFE_SUBTRACT($0, $1)'),
  subtract_float64: sql('SAFE_SUBTRACT($0, $1)'),
  multiply_int64: sql('SAFE_MULTIPLY($0, $1)'),
  multiply_float64: sql('SAFE_MULTIPLY($0, $1)'),
  divide_float64: sql('SAFE_DIVIDE($0, $1)'),
  negate_int64: sql('SAFE_NEGATE($0)'),
  negate_float64: sql('SAFE_NEGATE($0)'),
  div_int64: sql('SAFE.DIV($0, $1)'),
  mod_int64: sql('SAFE.MOD($0, $1)'),
  abs_int64: sql('SAFE.ABS($0)'),
  abs_float64: sql('ABS($0)'),
  sign_int64: sql('SIGN($0)'),
  sign_float64: sql('SIGN($0)'),
  floor_float64: sql('FLOOR($0)'),
  ceil_float64: sql('CEIL($0)'),
  round_float64: sql('ROUND($0)'),
  // GoogleSQL multiplies and divides by powers of ten in 80 bits: ROUND(0.0120705, 6) is 0.012069999999999999 there.
  round_float64_digits: null,
  // BigQuery has the C library's; the kernel's are pinned and rounded correctly (S8).
  ln_float64: null,
  exp_float64: null,
  trunc_float64: sql('TRUNC($0)'),
  // The same: TRUNC(3.871175, 5) is 3.8711699999999998 there.
  trunc_float64_digits: null,
  sqrt_float64: sql('SAFE.SQRT($0)'),
};
