import type { DIGEST } from '../../operation/digest.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** Hashes and encodings of bytes; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_DIGEST: Readonly<Record<keyof typeof DIGEST, DuckdbLowering | null>> = {};
