import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { isNegativeZeroSql } from '../../compile/sql/negative-zero.js';
import { valueTypeOf } from './duckdb-column.js';
import { rowsOf, sqlText } from './duckdb-session.js';

/**
 * How values are written. DuckDB's dictionaries have one entry for 0.0 and -0.0 (https://github.com/duckdb/duckdb/issues/25781),
 * so rows with a -0.0 are written `plain`, without any; others may have `dictionaries`, which make smaller files.
 */
export type ParquetEncoding = 'dictionaries' | 'plain';

/** Rows of a row group: DuckDB's own choice. */
export const ROW_GROUP_ROWS = 122_880;

/** Writes the rows of a SELECT as a Parquet file in that encoding. */
export async function copyToParquet(
  connection: DuckDBConnection,
  select: string,
  path: string,
  encoding: ParquetEncoding,
): Promise<void> {
  const settings = encoding === 'plain' ? `${SETTINGS}, DICTIONARY_SIZE_LIMIT 0` : SETTINGS;
  await connection.run(`COPY (${select}) TO ${sqlText(path)} (${settings})`);
}

/** The encoding that keeps the rows of a SELECT as they are (S2). */
export async function encodingOf(connection: DuckDBConnection, select: string): Promise<ParquetEncoding> {
  const none = await connection.run(`SELECT * FROM (${select}) LIMIT 0`);
  const types = none.columnTypes();
  // Within a value of no type of ours a -0.0 may lie anywhere.
  if (types.some((type) => valueTypeOf(type) === null && /DOUBLE|FLOAT/.test(String(type)))) return 'plain';
  const conditions = none.columnNames().flatMap((name, i) => conditionOf(quoteIdentifier(name), types[i]!));
  if (conditions.length === 0) return 'dictionaries';
  const [row] = await rowsOf(
    connection,
    `SELECT coalesce(bool_or(${conditions.join(' OR ')}), false) FROM (${select})`,
  );
  return row![0] === true ? 'plain' : 'dictionaries';
}

function conditionOf(column: string, type: DuckDBType): readonly string[] {
  const found = isNegativeZeroSql(valueTypeOf(type), column);
  return found === null ? [] : [`coalesce(${found}, false)`];
}

/**
 * Spelt out, so that the same rows are the same bytes whatever the defaults of a DuckDB are (S19); threads do not show in
 * them. Snappy takes two thirds of the processor time that zstd does.
 */
const SETTINGS = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}`;
