import { randomUUID } from 'node:crypto';
import { type DuckDBAppender, type DuckDBConnection, DuckDBTimestampTZValue } from '@duckdb/node-api';
import { sqlText } from '../../../demo/duckdb.js';
import type { Column, ColumnType, Scalar, SentRow } from './row-text.js';

const DUCKDB_TYPE: Readonly<Record<ColumnType, string>> = {
  BOOL: 'BOOLEAN',
  FLOAT64: 'DOUBLE',
  INT64: 'BIGINT',
  STRING: 'VARCHAR',
  TIMESTAMP: 'TIMESTAMPTZ',
};

/** Writes rows as a Parquet file, value by value, so that none is rounded on its way. */
export async function writeParquet(
  duckdb: DuckDBConnection,
  columns: readonly Column[],
  rows: readonly SentRow[],
  path: string,
): Promise<void> {
  const types = columns.map(({ name, type }) => `"${name}" ${DUCKDB_TYPE[type]}`);
  // Files are written beside each other on one connection.
  const table = `sent_${randomUUID().replaceAll('-', '')}`;
  await duckdb.run(`CREATE TEMP TABLE ${table} (${types.join(', ')})`);
  const appender = await duckdb.createAppender(table);
  for (const row of rows) {
    for (const { name, type } of columns) append(appender, type, row[name] ?? null);
    appender.endRow();
  }
  appender.closeSync();
  await duckdb.run(`COPY ${table} TO ${sqlText(path)} (FORMAT parquet)`);
  await duckdb.run(`DROP TABLE ${table}`);
}

function append(appender: DuckDBAppender, type: ColumnType, value: Scalar): void {
  if (value === null) appender.appendNull();
  else APPEND[type](appender, value);
}

const APPEND: Readonly<Record<ColumnType, (appender: DuckDBAppender, value: Scalar) => void>> = {
  BOOL: (appender, value) => appender.appendBoolean(value as boolean),
  FLOAT64: (appender, value) => appender.appendDouble(value as number),
  INT64: (appender, value) => appender.appendBigInt(value as bigint),
  STRING: (appender, value) => appender.appendVarchar(value as string),
  TIMESTAMP: (appender, value) => appender.appendTimestampTZ(new DuckDBTimestampTZValue(value as bigint)),
};
