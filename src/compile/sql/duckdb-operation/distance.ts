import type { DISTANCE } from '../../operation/distance.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** Distances of embeddings and of places; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_DISTANCE: Readonly<Record<keyof typeof DISTANCE, DuckdbLowering | null>> = {};
