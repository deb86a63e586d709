import { type Column, type ColumnBatch, ColumnBuilder } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { parseTextValue } from '../definition/text-value.js';
import { type CsvRecord, csvRecords } from './csv-records.js';
import type { TypedColumn } from './file-reader.js';
import { RowProblems } from './row-problems.js';
import { requireTextColumnCount, TEXT_BATCH_ROWS } from './text-frame.js';
import { textOfUtf8 } from './utf8-text.js';

/**
 * Reads CSV with a header, batch by batch: columns of a name in `declared` by that type (S4), the others as text. A file
 * without rows gives one empty batch. Throws INVALID_FRAME with every bad value of the batch by row and column.
 */
export async function* readCsv(
  bytes: AsyncIterable<Uint8Array>,
  declared: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  let columns: readonly TypedColumn[] | null = null;
  let waiting: CsvRecord[] = [];
  let firstRow = 0;
  for await (const records of csvRecords(textOfUtf8(bytes))) {
    const [rows, header]: readonly [readonly CsvRecord[], CsvRecord | undefined] =
      columns === null ? [records.slice(1), records[0]] : [records, undefined];
    if (header !== undefined) columns = columnsOf(header, declared);
    for (const record of rows) waiting.push(record);
    for (; waiting.length >= TEXT_BATCH_ROWS; firstRow += TEXT_BATCH_ROWS) {
      yield batchOf(waiting.slice(0, TEXT_BATCH_ROWS), columns!, firstRow);
      waiting = waiting.slice(TEXT_BATCH_ROWS);
    }
  }
  if (columns === null) throw new PlumblineError('INVALID_FRAME', 'the CSV has no header', { path: 'body' });
  if (waiting.length > 0 || firstRow === 0) yield batchOf(waiting, columns, firstRow);
}

function columnsOf(header: CsvRecord, declared: readonly TypedColumn[]): readonly TypedColumn[] {
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const columns = header.map((name, i): TypedColumn => {
    if (name !== null && name !== '') return { name, type: types.get(name) ?? 'STRING' };
    const message = `column ${i + 1} of the CSV has no name; the first row names every column`;
    throw new PlumblineError('INVALID_FRAME', message, { path: 'body' });
  });
  requireTextColumnCount(columns.length);
  requireDistinct(columns.map(({ name }) => name));
  return columns;
}

function requireDistinct(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new PlumblineError('INVALID_FRAME', `column "${name}" is there twice; rename one`, {
        path: name,
      });
    }
    seen.add(name);
  }
}

function batchOf(
  records: readonly CsvRecord[],
  columns: readonly TypedColumn[],
  firstRow: number,
): ColumnBatch {
  records.forEach((record, i) => {
    if (record.length === columns.length) return;
    const message = `row ${firstRow + i + 1} of the CSV has ${record.length} fields, its header ${columns.length}`;
    throw new PlumblineError('INVALID_FRAME', message, { path: 'body', row: firstRow + i + 1 });
  });
  const problems = new RowProblems('', firstRow);
  const entries = columns.map((column, at): [string, Column] => [
    column.name,
    columnOfFields(records, { ...column, at }, problems),
  ]);
  problems.throwIfAny();
  return { rowCount: records.length, columns: new Map(entries) };
}

function columnOfFields(
  records: readonly CsvRecord[],
  { name, type, at }: TypedColumn & { readonly at: number },
  problems: RowProblems,
): Column {
  const builder = new ColumnBuilder(type, records.length);
  records.forEach((record, row) => {
    const field = record[at]!;
    const parsed = field === null ? { value: null } : parseTextValue(type, field);
    if ('value' in parsed) builder.set(row, parsed.value);
    else problems.add(row, name, parsed.problem);
  });
  return builder.finish();
}
