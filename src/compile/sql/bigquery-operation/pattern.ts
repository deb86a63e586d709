import type { PATTERN } from '../../operation/pattern.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** LIKE and regular expressions; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_PATTERN: Readonly<Record<keyof typeof PATTERN, BigqueryLowering | null>> = {};
