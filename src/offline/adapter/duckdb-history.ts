import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import { HISTORY_COLUMNS, storedName } from '../../compile/sql/point-in-time.js';
import { type Column, type ColumnBatch, concatBatches, nullColumn } from '../../definition/column-batch.js';
import type { SourceDocument } from '../../definition/document.js';
import { PlumblineError } from '../../definition/error.js';
import type { HistoryRows, SourceRef } from '../store.js';
import { CHUNK_ROWS, chunkOf } from './duckdb-column.js';
import { rowsOf } from './duckdb-session.js';
import { saveEpoch, sourceState } from './duckdb-state.js';

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

/** Makes the table of a source, or adds the columns that it has gained; old rows hold NULL there (S9). */
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
  for (const { name, type } of ref.source.columns) {
    await connection.run(
      `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${historyColumn(name)} ${duckdbType(type)}`,
    );
  }
}

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
    const order = await columnOrder(connection, ref);
    const appender = await connection.createAppender(historyTable(ref));
    for (const { rowCount, columns } of storedBatches(order, ref.source, batches)) {
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

/** Stored names in the order of the table, which is the order in which the source gained them. */
async function columnOrder(connection: DuckDBConnection, ref: SourceRef): Promise<readonly string[]> {
  const result = await connection.run(`SELECT * FROM ${quoteIdentifier(historyTable(ref))} LIMIT 0`);
  return result.columnNames();
}

/** Batches as the table has them; small ones together, because a chunk costs as much as hundreds of rows. */
function* storedBatches(
  order: readonly string[],
  source: SourceDocument,
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
    group.push({
      rowCount,
      columns: new Map(order.map((name) => [name, storedColumn(name, source, batch)])),
    });
    rows += rowCount;
  }
  if (rows > 0) yield concatBatches(group);
}

function storedColumn(stored: string, source: SourceDocument, batch: HistoryRows): Column {
  const { rowCount } = batch.rows;
  switch (quoteIdentifier(stored)) {
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
    default: {
      const column = source.columns.find(({ name }) => storedName(name) === stored)!;
      return batch.rows.columns.get(column.name) ?? nullColumn(column.type, rowCount);
    }
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
