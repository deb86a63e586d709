import type { MATH } from '../../operation/math.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** Powers, logarithms, trigonometry; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_MATH: Readonly<Record<keyof typeof MATH, DuckdbLowering | null>> = {};
