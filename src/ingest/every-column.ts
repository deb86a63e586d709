import { type ColumnBatch, nullColumn } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';

/** Rows with every column of their source: those written before it gained a column read as NULL there (S9). */
export function withEveryColumn(rows: ColumnBatch, source: SourceDocument): ColumnBatch {
  const columns = source.columns.map(
    ({ name, type }) => [name, rows.columns.get(name) ?? nullColumn(type, rows.rowCount)] as const,
  );
  return { rowCount: rows.rowCount, columns: new Map(columns) };
}
