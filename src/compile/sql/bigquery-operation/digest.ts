import type { DIGEST } from '../../operation/digest.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Hashes and encodings of bytes; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_DIGEST: Readonly<Record<keyof typeof DIGEST, BigqueryLowering | null>> = {};
