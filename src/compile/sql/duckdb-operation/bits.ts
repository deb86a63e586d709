import type { BITS } from '../../operation/bits.js';
import { type DuckdbLowering, sql } from '../duckdb-template.js';

/** Bits of INT64; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_BITS: Readonly<Record<keyof typeof BITS, DuckdbLowering | null>> = {
  bit_and_int64: sql('$0 & $1'),
  bit_or_int64: sql('$0 | $1'),
  bit_xor_int64: sql('xor($0, $1)'),
  bit_not_int64: sql('~$0'),
  // DuckDB's raises where bits are lost.
  shift_left_int64: null,
  // DuckDB's keeps the sign.
  shift_right_int64: null,
  bit_count_int64: sql('CAST(bit_count($0) AS BIGINT)'),
};
