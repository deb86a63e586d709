import { type Column, type ColumnBatch, finiteColumn, nullColumn } from '../definition/column-batch.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { type MappedColumn, type RowPlan, shownPlace } from './column-mapping.js';

export type ArrowRules = Pick<RowPlan, 'columns' | 'extra'> & {
  /** What becomes of a column that the batch lacks. */
  readonly missing: 'null' | 'refuse';
  readonly code: 'INVALID_ROW' | 'INVALID_FILE';
};

/**
 * A batch of Arrow as rows of a source, NaN and infinities as NULL (S3). Types must be those declared; only what is one
 * value type fits. Throws `code` with every column that does not.
 */
export function rowsOfArrow(batch: ColumnBatch, rules: ArrowRules): ColumnBatch {
  const problems: Problem[] = [];
  const entries = rules.columns.map((wanted): [string, Column] => {
    const found = wanted.from.length === 1 ? batch.columns.get(wanted.from[0]!) : undefined;
    const problem = problemOf(wanted, found, rules);
    if (problem !== null) problems.push({ path: `/${wanted.name}`, message: problem });
    return [wanted.name, finiteColumn(found ?? nullColumn(wanted.type, batch.rowCount))];
  });
  if (rules.extra === 'refuse') problems.push(...extraProblems(batch, rules.columns));
  if (problems.length > 0) throw refusal(problems, rules.code);
  return { rowCount: batch.rowCount, columns: new Map(entries) };
}

/** Problems that are listed. */
const MAX_PROBLEMS = 100;

function refusal(problems: readonly Problem[], code: ArrowRules['code']): PlumblineError {
  const shown = problems.slice(0, MAX_PROBLEMS);
  const listed = shown.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new PlumblineError(code, listed, { path: problems[0]!.path, problems: shown });
}

function problemOf(wanted: MappedColumn, found: Column | undefined, rules: ArrowRules): string | null {
  if (found === undefined) {
    return rules.missing === 'null' && wanted.from.length === 1
      ? null
      : `there is no column "${shownPlace(wanted.from)}"`;
  }
  return found.type === wanted.type ? null : `is ${found.type}, declared ${wanted.type}; write it so`;
}

function extraProblems(batch: ColumnBatch, columns: readonly MappedColumn[]): readonly Problem[] {
  const wanted = new Set(columns.map(({ from: [name] }) => name));
  return [...batch.columns.keys()]
    .filter((name) => !wanted.has(name))
    .map((name) => ({ path: `/${name}`, message: 'unknown column; declare or drop it' }));
}
