import { type ColumnBatch, concatBatches } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { readArrowBytes } from '../offline/arrow-read.js';
import { rowsOfArrow } from './arrow-rows.js';
import { plainPlan } from './column-mapping.js';
import type { OfferedRows } from './delivery.js';
import { addLine, splitLines } from './ndjson.js';
import { ordinalsFrom } from './offered-span.js';
import { RowCollector } from './row-collector.js';

/**
 * Rows of a JSON body by declared type, nothing coerced (S4): an absent column is NULL, an unknown one is refused. A row's
 * ordinal is its place in the array.
 */
export function offeredOfJson(source: SourceDocument, rows: readonly unknown[]): OfferedRows {
  const collector = new RowCollector(plainPlan(source), rows.length);
  for (let i = 0; i < rows.length; i++) collector.addJson(i, rows[i]);
  return collector.finish();
}

/**
 * Rows of a body of JSON lines; a row's ordinal is that of its line, from 0. Empty lines are none. Throws INVALID_REQUEST for
 * more than {@link MAX_BODY_ROWS} lines.
 */
export function offeredOfNdjson(source: SourceDocument, bytes: Uint8Array): OfferedRows {
  const lines = splitLines(bytes);
  requireRowCount(lines.length);
  const collector = new RowCollector(plainPlan(source), lines.length);
  for (let i = 0; i < lines.length; i++) addLine(collector, i, lines[i]!);
  return collector.finish();
}

/**
 * Rows of an Arrow IPC stream, columns by name; one that is absent is NULL. Throws INVALID_REQUEST for what is no Arrow or too many rows, INVALID_ROW
 * for columns that the source lacks or has with another type: then every row is wrong.
 */
export function offeredOfArrow(source: SourceDocument, bytes: Uint8Array): OfferedRows {
  const batches: ColumnBatch[] = [];
  let rowCount = 0;
  for (const batch of bodyBatches(bytes)) {
    rowCount += batch.rowCount;
    requireRowCount(rowCount);
    batches.push(rowsOfArrow(batch, { ...plainPlan(source), missing: 'null', code: 'INVALID_ROW' }));
  }
  const rows = concatBatches(batches);
  return { rows, ordinals: ordinalsFrom(0, rows.rowCount), refused: [] };
}

/** Most rows of one body. */
const MAX_BODY_ROWS = 100_000;

function requireRowCount(rowCount: number): void {
  if (rowCount <= MAX_BODY_ROWS) return;
  const message = `the body has ${rowCount} rows or more; send ${MAX_BODY_ROWS} at most, or load a file`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: '' });
}

function* bodyBatches(bytes: Uint8Array): Iterable<ColumnBatch> {
  try {
    yield* readArrowBytes(bytes);
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code !== 'INVALID_FRAME') throw error;
    throw new PlumblineError('INVALID_REQUEST', error.message, error.details);
  }
}
