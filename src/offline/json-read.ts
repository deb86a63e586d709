import { type Column, type ColumnBatch, ColumnBuilder } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { isJsonObject, type JsonObject } from '../definition/json-columns.js';
import { type ParsedValue, parseJsonLossless, parseJsonValue } from '../definition/json-value.js';
import type { ValueType } from '../definition/value-type.js';
import type { TypedColumn } from './file-reader.js';
import { JsonKind, jsonValueOf } from './json-kind.js';
import { RowProblems } from './row-problems.js';
import { requireTextColumnCount, TEXT_BATCH_ROWS } from './text-frame.js';
import { linesOf, textOfUtf8 } from './utf8-text.js';

/** Opens the bytes of a frame from their beginning; called twice. */
export type OpenBytes = () => AsyncIterable<Uint8Array>;

/**
 * Reads `{ "rows": [ {…} ] }`, batch by batch. Columns of a name in `declared` are of that type (S4), the others of the
 * type that their values have; an absent member is NULL. The text is held in memory. Throws INVALID_FRAME with the place of each bad value.
 */
export async function* readJson(
  open: OpenBytes,
  declared: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  let text = '';
  for await (const part of textOfUtf8(open())) text += part;
  const rows = rowsOf(parsed(text, 'the body'));
  yield* batches(() => slices(rows), declared, '/rows');
}

/** The same of an object a line, which is not held in memory but read twice: once for the types, once for the values. */
export async function* readNdjson(
  open: OpenBytes,
  declared: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  yield* batches(() => lineSlices(open()), declared, '');
}

type Rows = readonly JsonObject[];

function rowsOf(body: unknown): Rows {
  const rows = isJsonObject(body) ? body['rows'] : undefined;
  if (!Array.isArray(rows) || Object.keys(body as JsonObject).length > 1) {
    const message = 'a frame in JSON is { "rows": [ { column: value, … }, … ] } and nothing beside';
    throw new PlumblineError('INVALID_FRAME', message, { path: '/rows' });
  }
  rows.forEach((row, i) => {
    requireObject(row, i, '/rows');
  });
  return rows as Rows;
}

async function* slices(rows: Rows): AsyncIterable<Rows> {
  for (let at = 0; at < rows.length; at += TEXT_BATCH_ROWS) yield rows.slice(at, at + TEXT_BATCH_ROWS);
}

async function* lineSlices(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Rows> {
  let row = 0;
  for await (const lines of linesOf(textOfUtf8(bytes))) {
    const rows = lines.map((line) => {
      const value = parsed(line, `line ${row + 1}`);
      requireObject(value, row++, '');
      return value as JsonObject;
    });
    yield* slices(rows);
  }
}

function parsed(text: string, what: string): unknown {
  try {
    return parseJsonLossless(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlumblineError('INVALID_FRAME', `${what} cannot be read: ${reason}`, { path: 'body' });
  }
}

function requireObject(row: unknown, index: number, place: string): void {
  if (isJsonObject(row)) return;
  const message = `row ${index + 1} is no object; write { column: value, … }`;
  throw new PlumblineError('INVALID_FRAME', message, { path: `${place}/${index}`, row: index + 1 });
}

async function* batches(
  open: () => AsyncIterable<Rows>,
  declared: readonly TypedColumn[],
  place: string,
): AsyncIterable<ColumnBatch> {
  const columns = await columnsOf(open, declared, place);
  let firstRow = 0;
  for await (const rows of open()) {
    if (rows.length > 0) yield batchOf(rows, columns, new RowProblems(place, firstRow));
    firstRow += rows.length;
  }
  if (firstRow === 0) yield batchOf([], columns, new RowProblems(place, 0));
}

type ReadColumn = { readonly name: string; readonly type: ValueType; readonly read: Read };
type Read = (type: ValueType, json: unknown) => ParsedValue;

/** The columns in the order in which rows first have them; a frame without rows has the declared ones. */
async function columnsOf(
  open: () => AsyncIterable<Rows>,
  declared: readonly TypedColumn[],
  place: string,
): Promise<readonly ReadColumn[]> {
  const kinds = new Map<string, JsonKind>();
  let firstRow = 0;
  for await (const rows of open()) {
    takeIn(rows, kinds, new RowProblems(place, firstRow), declared);
    firstRow += rows.length;
  }
  if (firstRow === 0) return declared.map((column) => ({ ...column, read: parseJsonValue }));
  return [...kinds].map(([name, kind]) => {
    const known = declared.find((column) => column.name === name);
    if (known !== undefined) return { ...known, read: parseJsonValue };
    return { name, type: kind.type(), read: (type, json) => ({ value: jsonValueOf(type, json) }) };
  });
}

function takeIn(
  rows: Rows,
  kinds: Map<string, JsonKind>,
  problems: RowProblems,
  declared: readonly TypedColumn[],
): void {
  const isDeclared = new Set(declared.map(({ name }) => name));
  rows.forEach((row, i) => {
    for (const name of Object.keys(row)) {
      const kind = kinds.get(name) ?? newKind(kinds, name);
      const problem = isDeclared.has(name) ? null : kind.add(row[name]);
      if (problem !== null) problems.add(i, name, `${problem}; write values of one type in a column`);
    }
  });
  problems.throwIfAny();
}

function newKind(kinds: Map<string, JsonKind>, name: string): JsonKind {
  const kind = new JsonKind();
  kinds.set(name, kind);
  requireTextColumnCount(kinds.size);
  return kind;
}

function batchOf(rows: Rows, columns: readonly ReadColumn[], problems: RowProblems): ColumnBatch {
  const entries = columns.map(({ name, type, read }): [string, Column] => {
    const builder = new ColumnBuilder(type, rows.length);
    rows.forEach((row, i) => {
      const value = read(type, Object.hasOwn(row, name) ? row[name] : null);
      if ('value' in value) builder.set(i, value.value);
      else problems.add(i, name, value.problem);
    });
    return [name, builder.finish()];
  });
  problems.throwIfAny();
  return { rowCount: rows.length, columns: new Map(entries) };
}
