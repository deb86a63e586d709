import type { ColumnBatch } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { columnsOfJson, isJsonObject } from '../definition/json-columns.js';

/** Problems that one refusal lists; more are counted. */
const MAX_PROBLEMS = 100;

/**
 * Rows of a JSON body as columns, by declared type, nothing coerced (S4). An absent column is NULL, an unknown one is
 * refused. Throws INVALID_ROW with every problem by path, such as `/rows/3/temp`; then no row was taken.
 */
export function parseJsonRows(source: SourceDocument, rows: readonly unknown[]): ColumnBatch {
  const problems: Problem[] = [];
  const names = new Set(source.columns.map(({ name }) => name));
  rows.forEach((row, i) => {
    checkShape(row, i, names, problems);
  });
  const columns = columnsOfJson(source.columns, rows, '/rows', problems);
  refuseIf(problems);
  return { rowCount: rows.length, columns };
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

function checkShape(row: unknown, i: number, names: ReadonlySet<string>, problems: Problem[]): void {
  if (!isJsonObject(row)) {
    problems.push({ path: `/rows/${i}`, message: 'is no object of columns' });
    return;
  }
  for (const name of Object.keys(row)) {
    if (names.has(name)) continue;
    problems.push({
      path: `/rows/${i}/${name}`,
      message: `unknown column; the source has ${[...names].join(', ')}`,
    });
  }
}
