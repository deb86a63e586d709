import type { OperationId } from '../../operation/table.js';
import type { DuckdbLowering } from '../duckdb-template.js';
import { DUCKDB_ARITHMETIC } from './arithmetic.js';
import { DUCKDB_ARRAYS } from './array.js';
import { DUCKDB_BITS } from './bits.js';
import { DUCKDB_CAST } from './cast.js';
import { DUCKDB_DATE } from './date.js';
import { DUCKDB_DIGEST } from './digest.js';
import { DUCKDB_DISTANCE } from './distance.js';
import { DUCKDB_LOGIC } from './logic.js';
import { DUCKDB_MATH } from './math.js';
import { DUCKDB_PATTERN } from './pattern.js';
import { DUCKDB_TEXT } from './text.js';
import { DUCKDB_TIME } from './time.js';
import { DUCKDB_TIME_FORMAT } from './time-format.js';

/** Every operation; null where DuckDB would not give the same bits and the kernel serves (S8). */
export const DUCKDB_OPERATIONS: Readonly<Record<OperationId, DuckdbLowering | null>> = {
  ...DUCKDB_ARITHMETIC,
  ...DUCKDB_MATH,
  ...DUCKDB_BITS,
  ...DUCKDB_LOGIC,
  ...DUCKDB_TEXT,
  ...DUCKDB_PATTERN,
  ...DUCKDB_DIGEST,
  ...DUCKDB_CAST,
  ...DUCKDB_DATE,
  ...DUCKDB_TIME,
  ...DUCKDB_TIME_FORMAT,
  ...DUCKDB_ARRAYS,
  ...DUCKDB_DISTANCE,
};
