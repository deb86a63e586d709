import type { DATE } from '../../operation/date.js';
import {
  datePartSql,
  endOfUnitSql,
  inRange,
  numberOfUnitSql,
  shifted,
  startOfUnitSql,
} from '../duckdb-date.js';
import { byPart, type DuckdbLowering, dateOf, EPOCH, sql } from '../duckdb-template.js';

/** Dates; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_DATE: Readonly<Record<keyof typeof DATE, DuckdbLowering | null>> = {
  extract_date: byPart((part) => datePartSql(part, '$0')),
  date_of_parts: sql(
    `CASE WHEN $0 BETWEEN 1 AND 9999 AND $1 BETWEEN 1 AND 12 AND $2 BETWEEN 1 AND day(last_day(make_date(CAST(least(greatest($0, 1), 9999) AS INTEGER), CAST(least(greatest($1, 1), 12) AS INTEGER), 1))) THEN make_date($0, $1, $2) END`,
  ),
  date_of_number: dateOf('CAST($0 AS HUGEINT)'),
  unix_date: sql(`CAST($0 - ${EPOCH} AS BIGINT)`),
  date_add: shifted('+'),
  date_sub: shifted('-'),
  date_diff: byPart((part) => `${numberOfUnitSql(part, '$0')} - ${numberOfUnitSql(part, '$1')}`),
  date_trunc: byPart((part) => inRange(startOfUnitSql(part, '$0'))),
  last_day: byPart((part) => inRange(endOfUnitSql(part, '$0'))),
};
