import type { TIME_FORMAT } from '../../operation/time-format.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** Times as text; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_TIME_FORMAT: Readonly<Record<keyof typeof TIME_FORMAT, DuckdbLowering | null>> = {
  // DuckDB's strftime and strptime have other elements, write years otherwise and read other texts.
  format_date: null,
  format_timestamp: null,
  parse_date: null,
  parse_timestamp: null,
};
