import { createHash, randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { compactedSql, distinct, type KeyedHistory } from '../../compile/sql/point-in-time-steps.js';
import type { KeyType } from '../../definition/value-type.js';
import type { CompactionReport, KeyedSource } from '../store.js';
import { historyColumn, historyTable } from './duckdb-history-table.js';
import { rowsOf, sqlText } from './duckdb-session.js';
import { compactedTable } from './duckdb-state.js';

/** Rows since the last compaction below which another one is not worth its cost: joining them takes some 50 ms. */
const MIN_TAIL_ROWS = 100_000n;

/** Part of the compacted rows that may come before they are compacted again: 2 %, so that its cost stays in proportion. */
const TAIL_SHARE = 50n;

/**
 * Makes the compacted table of each list of key columns, of the rows up to `through`, and puts it in the place of the
 * former one: in one transaction each, so that a crash leaves the one or the other. DuckDB sorts within its memory limit
 * and spills beyond; appends and retrievals go on meanwhile.
 */
export async function compactHistory(
  connection: DuckDBConnection,
  ref: KeyedSource,
  through: bigint,
): Promise<CompactionReport> {
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const counts = { read: 0, kept: 0 };
  for (const keys of ref.keys) {
    const made = await compactBy(connection, ref, { keys, through });
    counts.read += made.read;
    counts.kept += made.kept;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    through,
    rowsRead: counts.read,
    rowsKept: counts.kept,
    seconds: (performance.now() - startedMs) / 1e3,
    cpuSeconds: (user + system) / 1e6,
  };
}

/** Whether one of the compacted tables is missing, for a history of some size, or lags far behind. */
export async function isBehind(
  connection: DuckDBConnection,
  ref: KeyedSource,
  through: bigint,
): Promise<boolean> {
  for (const keys of ref.keys) {
    const table = await compactedTable(connection, quoteIdentifier(historyTable(ref)), keys);
    const tail = through - (table?.through ?? -1n);
    const bound = BigInt(table?.rows ?? 0) / TAIL_SHARE;
    if (tail > (bound > MIN_TAIL_ROWS ? bound : MIN_TAIL_ROWS)) return true;
  }
  return false;
}

type Compaction = { readonly keys: readonly string[]; readonly through: bigint };

async function compactBy(
  connection: DuckDBConnection,
  ref: KeyedSource,
  { keys, through }: Compaction,
): Promise<{ readonly read: number; readonly kept: number }> {
  const history = historyTable(ref);
  const name = compactedName(history, keys);
  const former = await compactedTable(connection, quoteIdentifier(history), keys);
  const table = quoteIdentifier(name);
  await connection.run('BEGIN');
  try {
    await connection.run(`CREATE TABLE ${table} AS ${compactedSql(keyedHistory(ref, keys, through))}`);
    const [row] = await rowsOf(
      connection,
      `SELECT coalesce(sum(steps), 0), coalesce(max(steps), 0), (SELECT count(*) FROM ${quoteIdentifier(history)} WHERE "~sequence" <= ${through})
       FROM (SELECT count(*) AS steps FROM ${table} GROUP BY ${distinct(keys.map(historyColumn)).join(', ')})`,
    );
    if (former !== null) await connection.run(`DROP TABLE ${former.table}`);
    const [kept, longest, read] = row!.map(Number);
    const place = `history = ${sqlText(history)} AND keys = ${sqlText(JSON.stringify(keys))}`;
    await connection.run(`DELETE FROM "~compacted_tables" WHERE ${place}`);
    await connection.run(
      `INSERT INTO "~compacted_tables" VALUES (${[history, JSON.stringify(keys), name].map(sqlText).join(', ')}, ${through}, ${kept}, ${longest})`,
    );
    await connection.run('COMMIT');
    return { read: read!, kept: kept! };
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}

/** Each compaction has a name of its own: the former table is read on until nobody needs it. */
function compactedName(history: string, keys: readonly string[]): string {
  const digest = createHash('sha256')
    .update(`${history}/${JSON.stringify(keys)}`)
    .digest('hex')
    .slice(0, 12);
  return `compacted_${digest}_${randomUUID().slice(0, 8)}`;
}

/** The rows of a source up to a sequence, by one list of key columns. */
export function keyedHistory(ref: KeyedSource, keys: readonly string[], through: bigint): KeyedHistory {
  const { columns, eventTime, orderColumn } = ref.source;
  return {
    table: quoteIdentifier(historyTable(ref)),
    keys: keys.map(historyColumn),
    keyTypes: keys.map((key) => columns.find(({ name }) => name === key)!.type as KeyType),
    eventTime: historyColumn(eventTime),
    orderColumn: orderColumn === undefined ? null : historyColumn(orderColumn),
    after: -1n,
    through,
  };
}
