import type { DISTANCE } from '../../operation/distance.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** GoogleSQL says nothing of the order in which they add, so only the reference implementation is known to agree. */
const UNSAID_ORDER = null;

/** Distances; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_DISTANCE: Readonly<Record<keyof typeof DISTANCE, BigqueryLowering | null>> = {
  cosine_distance: UNSAID_ORDER,
  euclidean_distance: UNSAID_ORDER,
  dot_product_float64: UNSAID_ORDER,
  manhattan_distance_float64: UNSAID_ORDER,
  l1_norm_float64: UNSAID_ORDER,
  l2_norm_float64: UNSAID_ORDER,
  dot_product_int64: UNSAID_ORDER,
  manhattan_distance_int64: UNSAID_ORDER,
  l1_norm_int64: UNSAID_ORDER,
  l2_norm_int64: UNSAID_ORDER,
  // BigQuery's is some nanometres off.
  great_circle_distance: null,
};
