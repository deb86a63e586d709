import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { jsonOf } from '../definition/json-value.js';
import { formatTimestamp } from '../definition/time.js';
import type { OfferedRows, RefusedRow } from './delivery.js';
import { AHEAD } from './refusal.js';
import { problemsOf, type RowRules, rowsAhead } from './row-rules.js';

/** Offered rows by what becomes of them; rows are named by their place in the batch. */
export type SortedRows = {
  readonly fit: readonly number[];
  /** Ahead of the clock, of a source that holds such rows (S14). */
  readonly held: readonly number[];
  /** Those that did not parse, and those that break a rule; in the caller's order. */
  readonly refused: readonly RefusedRow[];
};

/** Sorts rows by the rules of the door; `latestUs` is the latest event time that is not ahead, microseconds. */
export function sortRows(offered: OfferedRows, rules: RowRules, latestUs: bigint): SortedRows {
  const { rows, ordinals } = offered;
  const problems = problemsOf(rows, rules);
  const ahead = rowsAhead(rows, rules.source, latestUs).filter((row) => !problems.has(row));
  const holds = rules.source.future === 'hold';
  if (problems.size === 0 && ahead.length === 0 && offered.refused.length === 0)
    return { fit: rowsUpTo(rows.rowCount), held: [], refused: [] };
  const refused = [...offered.refused];
  for (const [row, own] of problems)
    refused.push({ ordinal: ordinals[row]!, row: rowJson(rows, row), problems: own });
  if (!holds) for (const row of ahead) refused.push(aheadRow(offered, rules, row, latestUs));
  const isAhead = new Set(ahead);
  return {
    fit: rowsUpTo(rows.rowCount).filter((row) => !problems.has(row) && !isAhead.has(row)),
    held: holds ? ahead : [],
    refused: refused.sort((a, b) => a.ordinal - b.ordinal),
  };
}

/** A parsed row as its JSON, without what is NULL. */
export function rowJson(rows: ColumnBatch, row: number): unknown {
  const members = [...rows.columns].flatMap(([name, column]) => {
    const value = valueAt(column, row);
    return value === null ? [] : [[name, jsonOf(column.type, value)] as const];
  });
  return Object.fromEntries(members);
}

function rowsUpTo(count: number): readonly number[] {
  const rows = new Array<number>(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

function aheadRow(
  { rows, ordinals }: OfferedRows,
  { source }: RowRules,
  row: number,
  latestUs: bigint,
): RefusedRow {
  const eventUs = valueAt(rows.columns.get(source.eventTime)!, row) as bigint;
  const message = `${formatTimestamp(eventUs)} is later than the service clock allows, ${formatTimestamp(latestUs)}; send the row when it has happened`;
  return {
    ordinal: ordinals[row]!,
    row: rowJson(rows, row),
    problems: [{ path: `/${source.eventTime}`, message, code: AHEAD }],
  };
}
