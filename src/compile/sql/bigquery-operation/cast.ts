import type { CAST } from '../../operation/cast.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Casts; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_CAST: Readonly<Record<keyof typeof CAST, BigqueryLowering | null>> = {
  cast_int64_bool: null,
  cast_int64_float64: null,
  cast_int64_string: null,
  cast_float64_int64: null,
  cast_float64_string: null,
  cast_bool_int64: null,
  cast_bool_string: null,
  cast_string_bool: null,
  cast_string_int64: null,
  cast_string_float64: null,
  cast_string_bytes: null,
  cast_string_date: null,
  cast_string_timestamp: null,
  cast_bytes_string: null,
  cast_date_string: null,
  cast_date_timestamp: null,
  cast_timestamp_string: null,
  cast_timestamp_date: null,
};
