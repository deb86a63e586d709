import type { CAST } from '../../operation/cast.js';
import { type DuckdbLowering, sql } from '../duckdb-template.js';

/** Casts; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_CAST: Readonly<Record<keyof typeof CAST, DuckdbLowering | null>> = {
  cast_int64_bool: sql('CAST($0 AS BOOLEAN)'),
  cast_int64_float64: sql('CAST($0 AS DOUBLE)'),
  cast_int64_string: sql('CAST($0 AS VARCHAR)'),
  // DuckDB rounds halves to even.
  cast_float64_int64: null,
  // DuckDB writes shortest digits, GoogleSQL those of %.15g or %.17g.
  cast_float64_string: null,
  cast_bool_int64: sql('CAST($0 AS BIGINT)'),
  cast_bool_string: sql('CAST($0 AS VARCHAR)'),
  // DuckDB reads other texts: 't', '1.5' as an INT64, other forms of times.
  cast_string_bool: null,
  cast_string_int64: null,
  cast_string_float64: null,
  cast_string_bytes: sql('encode($0)'),
  cast_string_date: null,
  cast_string_timestamp: null,
  // DuckDB raises on what is no UTF-8.
  cast_bytes_string: null,
  cast_date_string: sql('CAST($0 AS VARCHAR)'),
  cast_date_timestamp: sql('CAST($0 AS TIMESTAMP)'),
  // DuckDB writes as many fraction digits as needed, and no zone.
  cast_timestamp_string: null,
  cast_timestamp_date: sql('CAST($0 AS DATE)'),
};
