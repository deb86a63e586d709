import type { CAST } from '../../operation/cast.js';
import { type BigqueryLowering, sql } from '../bigquery-template.js';

/** Casts; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_CAST: Readonly<Record<keyof typeof CAST, BigqueryLowering | null>> = {
  cast_int64_bool: cast('BOOL'),
  cast_int64_float64: cast('FLOAT64'),
  cast_int64_string: cast('STRING'),
  cast_float64_int64: cast('INT64'),
  cast_float64_string: cast('STRING'),
  cast_bool_int64: cast('INT64'),
  cast_bool_string: cast('STRING'),
  cast_string_bool: cast('BOOL'),
  cast_string_int64: cast('INT64'),
  // What reads as an infinity or as NaN is NULL here.
  cast_string_float64: sql(
    'IF(IS_INF(SAFE_CAST($0 AS FLOAT64)) OR IS_NAN(SAFE_CAST($0 AS FLOAT64)), NULL, SAFE_CAST($0 AS FLOAT64))',
  ),
  cast_string_bytes: cast('BYTES'),
  cast_string_date: cast('DATE'),
  cast_string_timestamp: cast('TIMESTAMP'),
  cast_bytes_string: cast('STRING'),
  cast_date_string: cast('STRING'),
  cast_date_timestamp: cast('TIMESTAMP'),
  cast_timestamp_string: cast('STRING'),
  cast_timestamp_date: cast('DATE'),
};

function cast(to: string): BigqueryLowering {
  return sql(`SAFE_CAST($0 AS ${to})`);
}
