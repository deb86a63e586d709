import { formatTimestamp } from '../../../src/definition/time.js';

/** INT64 as bigint, TIMESTAMP as microseconds, or in formats of text as a text of its own. */
export type Scalar = null | boolean | bigint | number | string;

export type ColumnType = 'BOOL' | 'FLOAT64' | 'INT64' | 'STRING' | 'TIMESTAMP';

export type Column = { readonly name: string; readonly type: ColumnType };

/** A row to send; a column that it does not name is NULL. */
export type SentRow = Readonly<Record<string, Scalar>>;

/** Rows as the body of a push. */
export function jsonBody(columns: readonly Column[], rows: readonly SentRow[]): string {
  return `{"rows":[${rows.map((row) => jsonRow(columns, row)).join(',')}]}`;
}

/** Rows as JSON lines. */
export function ndjson(columns: readonly Column[], rows: readonly SentRow[]): string {
  return rows.map((row) => `${jsonRow(columns, row)}\n`).join('');
}

/** Rows as CSV with a header: NULL is nothing, text is quoted, '' too (S4). */
export function csv(columns: readonly Column[], rows: readonly SentRow[]): string {
  const header = columns.map(({ name }) => name).join(',');
  const lines = rows.map((row) =>
    columns.map((column) => csvText(column, row[column.name] ?? null)).join(','),
  );
  return [header, ...lines].map((line) => `${line}\n`).join('');
}

/** One row as a JSON object, every column named. */
export function jsonRow(columns: readonly Column[], row: SentRow): string {
  const members = columns.map(
    ({ name, type }) => `${JSON.stringify(name)}:${jsonText(type, row[name] ?? null)}`,
  );
  return `{${members.join(',')}}`;
}

/** A value as the doors read it (S4). */
export function jsonText(type: ColumnType, value: Scalar): string {
  if (value === null) return 'null';
  if (type === 'TIMESTAMP') return JSON.stringify(instantText(value));
  if (typeof value === 'bigint') return isSafe(value) ? String(value) : `"${value}"`;
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : `"${value}"`;
  return JSON.stringify(value);
}

/** Any JSON as text that keeps the sign of zero: two of them are equal where the values are. */
export function exactText(json: unknown): string {
  return JSON.stringify(json, (_, member: unknown) => (Object.is(member, -0) ? '-0' : member));
}

function csvText({ type }: Column, value: Scalar): string {
  if (value === null) return '';
  if (type === 'TIMESTAMP') return instantText(value);
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
}

function instantText(value: Exclude<Scalar, null>): string {
  return typeof value === 'string' ? value : formatTimestamp(value as bigint);
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}
