import { tmpdir } from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** DuckDB in memory, for the demo's own files: kept small, because the service runs beside it; what is sorted may go to files. */
export async function openDuckDb(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '128MB',
    threads: '2',
    temp_directory: tmpdir(),
    allocator_background_threads: 'true',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** Text as a SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The first row of a query, by column name; INT64 as bigint. */
export async function firstRow(
  connection: DuckDBConnection,
  sql: string,
): Promise<Readonly<Record<string, unknown>>> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjects()[0] ?? {};
}
