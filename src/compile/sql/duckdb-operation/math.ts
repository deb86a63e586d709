import type { MATH } from '../../operation/math.js';
import { type DuckdbLowering, sql } from '../duckdb-template.js';

/** DuckDB has the C library's functions; the kernel's are pinned and rounded correctly (S8). */
const PINNED = null;

/** Powers, logarithms, trigonometry; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_MATH: Readonly<Record<keyof typeof MATH, DuckdbLowering | null>> = {
  pi: sql("CAST('3.141592653589793' AS DOUBLE)"),
  // FALSE of every value, NULL of NULL.
  is_inf: sql('$0 <> $0'),
  is_nan: sql('$0 <> $0'),
  pow_float64: PINNED,
  cbrt_float64: PINNED,
  log_float64: PINNED,
  log_float64_base: PINNED,
  log10_float64: PINNED,
  sin_float64: PINNED,
  cos_float64: PINNED,
  tan_float64: PINNED,
  sec_float64: PINNED,
  csc_float64: PINNED,
  cot_float64: PINNED,
  asin_float64: PINNED,
  acos_float64: PINNED,
  atan_float64: PINNED,
  atan2_float64: PINNED,
  sinh_float64: PINNED,
  cosh_float64: PINNED,
  tanh_float64: PINNED,
  sech_float64: PINNED,
  csch_float64: PINNED,
  coth_float64: PINNED,
  asinh_float64: PINNED,
  acosh_float64: PINNED,
  atanh_float64: PINNED,
  // DuckDB has no bucket function, and lists with bounds that do not ascend must be NULL.
  range_bucket: null,
};
