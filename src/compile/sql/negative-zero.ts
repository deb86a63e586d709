import type { ValueType } from '../../definition/value-type.js';
import { literalSql } from './duckdb.js';

/**
 * -0.0 in history tables (S2). DuckDB's files make one zero of 0.0 and -0.0 where a column has both in a run, or nothing else
 * (https://github.com/duckdb/duckdb/issues/25580), so -0.0 stands there as NaN, which never enters a source (S3). A value of a
 * history table leaves it by {@link restoredSql} alone.
 */
export function restoredSql(type: ValueType, stored: string): string {
  switch (type) {
    case 'FLOAT64':
      return `CASE WHEN isnan(${stored}) THEN ${NEGATIVE_ZERO} ELSE ${stored} END`;
    case 'ARRAY<FLOAT64>':
      return `CASE WHEN list_contains(${stored}, ${NAN}) THEN list_transform(${stored}, lambda item: ${restoredSql('FLOAT64', 'item')}) ELSE ${stored} END`;
    default:
      return stored;
  }
}

/**
 * UPDATE of a history table of before -0.0 stood there as NaN: what is -0.0 in one of its columns becomes that. Table and column
 * are quoted. Null for columns of other types.
 */
export function replaceNegativeZerosSql(table: string, column: string, type: ValueType): string | null {
  const found = isNegativeZeroSql(type, column);
  if (found === null) return null;
  const replaced = `lambda item: CASE WHEN ${isNegative('item')} THEN ${NAN} ELSE item END`;
  const value = type === 'FLOAT64' ? NAN : `list_transform(${column}, ${replaced})`;
  return `UPDATE ${table} SET ${column} = ${value} WHERE ${found}`;
}

/** SQL condition: a value is -0.0, or an array with one; NULL where it is NULL. Null for types that have none, null among them. */
export function isNegativeZeroSql(type: ValueType | null, value: string): string | null {
  switch (type) {
    case 'FLOAT64':
      return isNegative(value);
    case 'ARRAY<FLOAT64>':
      return `len(list_filter(${value}, lambda item: ${isNegative('item')})) > 0`;
    default:
      return null;
  }
}

function isNegative(number: string): string {
  return `${number} = 0 AND signbit(${number})`;
}

const NEGATIVE_ZERO = literalSql('FLOAT64', -0);

const NAN = "CAST('NaN' AS DOUBLE)";
