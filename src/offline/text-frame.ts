import { PlumblineError } from '../definition/error.js';

/** Rows of a text frame that are parsed at a time. */
export const TEXT_BATCH_ROWS = 2048;

/** Columns that a text frame may have: a batch of it is held once as text and once as values. */
const MAX_TEXT_COLUMNS = 2_000;

/** Throws INVALID_FRAME for more columns than a text frame may have. */
export function requireTextColumnCount(count: number): void {
  if (count <= MAX_TEXT_COLUMNS) return;
  const message = `the frame has more than ${MAX_TEXT_COLUMNS} columns; leave some out, or send Parquet`;
  throw new PlumblineError('INVALID_FRAME', message, { path: 'body' });
}
