import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { arrowSchema, arrowStream } from './arrow.js';
import type { TypedColumn } from './file-reader.js';
import type { FrameFormat } from './frame-format.js';
import { csvText, csvWriter, jsonWriter, type ValueWriter } from './value-text.js';

/** Formats that are written batch by batch; Parquet is the engine's. */
export type StreamFormat = Exclude<FrameFormat, 'parquet'>;

/** Rows as the bytes of a format, a batch a chunk. The same rows in the same batches give the same bytes. */
export function writeFrame(
  format: StreamFormat,
  columns: readonly TypedColumn[],
  batches: AsyncIterable<ColumnBatch>,
): AsyncIterable<Uint8Array> {
  return WRITERS[format](columns, batches);
}

type Writer = (
  columns: readonly TypedColumn[],
  batches: AsyncIterable<ColumnBatch>,
) => AsyncIterable<Uint8Array>;

const WRITERS: Record<StreamFormat, Writer> = {
  arrow: (columns, batches) => arrowStream(batches, arrowSchema(columns)),
  csv: (columns, batches) => utf8(csvOf(columns, batches)),
  json: (columns, batches) => utf8(jsonOf(columns, batches)),
  ndjson: (columns, batches) => utf8(ndjsonOf(columns, batches)),
};

async function* utf8(chunks: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) if (chunk !== '') yield Buffer.from(chunk, 'utf8');
}

async function* csvOf(
  columns: readonly TypedColumn[],
  batches: AsyncIterable<ColumnBatch>,
): AsyncIterable<string> {
  const fields = columns.map(({ name, type }): Field => ({ name, before: '', write: csvWriter(type) }));
  yield `${columns.map(({ name }) => csvText(name)).join(',')}\n`;
  for await (const batch of batches) yield rowTexts(batch, fields).join('');
}

async function* ndjsonOf(
  columns: readonly TypedColumn[],
  batches: AsyncIterable<ColumnBatch>,
): AsyncIterable<string> {
  const fields = jsonFields(columns);
  for await (const batch of batches) {
    yield rowTexts(batch, fields)
      .map((row) => `{${row.slice(0, -1)}}\n`)
      .join('');
  }
}

async function* jsonOf(
  columns: readonly TypedColumn[],
  batches: AsyncIterable<ColumnBatch>,
): AsyncIterable<string> {
  const fields = jsonFields(columns);
  let separator = '{"rows":[\n';
  for await (const batch of batches) {
    if (batch.rowCount === 0) continue;
    const rows = rowTexts(batch, fields).map((row) => `{${row.slice(0, -1)}}`);
    yield `${separator}${rows.join(',\n')}`;
    separator = ',\n';
  }
  yield separator === ',\n' ? '\n]}\n' : '{"rows":[]}\n';
}

type Field = { readonly name: string; readonly before: string; readonly write: ValueWriter };

function jsonFields(columns: readonly TypedColumn[]): readonly Field[] {
  return columns.map(({ name, type }) => ({
    name,
    before: `${JSON.stringify(name)}:`,
    write: jsonWriter(type),
  }));
}

/** The fields of each row, a comma between them, the end of the line behind. */
function rowTexts(batch: ColumnBatch, fields: readonly Field[]): readonly string[] {
  const rows = new Array<string>(batch.rowCount).fill('');
  fields.forEach(({ name, before, write }, at) => {
    const column = batch.columns.get(name)!;
    const end = at === fields.length - 1 ? '\n' : ',';
    for (let row = 0; row < rows.length; row++) rows[row] += before + write(valueAt(column, row)) + end;
  });
  return rows;
}
