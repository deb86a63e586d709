import { type Column, ColumnBuilder } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { jsonParser } from '../definition/json-value.js';
import type { ValueType } from '../definition/value-type.js';
import type { OfferedRows } from './delivery.js';
import { ordinalsFrom } from './offered-span.js';
import { offeredOfJson } from './row-parser.js';

/** Values of a JSON body by column, all of one length. */
export type JsonColumns = ReadonlyMap<string, readonly unknown[]>;

/** How many rows columns have. */
export function rowCountOf(columns: JsonColumns): number {
  const [first] = columns.values();
  return first?.length ?? 0;
}

/**
 * Rows that came column by column: by declared type, nothing coerced (S4); an absent column is NULL, an unknown one is refused. A
 * row's ordinal is its place in the columns.
 */
export function offeredOfColumns(source: SourceDocument, columns: JsonColumns): OfferedRows {
  const rowCount = rowCountOf(columns);
  const types = new Map(source.columns.map(({ name, type }) => [name, type]));
  const read = new Map<string, Column>();
  for (const [name, values] of columns) {
    const type = types.get(name);
    const column = type === undefined ? null : columnOfJson(type, values);
    // Something is wrong, so what is asked for is what, row by row.
    if (column === null) return offeredOfJson(source, rowsOf(columns, rowCount));
    read.set(name, column);
  }
  return { rows: { rowCount, columns: read }, ordinals: ordinalsFrom(0, rowCount), refused: [] };
}

/** Null where a value is not of the type. */
function columnOfJson(type: ValueType, values: readonly unknown[]): Column | null {
  const parse = jsonParser(type);
  const builder = new ColumnBuilder(type, values.length);
  for (let row = 0; row < values.length; row++) {
    const parsed = parse(values[row]);
    if ('problem' in parsed) return null;
    builder.set(row, parsed.value);
  }
  return builder.finish();
}

function rowsOf(columns: JsonColumns, rowCount: number): readonly unknown[] {
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries([...columns].map(([name, values]) => [name, values[row]])),
  );
}
