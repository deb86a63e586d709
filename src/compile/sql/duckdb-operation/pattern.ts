import type { PATTERN } from '../../operation/pattern.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** LIKE and regular expressions; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_PATTERN: Readonly<Record<keyof typeof PATTERN, DuckdbLowering | null>> = {};
