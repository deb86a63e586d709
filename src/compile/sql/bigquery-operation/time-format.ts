import type { TIME_FORMAT } from '../../operation/time-format.js';
import { type BigqueryLowering, byFormat } from '../bigquery-template.js';

/** Times as text; the elements that the language takes mean the same there. */
export const BIGQUERY_TIME_FORMAT: Readonly<Record<keyof typeof TIME_FORMAT, BigqueryLowering | null>> = {
  format_date: byFormat((format) => `FORMAT_DATE(${format}, $0)`),
  format_timestamp: byFormat((format, zone) => `FORMAT_TIMESTAMP(${format}, $0, ${zone})`),
  parse_date: byFormat((format) => `SAFE.PARSE_DATE(${format}, $0)`),
  parse_timestamp: byFormat((format, zone) => `SAFE.PARSE_TIMESTAMP(${format}, $0, ${zone})`),
};
