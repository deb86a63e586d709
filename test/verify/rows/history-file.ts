import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * The history of a source in the order of sequences: `sequence`, and the columns that are named, as SQL. Its service must have
 * ended: one process owns the file. No two sources may have names that end alike.
 */
export async function historyOf<Row>(
  dataDir: string,
  source: string,
  columns: string,
): Promise<readonly Row[]> {
  const database = await DuckDBInstance.create(join(dataDir, 'history.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await database.connect();
  try {
    const named = await connection.runAndReadAll(
      `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'history_%_${source}_%'
       AND table_name IN (SELECT table_name FROM duckdb_columns() WHERE column_name = '~arrival_time')`,
    );
    const [table] = named.getRowsJS().map(([name]) => String(name));
    const reader = await connection.runAndReadAll(
      `SELECT "~sequence" AS sequence, ${columns} FROM "${table}" ORDER BY 1`,
    );
    return reader.getRowObjectsJS() as unknown as readonly Row[];
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
