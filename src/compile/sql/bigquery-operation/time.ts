import type { TIME } from '../../operation/time.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Times; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_TIME: Readonly<Record<keyof typeof TIME, BigqueryLowering | null>> = {
  extract_timestamp: null,
  extract_date: null,
  date_of_timestamp: null,
  timestamp_diff: null,
  timestamp_add: null,
  timestamp_sub: null,
  date_diff: null,
  date_add: null,
  date_sub: null,
  unix_seconds: null,
  unix_millis: null,
  unix_micros: null,
  unix_date: null,
  timestamp_seconds: null,
  timestamp_millis: null,
  timestamp_micros: null,
};
