import type { DISTANCE } from '../../operation/distance.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Distances of embeddings and of places; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_DISTANCE: Readonly<Record<keyof typeof DISTANCE, BigqueryLowering | null>> = {};
