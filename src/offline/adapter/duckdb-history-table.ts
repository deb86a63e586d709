import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import { replaceNegativeZerosSql } from '../../compile/sql/negative-zero.js';
import { HISTORY_COLUMNS, storedName } from '../../compile/sql/point-in-time.js';
import { PlumblineError } from '../../definition/error.js';
import { VALUE_TYPES } from '../../definition/value-type.js';
import type { TypedColumn } from '../file-reader.js';
import type { SourceRef } from '../store.js';
import { rowsOf } from './duckdb-session.js';
import { LAYOUT, saveLayout, sourceState } from './duckdb-state.js';

/** Where the rows of a source are, and up to which sequence they count. */
export type HistoryOf = (ref: SourceRef) => { readonly table: string; readonly snapshot: bigint };

/** The history table of a source: one row a logged row, columns under their stored names. */
export function historyTable({ project, source }: SourceRef): string {
  // DuckDB is blind to case, and names are not: the digest keeps `Weather` and `weather` apart, the name is for people.
  const digest = createHash('sha256').update(`${project}/${source.name}`).digest('hex').slice(0, 12);
  return `history_${storedName(project)}_${storedName(source.name)}_${digest}`.toLowerCase();
}

/** A source column as a quoted column of its history table. */
export function historyColumn(name: string): string {
  return quoteIdentifier(storedName(name));
}

/**
 * Makes the table of a source, or adds the columns that it has gained; old rows hold NULL there (S9). A source that was deleted
 * before it had rows, and registered again, may have a column of before with another type: no row has a value there, and the
 * column is made anew. Throws CONFLICT where one has.
 */
export async function ensureHistoryTable(connection: DuckDBConnection, ref: SourceRef): Promise<void> {
  const table = quoteIdentifier(historyTable(ref));
  const stamps = [
    `${HISTORY_COLUMNS.sequence} BIGINT NOT NULL`,
    `${HISTORY_COLUMNS.createdTime} TIMESTAMP NOT NULL`,
    `${HISTORY_COLUMNS.orderTime} TIMESTAMP NOT NULL`,
    `${HISTORY_COLUMNS.createdAssumed} BOOLEAN NOT NULL`,
  ];
  await connection.run(`CREATE TABLE IF NOT EXISTS ${table} (${stamps.join(', ')})`);
  // NULL in rows from before there were these stamps.
  for (const stamp of [HISTORY_COLUMNS.arrivalTime, HISTORY_COLUMNS.visibleTime]) {
    await connection.run(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${stamp} TIMESTAMP`);
  }
  await upgradeLayout(connection, ref);
  for (const { name } of await retypedColumns(connection, ref)) {
    await connection.run(`ALTER TABLE ${table} DROP COLUMN ${historyColumn(name)}`);
  }
  for (const { name, type } of ref.source.columns) {
    await connection.run(
      `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${historyColumn(name)} ${duckdbType(type)}`,
    );
  }
}

/** The columns of the table under their stored names, in its order, which is the order in which the source gained them. */
export async function storedColumns(
  connection: DuckDBConnection,
  ref: SourceRef,
): Promise<readonly TypedColumn[]> {
  const result = await connection.run(`SELECT * FROM ${quoteIdentifier(historyTable(ref))} LIMIT 0`);
  const types = result.columnTypes().map(String);
  return result.columnNames().map((name, i) => ({
    name,
    type: VALUE_TYPES.find((type) => duckdbType(type) === types[i])!,
  }));
}

/** Brings a table of an older {@link LAYOUT} to this one, once. */
async function upgradeLayout(connection: DuckDBConnection, ref: SourceRef): Promise<void> {
  const history = historyTable(ref);
  if ((await sourceState(connection, history)).layout >= LAYOUT) return;
  await connection.run('BEGIN');
  try {
    for (const { name, type } of await storedColumns(connection, ref)) {
      const sql = replaceNegativeZerosSql(quoteIdentifier(history), quoteIdentifier(name), type);
      if (sql !== null) await connection.run(sql);
    }
    await saveLayout(connection, history);
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}

/** Columns of the source that the table has with another type, all of them without a value. Throws CONFLICT for others. */
async function retypedColumns(connection: DuckDBConnection, ref: SourceRef): Promise<readonly TypedColumn[]> {
  const stored = new Map((await storedColumns(connection, ref)).map(({ name, type }) => [name, type]));
  const retyped = ref.source.columns.filter(
    ({ name, type }) => (stored.get(storedName(name)) ?? type) !== type,
  );
  for (const { name, type } of retyped) {
    const sql = `SELECT count(${historyColumn(name)}) FROM ${quoteIdentifier(historyTable(ref))}`;
    const [row] = await rowsOf(connection, sql);
    if (Number(row![0]) === 0) continue;
    const message = `history of source "${ref.source.name}" holds ${row![0]} values of column "${name}" as ${stored.get(storedName(name))}, the source declares ${type}; give the column another name`;
    throw new PlumblineError('CONFLICT', message, { path: name });
  }
  return retyped;
}
