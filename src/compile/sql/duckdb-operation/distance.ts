import type { DISTANCE } from '../../operation/distance.js';
import type { DuckdbLowering } from '../duckdb-template.js';

/** DuckDB sums lists in an order of its own and keeps cosines within their range. */
const OWN_ORDER = null;
/** DuckDB sums rounded terms one by one; the kernel's sum is exact. */
const ROUNDED_SUM = null;

/** Distances; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_DISTANCE: Readonly<Record<keyof typeof DISTANCE, DuckdbLowering | null>> = {
  cosine_distance: OWN_ORDER,
  euclidean_distance: OWN_ORDER,
  dot_product_float64: ROUNDED_SUM,
  manhattan_distance_float64: ROUNDED_SUM,
  l1_norm_float64: ROUNDED_SUM,
  l2_norm_float64: ROUNDED_SUM,
  dot_product_int64: ROUNDED_SUM,
  manhattan_distance_int64: ROUNDED_SUM,
  l1_norm_int64: ROUNDED_SUM,
  l2_norm_int64: ROUNDED_SUM,
  // DuckDB's sphere is in an extension, and its sines are the C library's.
  great_circle_distance: null,
};
