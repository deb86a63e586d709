import type { BITS } from '../../operation/bits.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** Bits of INT64; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_BITS: Readonly<Record<keyof typeof BITS, DuckdbLowering | null>> = {};
