import type { ARRAYS } from '../../operation/array.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** Arrays; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_ARRAYS: Readonly<Record<keyof typeof ARRAYS, DuckdbLowering | null>> = {};
