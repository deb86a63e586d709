import type { ARITHMETIC } from '../../operation/arithmetic.js';
import { type DuckdbLowering, floats, int64, sql } from '../duckdb-template.js';

/** Arithmetic; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_ARITHMETIC: Readonly<Record<keyof typeof ARITHMETIC, DuckdbLowering | null>> = {
  add_int64: int64('CAST($0 AS HUGEINT) + CAST($1 AS HUGEINT)'),
  add_float64: floats('absorbs', '$0 + $1'),
  subtract_int64: int64('CAST($0 AS HUGEINT) - CAST($1 AS HUGEINT)'),
  subtract_float64: floats('absorbs', '$0 - $1'),
  multiply_int64: int64('CAST($0 AS HUGEINT) * CAST($1 AS HUGEINT)'),
  multiply_float64: floats('absorbs', '$0 * $1'),
  divide_float64: floats('makes', '$0 / $1'),
  negate_int64: int64('-CAST($0 AS HUGEINT)'),
  negate_float64: floats('absorbs', '-$0'),
  div_int64: int64('CAST($0 AS HUGEINT) // CAST($1 AS HUGEINT)'),
  mod_int64: int64('CAST($0 AS HUGEINT) % CAST($1 AS HUGEINT)'),
  abs_int64: int64('abs(CAST($0 AS HUGEINT))'),
  abs_float64: floats('absorbs', 'abs($0)'),
  sign_int64: sql('CAST(sign($0) AS BIGINT)'),
  sign_float64: sql('CAST(sign($0) AS DOUBLE)'),
  floor_float64: floats('absorbs', 'floor($0)'),
  ceil_float64: floats('absorbs', 'ceil($0)'),
  round_float64: floats('absorbs', 'round($0)'),
  // DuckDB multiplies and divides by powers of ten, which rounds twice.
  round_float64_digits: null,
  // DuckDB has the C library's; the kernel's are pinned (S8).
  ln_float64: null,
  exp_float64: null,
  trunc_float64: floats('absorbs', 'trunc($0)'),
  // DuckDB's trunc takes no places.
  trunc_float64_digits: null,
  sqrt_float64: sql('sqrt(CASE WHEN $0 >= 0 THEN $0 END)'),
};
