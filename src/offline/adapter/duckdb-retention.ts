import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { keptSql } from '../../compile/sql/point-in-time-retention.js';
import type { KeyedSource, RetentionReport } from '../store.js';
import { keyedHistory } from './duckdb-compaction.js';
import { historyColumn, historyTable } from './duckdb-history-table.js';
import { fillTable, rowsOf } from './duckdb-session.js';
import { horizonOf, saveHorizon } from './duckdb-state.js';

/** Rows removed while appends wait: some 100 ms. */
const CHUNK_ROWS = 250_000;

export type RetentionPass = {
  readonly ref: KeyedSource;
  readonly horizonUs: bigint;
  /** Last sequence of the history. */
  readonly through: bigint;
  /** Runs work while no other changes the tables. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
};

/**
 * Removes what no answer from the horizon on can need. The horizon is kept first, so no retrieval sees a part of it
 * missing; a pass that was cut short is finished by the next.
 */
export async function retainHistory(
  connection: DuckDBConnection,
  { ref, horizonUs, through, exclusively }: RetentionPass,
): Promise<RetentionReport> {
  const history = historyTable(ref);
  const table = quoteIdentifier(history);
  const former = await horizonOf(connection, table);
  const horizon = former !== null && former.horizonUs > horizonUs ? former.horizonUs : horizonUs;
  await fillTable(connection, '"~doomed"', doomedSql(ref, horizon, through));
  const [row] = await rowsOf(connection, 'SELECT count(*), epoch_us(max("~arrival_time")) FROM "~doomed"');
  const rowsRemoved = Number(row![0]);
  const removedUs = row![1] === null ? null : BigInt(row![1] as bigint | number);
  const arrivalUs = later(former?.arrivalUs ?? null, removedUs);
  const floor = rowsRemoved > 0 ? through : (former?.floor ?? -1n);
  await exclusively(() => saveHorizon(connection, history, { horizonUs: horizon, floor, arrivalUs }));
  for (let from = 0; from < rowsRemoved; from += CHUNK_ROWS) {
    const chunk = `SELECT "~sequence" FROM "~doomed" WHERE "~place" BETWEEN ${from + 1} AND ${from + CHUNK_ROWS}`;
    await exclusively(() => connection.run(`DELETE FROM ${table} WHERE "~sequence" IN (${chunk})`));
  }
  return { horizonUs: horizon, rowsRemoved };
}

function later(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || (b !== null && b > a) ? b : a;
}

function doomedSql(ref: KeyedSource, horizonUs: bigint, through: bigint): string {
  const horizon = `make_timestamp(${horizonUs})`;
  const kept = ref.keys.map((keys) => keptSql(keyedHistory(ref, keys, through), horizon));
  return [
    'SELECT "~sequence", "~arrival_time", row_number() OVER (ORDER BY "~sequence") AS "~place"',
    `FROM ${quoteIdentifier(historyTable(ref))} h`,
    ...(kept.length === 0 ? [] : [`ANTI JOIN (${kept.join('\nUNION\n')}) k USING ("~sequence")`]),
    `WHERE ${historyColumn(ref.source.eventTime)} < ${horizon} AND "~sequence" <= ${through}`,
  ].join('\n');
}
