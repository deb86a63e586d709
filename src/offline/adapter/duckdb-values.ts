import type { DuckDBConnection } from '@duckdb/node-api';
import { valueAt } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import { columnOfVector } from './duckdb-column.js';

/** The rows of a small result as values of declared types, bit for bit. */
export async function valuesOf(
  connection: DuckDBConnection,
  sql: string,
  types: readonly ValueType[],
): Promise<readonly (readonly Value[])[]> {
  const result = await connection.run(sql);
  const rows: Value[][] = [];
  for (const chunk of await result.fetchAllChunks()) {
    const columns = types.map((type, i) => columnOfVector(chunk.getColumnVector(i), type, chunk.rowCount));
    for (let row = 0; row < chunk.rowCount; row++) rows.push(columns.map((column) => valueAt(column, row)));
  }
  return rows;
}
