import type { TIME } from '../../operation/time.js';
import {
  type DuckdbLowering,
  dateOf,
  EPOCH,
  extractTemplate,
  floorDivided,
  isUtc,
  sql,
  timestampOf,
  unitOf,
} from '../duckdb-template.js';

/** Times; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_TIME: Readonly<Record<keyof typeof TIME, DuckdbLowering | null>> = {
  extract_timestamp: { floats: 'finite', template: extractTemplate },
  extract_date: { floats: 'finite', template: extractTemplate },
  date_of_timestamp: { floats: 'finite', template: (node) => (isUtc(node) ? 'CAST($0 AS DATE)' : null) },
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
  date_diff: sql('CAST($0 - $1 AS BIGINT)'),
  date_add: dateOf(`CAST($0 - ${EPOCH} AS HUGEINT) + CAST($1 AS HUGEINT)`),
  date_sub: dateOf(`CAST($0 - ${EPOCH} AS HUGEINT) - CAST($1 AS HUGEINT)`),
  unix_seconds: sql(floorDivided('epoch_us($0)', 1_000_000n)),
  unix_millis: sql(floorDivided('epoch_us($0)', 1000n)),
  unix_micros: sql('epoch_us($0)'),
  unix_date: sql(`CAST($0 - ${EPOCH} AS BIGINT)`),
  timestamp_seconds: timestampOf(() => 'CAST($0 AS HUGEINT) * 1000000'),
  timestamp_millis: timestampOf(() => 'CAST($0 AS HUGEINT) * 1000'),
  timestamp_micros: timestampOf(() => 'CAST($0 AS HUGEINT)'),
};
