import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { Column, ColumnBatch } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import { CHUNK_ROWS, chunkOf, instantsIn } from './duckdb-column.js';

/** DuckDB's name for the place of a row in a Parquet file, from 0; tables made here have the same column. */
export const ROW_NUMBER = 'file_row_number';

/** Puts batches of the same columns, one or more, into a temporary table, {@link ROW_NUMBER} beside them. */
export async function fillFrameTable(
  connection: DuckDBConnection,
  table: string,
  batches: AsyncIterable<ColumnBatch>,
): Promise<void> {
  let row = 0n;
  let appender: DuckDBAppender | null = null;
  try {
    for await (const batch of batches) {
      if (appender === null) await createTable(connection, table, batch);
      appender ??= await connection.createAppender(table);
      append(appender, batch, row);
      row += BigInt(batch.rowCount);
    }
  } finally {
    appender?.closeSync();
  }
}

async function createTable(connection: DuckDBConnection, table: string, batch: ColumnBatch): Promise<void> {
  requireQuotableNames(batch.columns.keys());
  requireDistinctNames([ROW_NUMBER, ...batch.columns.keys()]);
  // Instants of a frame keep their zone, so that they come back as they went in.
  const columns = [...batch.columns].map(
    ([name, { type }]) => `${quoteIdentifier(name)} ${instantsIn(duckdbType(type))}`,
  );
  const all = [...columns, `${ROW_NUMBER} BIGINT`].join(', ');
  await connection.run(`CREATE TEMP TABLE ${quoteIdentifier(table)} (${all})`);
}

/** Throws INVALID_FRAME for names that SQL cannot carry: none at all, and those with U+0000 or half a code point. */
export function requireQuotableNames(names: Iterable<string>): void {
  for (const name of names) {
    if (name !== '' && !name.includes('\0') && name.isWellFormed()) continue;
    const shown = JSON.stringify(name);
    const message = `the frame has a column named ${shown}, which no table can have; rename it`;
    throw new PlumblineError('INVALID_FRAME', message, { path: shown });
  }
}

/** DuckDB is blind to case; two columns that differ by nothing else would become one. */
function requireDistinctNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw nameClash(name);
    seen.add(name.toLowerCase());
  }
}

/** Two columns whose names DuckDB cannot tell apart. */
export function nameClash(name: string): PlumblineError {
  const message = `column "${name}" differs from another one by capitals alone, or not at all; rename it`;
  return new PlumblineError('INVALID_FRAME', message, { path: name });
}

function append(appender: DuckDBAppender, batch: ColumnBatch, firstRow: bigint): void {
  const rows = BigInt64Array.from({ length: batch.rowCount }, (_, row) => firstRow + BigInt(row));
  const columns: Column[] = [...batch.columns.values(), { type: 'INT64', values: rows, valid: null }];
  for (let start = 0; start < batch.rowCount; start += CHUNK_ROWS) {
    appender.appendDataChunk(chunkOf(columns, start, Math.min(CHUNK_ROWS, batch.rowCount - start)));
  }
}
