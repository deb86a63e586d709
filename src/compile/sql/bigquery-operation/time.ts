import type { TIME } from '../../operation/time.js';
import { type BigqueryLowering, byPart, byPartAndZone, byZone, sql } from '../bigquery-template.js';

/** Times; what leaves the range raises in BigQuery, but not under SAFE. */
export const BIGQUERY_TIME: Readonly<Record<keyof typeof TIME, BigqueryLowering | null>> = {
  extract_timestamp: byPartAndZone((part, zone) => `EXTRACT(${part} FROM $0 AT TIME ZONE ${zone})`),
  date_of_timestamp: byZone((zone) => `SAFE.DATE($0, ${zone})`),
  timestamp_of_date: byZone((zone) => `SAFE.TIMESTAMP($0, ${zone})`),
  timestamp_of_text: byZone((zone) => `SAFE.TIMESTAMP($0, ${zone})`),
  string_of_timestamp: byZone((zone) => `STRING($0, ${zone})`),
  timestamp_diff: byPart((part) => `TIMESTAMP_DIFF($0, $1, ${part})`),
  timestamp_add: byPart((part) => `SAFE.TIMESTAMP_ADD($0, INTERVAL $1 ${part})`),
  timestamp_sub: byPart((part) => `SAFE.TIMESTAMP_SUB($0, INTERVAL $1 ${part})`),
  timestamp_trunc: byPartAndZone((part, zone) => `SAFE.TIMESTAMP_TRUNC($0, ${part}, ${zone})`),
  unix_seconds: sql('UNIX_SECONDS($0)'),
  unix_millis: sql('UNIX_MILLIS($0)'),
  unix_micros: sql('UNIX_MICROS($0)'),
  timestamp_seconds: sql('SAFE.TIMESTAMP_SECONDS($0)'),
  timestamp_millis: sql('SAFE.TIMESTAMP_MILLIS($0)'),
  timestamp_micros: sql('SAFE.TIMESTAMP_MICROS($0)'),
};
