import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { CompactedTable } from './duckdb-match.js';
import { rowsOf, sqlText } from './duckdb-session.js';

/** Makes the tables in which the store keeps what it knows of each history table and compacted table. */
export async function ensureStateTables(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    'CREATE TABLE IF NOT EXISTS "~source_state" (history VARCHAR, epoch BIGINT, through BIGINT, horizon BIGINT, floor BIGINT)',
  );
  await connection.run('ALTER TABLE "~source_state" ADD COLUMN IF NOT EXISTS arrival BIGINT');
  await connection.run('ALTER TABLE "~source_state" ADD COLUMN IF NOT EXISTS layout BIGINT');
  await connection.run(
    'CREATE TABLE IF NOT EXISTS "~compacted_tables" (history VARCHAR, keys VARCHAR, name VARCHAR, through BIGINT, rows BIGINT, longest BIGINT)',
  );
}

/** What the store keeps of a history table beside its rows; `history` is its unquoted name. */
export type SourceState = {
  /** Newest owner of the log seen (S9); -1 before any. */
  readonly epoch: bigint;
  /** Last sequence that was in it when retention last removed rows; -1 before. */
  readonly through: bigint;
  /** How the table holds its values: the {@link LAYOUT} of who made it, or changed it last; 0 before there was one. */
  readonly layout: number;
};

/** 1: -0.0 stands in a table as NaN. */
export const LAYOUT = 1;

export async function sourceState(connection: DuckDBConnection, history: string): Promise<SourceState> {
  const [row] = await rowsOf(
    connection,
    `SELECT epoch, through, coalesce(layout, 0) FROM "~source_state" WHERE history = ${sqlText(history)}`,
  );
  if (row === undefined) return { epoch: -1n, through: -1n, layout: 0 };
  const [epoch, through] = [row[0], row[1]].map((each) => BigInt(each as bigint | number));
  return { epoch: epoch!, through: through!, layout: Number(row[2]) };
}

/** Says that the table has the {@link LAYOUT}; part of the caller's transaction. */
export async function saveLayout(connection: DuckDBConnection, history: string): Promise<void> {
  await ensureState(connection, history);
  await connection.run(`UPDATE "~source_state" SET layout = ${LAYOUT} WHERE history = ${sqlText(history)}`);
}

/** Keeps the newest owner of the log; part of the caller's transaction. */
export async function saveEpoch(connection: DuckDBConnection, history: string, epoch: bigint): Promise<void> {
  await ensureState(connection, history);
  await connection.run(`UPDATE "~source_state" SET epoch = ${epoch} WHERE history = ${sqlText(history)}`);
}

/** From where on history answers. */
export type Horizon = {
  /** The least T, microseconds. */
  readonly horizonUs: bigint;
  /** The least snapshot. */
  readonly floor: bigint;
  /** The latest arrival among the rows that were removed, microseconds; null where none has one. */
  readonly arrivalUs: bigint | null;
};

/** Null where retention never removed anything; `table` is quoted. */
export async function horizonOf(connection: DuckDBConnection, table: string): Promise<Horizon | null> {
  const sql = `SELECT horizon, floor, arrival FROM "~source_state" WHERE horizon IS NOT NULL AND ${isTable('history', table)}`;
  const [row] = await rowsOf(connection, sql);
  if (row === undefined) return null;
  const [horizonUs, floor, arrivalUs] = row.map((us) => (us === null ? null : BigInt(us as bigint | number)));
  return { horizonUs: horizonUs!, floor: floor!, arrivalUs: arrivalUs! };
}

/** Keeps the horizon, and up to where the table went when rows were removed; part of the caller's transaction. */
export async function saveHorizon(
  connection: DuckDBConnection,
  history: string,
  { horizonUs, floor, arrivalUs }: Horizon,
): Promise<void> {
  await ensureState(connection, history);
  await connection.run(
    `UPDATE "~source_state" SET horizon = ${horizonUs}, floor = ${floor}, arrival = ${arrivalUs ?? 'NULL'}, through = greatest(through, ${floor})
     WHERE history = ${sqlText(history)}`,
  );
}

/** The compacted table of a history table (quoted) by key columns; null where there is none yet. */
export async function compactedTable(
  connection: DuckDBConnection,
  table: string,
  keys: readonly string[],
): Promise<(CompactedTable & { readonly rows: number }) | null> {
  const sql = `SELECT name, through, rows, longest FROM "~compacted_tables" WHERE ${isTable('history', table)} AND keys = ${sqlText(JSON.stringify(keys))}`;
  const [row] = await rowsOf(connection, sql);
  if (row === undefined) return null;
  return {
    table: quoteIdentifier(String(row[0])),
    through: BigInt(row[1] as bigint | number),
    rows: Number(row[2]),
    longest: Number(row[3]),
  };
}

async function ensureState(connection: DuckDBConnection, history: string): Promise<void> {
  await connection.run(
    `INSERT INTO "~source_state" (history, epoch, through) SELECT ${sqlText(history)}, -1, -1
     WHERE NOT EXISTS (FROM "~source_state" WHERE history = ${sqlText(history)})`,
  );
}

function isTable(column: string, table: string): string {
  return `'"' || ${column} || '"' = ${sqlText(table)}`;
}
