import type { DuckDBConnection } from '@duckdb/node-api';
import { HISTORY_COLUMNS } from '../../compile/sql/point-in-time.js';
import type { HistoryOf } from './duckdb-history-table.js';
import { rowsOf } from './duckdb-session.js';
import { horizonOf } from './duckdb-state.js';

/**
 * The instant of a snapshot, microseconds: the latest arrival among its rows; null where it has none. It follows from the
 * position alone, so the same snapshot knows the same labels whenever it is asked (S19), and while nothing arrives nothing
 * is taken for complete.
 */
export async function snapshotInstant(
  connection: DuckDBConnection,
  { table, snapshot }: ReturnType<HistoryOf>,
): Promise<bigint | null> {
  const { arrivalTime, sequence } = HISTORY_COLUMNS;
  const sql = `SELECT epoch_us(max(${arrivalTime})) FROM ${table} WHERE ${sequence} <= ${snapshot}`;
  const [row] = await rowsOf(connection, sql);
  const kept = row![0] === null ? null : BigInt(row![0] as bigint | number);
  const removed = (await horizonOf(connection, table))?.arrivalUs ?? null;
  return kept === null || (removed !== null && removed > kept) ? removed : kept;
}
