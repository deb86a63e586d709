import type { MATH } from '../../operation/math.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Powers, logarithms, trigonometry; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_MATH: Readonly<Record<keyof typeof MATH, BigqueryLowering | null>> = {};
