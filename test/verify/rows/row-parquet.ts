import { type DuckDBAppender, type DuckDBInstance, DuckDBTimestampTZValue } from '@duckdb/node-api';
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
  duckdb: DuckDBInstance,
  columns: readonly Column[],
  rows: readonly SentRow[],
  path: string,
): Promise<void> {
  // A connection does one thing at a time, and files are written beside each other.
  const connection = await duckdb.connect();
  try {
    const types = columns.map(({ name, type }) => `"${name}" ${DUCKDB_TYPE[type]}`);
    await connection.run(`CREATE TEMP TABLE sent (${types.join(', ')})`);
    const appender = await connection.createAppender('sent');
    for (const row of rows) {
      for (const { name, type } of columns) append(appender, type, row[name] ?? null);
      appender.endRow();
    }
    appender.closeSync();
    // Its dictionaries make one zero of 0.0 and -0.0.
    await connection.run(`COPY sent TO ${sqlText(path)} (FORMAT parquet, DICTIONARY_SIZE_LIMIT 0)`);
  } finally {
    connection.closeSync();
  }
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
