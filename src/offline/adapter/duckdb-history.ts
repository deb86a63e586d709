import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { HISTORY_COLUMNS, storedName } from '../../compile/sql/point-in-time.js';
import { type Column, type ColumnBatch, concatBatches, nullColumn } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import type { TypedColumn } from '../file-reader.js';
import type { HistoryRows, SourceRef } from '../store.js';
import { CHUNK_ROWS, chunkOf } from './duckdb-column.js';
import { historyTable, storedColumns } from './duckdb-history-table.js';
import { withoutNegativeZeros } from './duckdb-negative-zero.js';
import { rowsOf } from './duckdb-session.js';
import { saveEpoch, sourceState } from './duckdb-state.js';

/** Sequence of the last row that the table had; -1 when it never had any. */
export async function lastSequence(connection: DuckDBConnection, ref: SourceRef): Promise<bigint> {
  const table = quoteIdentifier(historyTable(ref));
  const { through } = await sourceState(connection, historyTable(ref));
  const [row] = await rowsOf(
    connection,
    `SELECT greatest(coalesce(max(${HISTORY_COLUMNS.sequence}), -1), ${through}) FROM ${table}`,
  );
  return BigInt(row![0] as number | bigint);
}

/** Appends rows in one transaction. */
export async function appendHistory(
  connection: DuckDBConnection,
  ref: SourceRef,
  batches: readonly HistoryRows[],
): Promise<void> {
  await connection.run('BEGIN');
  try {
    await requireEpoch(connection, ref, batches);
    const order = await storedColumns(connection, ref);
    const appender = await connection.createAppender(historyTable(ref));
    for (const { rowCount, columns } of storedBatches(order, batches)) {
      for (let start = 0; start < rowCount; start += CHUNK_ROWS) {
        const chunk = chunkOf([...columns.values()], start, Math.min(CHUNK_ROWS, rowCount - start));
        appender.appendDataChunk(chunk);
      }
    }
    appender.closeSync();
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}

/** Refuses rows of an owner of the log that was replaced (S9), and remembers the newest one. */
async function requireEpoch(
  connection: DuckDBConnection,
  ref: SourceRef,
  batches: readonly HistoryRows[],
): Promise<void> {
  let { epoch } = await sourceState(connection, historyTable(ref));
  const known = epoch;
  for (const batch of batches) {
    if (batch.epoch < epoch) {
      const message = `rows of source "${ref.source.name}" come from epoch ${batch.epoch} of its log, history follows epoch ${epoch}; let the newer owner write`;
      throw new PlumblineError('UNAVAILABLE', message, { epoch: String(epoch) });
    }
    epoch = batch.epoch;
  }
  if (epoch > known) await saveEpoch(connection, historyTable(ref), epoch);
}

/** Batches as the table has them; small ones together, because a chunk costs as much as hundreds of rows. */
function* storedBatches(
  order: readonly TypedColumn[],
  batches: readonly HistoryRows[],
): Iterable<ColumnBatch> {
  let group: ColumnBatch[] = [];
  let rows = 0;
  for (const batch of batches) {
    const { rowCount } = batch.rows;
    if (rows > 0 && rows + rowCount > CHUNK_ROWS) {
      yield concatBatches(group);
      [group, rows] = [[], 0];
    }
    group.push(storedBatch(order, batch));
    rows += rowCount;
  }
  if (rows > 0) yield concatBatches(group);
}

function storedBatch(order: readonly TypedColumn[], batch: HistoryRows): ColumnBatch {
  const { rowCount, columns } = batch.rows;
  const own = new Map([...columns].map(([name, column]) => [storedName(name), withoutNegativeZeros(column)]));
  const stored = order.map(({ name, type }) => {
    const column = stampOf(quoteIdentifier(name), batch) ?? own.get(name) ?? nullColumn(type, rowCount);
    return [name, column] as const;
  });
  return { rowCount, columns: new Map(stored) };
}

/** What door and log stamped on each row; null for a column of the source. */
function stampOf(column: string, batch: HistoryRows): Column | null {
  const { rowCount } = batch.rows;
  switch (column) {
    case HISTORY_COLUMNS.sequence:
      return { type: 'INT64', values: sequences(batch.firstSequence, rowCount), valid: null };
    case HISTORY_COLUMNS.createdTime:
      return { type: 'TIMESTAMP', values: batch.createdTimes, valid: null };
    case HISTORY_COLUMNS.orderTime:
      return { type: 'TIMESTAMP', values: batch.orderTimes, valid: null };
    case HISTORY_COLUMNS.arrivalTime:
      return stampColumn(batch.arrivalUs, rowCount);
    case HISTORY_COLUMNS.visibleTime:
      return stampColumn(batch.visibleUs, rowCount);
    case HISTORY_COLUMNS.createdAssumed:
      return {
        type: 'BOOL',
        values: new Uint8Array(rowCount).fill(Number(batch.createdAssumed)),
        valid: null,
      };
    default:
      return null;
  }
}

function stampColumn(us: bigint, rowCount: number): Column {
  return { type: 'TIMESTAMP', values: new BigInt64Array(rowCount).fill(us), valid: null };
}

function sequences(first: bigint, rowCount: number): BigInt64Array {
  const values = new BigInt64Array(rowCount);
  for (let row = 0; row < rowCount; row++) values[row] = first + BigInt(row);
  return values;
}
