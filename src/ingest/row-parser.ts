import type { ColumnBatch } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { plainPlan } from './column-mapping.js';
import type { OfferedRows } from './intake.js';
import { addLines, linesIn } from './ndjson.js';
import { RowCollector } from './row-collector.js';

/** Problems that one refusal lists; more are counted. */
const MAX_PROBLEMS = 100;

/**
 * Rows of a JSON body by declared type, nothing coerced (S4): an absent column is NULL, an unknown one is refused. A row's
 * ordinal is its place in the array.
 */
export function offeredOfJson(source: SourceDocument, rows: readonly unknown[]): OfferedRows {
  const collector = new RowCollector(plainPlan(source), rows.length);
  for (let i = 0; i < rows.length; i++) collector.addJson(i, rows[i]);
  return collector.finish();
}

/** Rows of a body of JSON lines; a row's ordinal is that of its line, from 0. Empty lines are none. */
export function offeredOfNdjson(source: SourceDocument, bytes: Uint8Array): OfferedRows {
  const collector = new RowCollector(plainPlan(source), linesIn(bytes));
  addLines(collector, bytes, 0);
  return collector.finish();
}

/** Rows of a JSON body, all of them or none. Throws INVALID_ROW with every problem by path, such as `/rows/3/temp`. */
export function parseJsonRows(source: SourceDocument, rows: readonly unknown[]): ColumnBatch {
  const offered = offeredOfJson(source, rows);
  refuseIf(
    offered.refused.flatMap(({ ordinal, problems }) =>
      problems.map((problem) => ({ ...problem, path: `/rows/${ordinal}${problem.path}` })),
    ),
  );
  return offered.rows;
}

/** Throws INVALID_ROW when there is any problem. */
export function refuseIf(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const first = problems[0]!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new PlumblineError('INVALID_ROW', `${first.path}: ${first.message}${more}; no row was taken`, {
    path: first.path,
    problems: problems.slice(0, MAX_PROBLEMS),
  });
}
