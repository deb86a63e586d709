import type { DuckDBConnection } from '@duckdb/node-api';
import { type EntrySource, joinedSql } from '../../compile/sql/point-in-time.js';
import { CHUNK_ROWS } from './duckdb-column.js';
import { fillTable, rowsOf } from './duckdb-session.js';

/** Of DuckDB's memory for the rows that are joined at once: they lie there several times, in hash tables, sorted and as a table. */
const PART_OF_MEMORY = 1 / 8;

/** So few hash tables, each of which may go to files, lie beside each other in any memory. */
const FEW_ENTRIES = 2;

/** Bytes of a value in a hash table or a sort: a text lies beside what refers to it, a number has room left. */
const CELL_BYTES = 16;

/** A frame whose entries were found, as {@link joinedSql} takes them. */
export type FoundFrame = {
  readonly frame: string;
  /** Its rows are numbered below this. */
  readonly rowCount: number;
  readonly sources: readonly EntrySource[];
  readonly matches: readonly string[];
  readonly signal: AbortSignal | undefined;
};

/**
 * Leaves the joined frame in a temporary table, quoted, in the order of its rows. A wide one is joined part by part: DuckDB
 * holds a hash table for each entry at once, and fails where all of them and the sorted rows do not fit into its memory, though
 * each alone would go to files.
 */
export async function fillJoined(
  connection: DuckDBConnection,
  table: string,
  found: FoundFrame,
): Promise<void> {
  const { frame, rowCount, sources, matches, signal } = found;
  const whole = joinedSql(frame, sources, matches);
  const isSmall = sources.length <= FEW_ENTRIES || rowCount <= CHUNK_ROWS;
  const partRows = isSmall ? rowCount : await rowsAtOnce(connection, whole);
  if (rowCount <= partRows) {
    await fillTable(connection, table, whole);
    return;
  }
  await fillTable(connection, table, `SELECT * FROM (${whole}) LIMIT 0`);
  for (let first = 0; first < rowCount; first += partRows) {
    signal?.throwIfAborted();
    const within = (from: string): string =>
      `(SELECT * FROM ${from} part WHERE "~row" >= ${first} AND "~row" < ${first + partRows})`;
    await connection.run(`INSERT INTO ${table} ${joinedSql(within(frame), sources, matches.map(within))}`);
  }
}

async function rowsAtOnce(connection: DuckDBConnection, sql: string): Promise<number> {
  const [row] = await rowsOf(
    connection,
    "SELECT parse_formatted_bytes(current_setting('memory_limit'))::DOUBLE",
  );
  const { columnCount } = await connection.run(`SELECT * FROM (${sql}) LIMIT 0`);
  return Math.ceil((Number(row![0]) * PART_OF_MEMORY) / (columnCount * CELL_BYTES));
}
