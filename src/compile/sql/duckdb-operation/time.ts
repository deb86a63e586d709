import type { TIME } from '../../operation/time.js';
import { CLOCK_UNITS } from '../../runtime/timestamp-trunc.js';
import { datePartSql, inRange, startOfUnitSql } from '../duckdb-date.js';
import {
  byPart,
  type DuckdbLowering,
  floorDivided,
  inUtc,
  sql,
  TIME_PARTS_SQL,
  timestampOf,
  unitOf,
} from '../duckdb-template.js';

/** Times; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_TIME: Readonly<Record<keyof typeof TIME, DuckdbLowering | null>> = {
  extract_timestamp: inUtc(byPart((part) => datePartSql(part, '$0') ?? TIME_PARTS_SQL[part] ?? null)),
  date_of_timestamp: inUtc(sql('CAST($0 AS DATE)')),
  timestamp_of_date: inUtc(sql('CAST($0 AS TIMESTAMP)')),
  // DuckDB reads other forms of times, and writes as many fraction digits as needed, and no zone.
  timestamp_of_text: null,
  string_of_timestamp: null,
  timestamp_diff: {
    floats: 'finite',
    template: (node) => `(epoch_us($0) - epoch_us($1)) // ${unitOf(node)}`,
  },
  timestamp_add: timestampOf(
    (node) => `CAST(epoch_us($0) AS HUGEINT) + CAST($1 AS HUGEINT) * ${unitOf(node)}`,
  ),
  timestamp_sub: timestampOf(
    (node) => `CAST(epoch_us($0) AS HUGEINT) - CAST($1 AS HUGEINT) * ${unitOf(node)}`,
  ),
  timestamp_trunc: inUtc(byPart(truncated)),
  unix_seconds: sql(floorDivided('epoch_us($0)', 1_000_000n)),
  unix_millis: sql(floorDivided('epoch_us($0)', 1000n)),
  unix_micros: sql('epoch_us($0)'),
  timestamp_seconds: timestampOf(() => 'CAST($0 AS HUGEINT) * 1000000'),
  timestamp_millis: timestampOf(() => 'CAST($0 AS HUGEINT) * 1000'),
  timestamp_micros: timestampOf(() => 'CAST($0 AS HUGEINT)'),
};

/** The start of a part of the clock in microseconds, or the first midnight of a part of the calendar. */
function truncated(part: string): string {
  const unit = Object.hasOwn(CLOCK_UNITS, part) ? CLOCK_UNITS[part]! : null;
  if (unit === null) return `CAST(${inRange(startOfUnitSql(part, 'CAST($0 AS DATE)'))} AS TIMESTAMP)`;
  return `make_timestamp((${floorDivided('epoch_us($0)', unit)}) * ${unit})`;
}
