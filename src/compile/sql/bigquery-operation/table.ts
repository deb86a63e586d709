import type { OperationId } from '../../operation/table.js';
import type { BigqueryLowering } from '../bigquery-template.js';
import { BIGQUERY_ARITHMETIC } from './arithmetic.js';
import { BIGQUERY_ARRAYS } from './array.js';
import { BIGQUERY_BITS } from './bits.js';
import { BIGQUERY_CAST } from './cast.js';
import { BIGQUERY_DATE } from './date.js';
import { BIGQUERY_DIGEST } from './digest.js';
import { BIGQUERY_DISTANCE } from './distance.js';
import { BIGQUERY_LOGIC } from './logic.js';
import { BIGQUERY_MATH } from './math.js';
import { BIGQUERY_PATTERN } from './pattern.js';
import { BIGQUERY_TEXT } from './text.js';
import { BIGQUERY_TIME } from './time.js';
import { BIGQUERY_TIME_FORMAT } from './time-format.js';

/** Every operation; null where a JavaScript function of the kernel's code carries it (S8). */
export const BIGQUERY_OPERATIONS: Readonly<Record<OperationId, BigqueryLowering | null>> = {
  ...BIGQUERY_ARITHMETIC,
  ...BIGQUERY_MATH,
  ...BIGQUERY_BITS,
  ...BIGQUERY_LOGIC,
  ...BIGQUERY_TEXT,
  ...BIGQUERY_PATTERN,
  ...BIGQUERY_DIGEST,
  ...BIGQUERY_CAST,
  ...BIGQUERY_DATE,
  ...BIGQUERY_TIME,
  ...BIGQUERY_TIME_FORMAT,
  ...BIGQUERY_ARRAYS,
  ...BIGQUERY_DISTANCE,
};
