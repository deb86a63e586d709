import type { DATE } from '../../operation/date.js';
import { type BigqueryLowering, byPart, sql } from '../bigquery-template.js';

/** Dates; what leaves the range raises in BigQuery, but not under SAFE. */
export const BIGQUERY_DATE: Readonly<Record<keyof typeof DATE, BigqueryLowering | null>> = {
  extract_date: byPart((part) => `EXTRACT(${part} FROM $0)`),
  // The reference takes the lower 32 bits of each part.
  date_of_parts: sql(
    'IF($0 BETWEEN 1 AND 9999 AND $1 BETWEEN 1 AND 12 AND $2 BETWEEN 1 AND 31, SAFE.DATE($0, $1, $2), NULL)',
  ),
  date_of_number: sql('SAFE.DATE_FROM_UNIX_DATE($0)'),
  unix_date: sql('UNIX_DATE($0)'),
  date_add: byPart((part) => `SAFE.DATE_ADD($0, INTERVAL $1 ${part})`),
  date_sub: byPart((part) => `SAFE.DATE_SUB($0, INTERVAL $1 ${part})`),
  date_diff: byPart((part) => `DATE_DIFF($0, $1, ${part})`),
  date_trunc: byPart((part) => `SAFE.DATE_TRUNC($0, ${part})`),
  last_day: byPart((part) => `SAFE.LAST_DAY($0, ${part})`),
};
