import type { BITS } from '../../operation/bits.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Bits of INT64; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_BITS: Readonly<Record<keyof typeof BITS, BigqueryLowering | null>> = {};
