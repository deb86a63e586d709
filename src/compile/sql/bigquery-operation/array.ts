import type { ARRAYS } from '../../operation/array.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Arrays; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_ARRAYS: Readonly<Record<keyof typeof ARRAYS, BigqueryLowering | null>> = {};
