import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import { formatTimestamp } from '../../definition/time.js';
import type { ValueType } from '../../definition/value-type.js';
import type { TypedColumn } from '../file-reader.js';
import { readFrame } from '../frame-read.js';
import { answerNames, type RetrievalQuery, sequenceNames } from '../store.js';
import { valueTypeOf } from './duckdb-column.js';
import { fillFrameTable, nameClash, ROW_NUMBER, requireQuotableNames } from './duckdb-frame-table.js';
import { makeFrame } from './duckdb-generated.js';
import type { HistoryOf } from './duckdb-history-table.js';
import { rowsOf, sqlText, unreadable } from './duckdb-session.js';

/** A checked frame: a FROM item with its columns, `"~row"` (place) and `"~t"` (T, UTC, after the boundary rule). */
export type Frame = {
  readonly from: string;
  readonly rowCount: number;
  readonly columns: ReadonlyMap<string, DuckDBType>;
};

/**
 * Makes the frame of a query readable, and refuses one that cannot be joined. Throws INVALID_FRAME, FUTURE_TIME, and for a
 * frame that history makes INVALID_REQUEST.
 */
export async function openFrame(
  connection: DuckDBConnection,
  query: RetrievalQuery,
  historyOf: HistoryOf,
): Promise<Frame> {
  const raw = await frameItem(connection, query, historyOf);
  const columns = await describeFrame(connection, raw, query);
  requireQuotableNames(columns.keys());
  await requireOwnNames(connection, columns.keys(), query);
  requireFrameColumns(columns, query);
  const time = quoteIdentifier(query.timeColumn);
  // Not AT TIME ZONE 'UTC', which asks a calendar about every instant.
  const t = `make_timestamp(epoch_us(${time}))${query.boundary === 'exclusive' ? ' - INTERVAL 1 MICROSECOND' : ''}`;
  const names = [...columns.keys()].map(quoteIdentifier);
  const from = `(SELECT ${names.join(', ')}, ${ROW_NUMBER} AS "~row", ${t} AS "~t" FROM ${raw})`;
  const rowCount = await requireTimes(connection, raw, query);
  return { from, rowCount, columns };
}

/**
 * Runs what reads a frame. A Parquet file is read as it lies, long after it was opened: one that cannot be read to its end is
 * the caller's error, INVALID_FRAME.
 */
export async function readingFrame<T>(
  connection: DuckDBConnection,
  { frame }: RetrievalQuery,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlumblineError || frame.kind !== 'file' || frame.format !== 'parquet') throw error;
    await connection.run('ROLLBACK').catch(() => undefined);
    const everyValue = `SELECT count(hash(frame)) FROM ${parquetItem(frame.path)} frame`;
    await rowsOf(connection, everyValue).catch((cause: unknown) => {
      throw unreadable(frame.path, cause, 'INVALID_FRAME');
    });
    throw error;
  }
}

/** The frame as a FROM item with its columns and {@link ROW_NUMBER}: Parquet as it lies, others as a temporary table. */
async function frameItem(
  connection: DuckDBConnection,
  query: RetrievalQuery,
  historyOf: HistoryOf,
): Promise<string> {
  const { frame } = query;
  if (frame.kind !== 'file') {
    await makeFrame(connection, { ...query, frame }, historyOf);
    return '"~frame"';
  }
  const { path, format } = frame;
  if (format === 'parquet') return parquetItem(path);
  await fillFrameTable(connection, '~frame', readFrame({ ...frame, format }, declaredColumns(query)));
  return '"~frame"';
}

function parquetItem(path: string): string {
  return `read_parquet(${sqlText(path)}, file_row_number = true, hive_partitioning = false)`;
}

/** The columns whose types the query knows, whatever the frame is written in. */
function declaredColumns(query: RetrievalQuery): readonly TypedColumn[] {
  const { service, timeColumn, knowledge, declared = [] } = query;
  const sequences = knowledge === 'served' ? sequenceNames(service) : [];
  // The later of two of a name counts.
  return [
    ...declared,
    { name: timeColumn, type: 'TIMESTAMP' },
    ...[...service.keyColumns, ...service.requestInputs].filter(({ name }) => name !== timeColumn),
    ...sequences.map((name): TypedColumn => ({ name, type: 'INT64' })),
  ];
}

/** DuckDB renames the second of two columns whose names it cannot tell apart, which would not be the caller's frame. */
async function requireOwnNames(
  connection: DuckDBConnection,
  names: Iterable<string>,
  query: RetrievalQuery,
): Promise<void> {
  const { frame } = query;
  if (frame.kind !== 'file' || frame.format !== 'parquet') return;
  const sql = `SELECT name FROM parquet_schema(${sqlText(frame.path)})`;
  const own = new Set((await readTable(connection, sql, query)).map(([name]) => name));
  for (const name of names) if (!own.has(name)) throw nameClash(name);
}

async function describeFrame(
  connection: DuckDBConnection,
  raw: string,
  query: RetrievalQuery,
): Promise<ReadonlyMap<string, DuckDBType>> {
  try {
    const result = await connection.run(`SELECT * FROM ${raw} LIMIT 0`);
    const columns = new Map(result.columnNames().map((name, i) => [name, result.columnTypes()[i]!]));
    columns.delete(ROW_NUMBER);
    return columns;
  } catch (error) {
    throw frameError(query, error);
  }
}

function requireFrameColumns(columns: ReadonlyMap<string, DuckDBType>, query: RetrievalQuery): void {
  const problems: Problem[] = [];
  const need = (name: string, type: ValueType, what: string): void => {
    const actual = columns.get(name);
    if (actual === undefined) {
      const message = `the frame has no column "${name}", ${what}; it has ${[...columns.keys()].join(', ')}`;
      problems.push({ path: name, message });
    } else if (valueTypeOf(actual) !== type) {
      const hint = type === 'TIMESTAMP' ? '; write it with a zone, in UTC' : '';
      problems.push({ path: name, message: `column "${name}" is ${actual}, ${what} is ${type}${hint}` });
    }
  };
  need(query.timeColumn, 'TIMESTAMP', 'the time of each row');
  for (const { name, type } of query.service.keyColumns) need(name, type, 'a key of the feature service');
  for (const { name, type } of query.service.requestInputs)
    need(name, type, 'a request input of the feature service');
  for (const name of recordColumns(query, columns)) need(name, 'INT64', 'the record of an answer');
  const outputs = new Set(answerNames(query).map((name) => name.toLowerCase()));
  for (const name of columns.keys()) {
    if (!name.startsWith('~') && !outputs.has(name.toLowerCase())) continue;
    problems.push({
      path: name,
      message: `the frame may not have a column "${name}": a feature or the store has that name; rename it`,
    });
  }
  if (problems.length === 0) return;
  const listed = problems.map(({ message }) => message).join('; ');
  throw new PlumblineError('INVALID_FRAME', listed, { path: problems[0]!.path, problems });
}

/** A frame records what every entry knew, or nothing of it (S18). */
function recordColumns(
  { service, knowledge }: RetrievalQuery,
  columns: ReadonlyMap<string, DuckDBType>,
): readonly string[] {
  if (knowledge !== 'served') return [];
  const names = sequenceNames(service);
  return names.some((name) => columns.has(name)) ? names : [];
}

async function requireTimes(
  connection: DuckDBConnection,
  raw: string,
  query: RetrievalQuery,
): Promise<number> {
  const time = quoteIdentifier(query.timeColumn);
  const fits = `${time} BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'`;
  const sql = `SELECT count(*), count(${time}), coalesce(epoch_us(max(${time}) FILTER (${fits})), 0), min(${ROW_NUMBER}) FILTER (${time} IS NULL), min(${ROW_NUMBER}) FILTER (NOT (${fits})) FROM ${raw}`;
  const [row] = await readTable(connection, sql, query);
  const [rows, times, , firstNull] = row!.map(Number);
  const firstOutside = row![4];
  if (times! < rows!) {
    const message = `column "${query.timeColumn}" is NULL in ${rows! - times!} rows, first in row ${firstNull! + 1}; every row needs its T`;
    throw new PlumblineError('INVALID_FRAME', message, { path: query.timeColumn, row: firstNull! + 1 });
  }
  if (firstOutside !== null) {
    const place = Number(firstOutside) + 1;
    const message = `column "${query.timeColumn}" lies outside of the years 1 to 9999, first in row ${place}`;
    throw new PlumblineError('INVALID_FRAME', message, { path: query.timeColumn, row: place });
  }
  const latestUs = BigInt(row![2] as number | bigint);
  if (rows! > 0 && latestUs > query.nowUs) {
    const message = `column "${query.timeColumn}" reaches ${formatTimestamp(latestUs)}, later than now, ${formatTimestamp(query.nowUs)}; what will be known then cannot be retrieved yet`;
    throw new PlumblineError('FUTURE_TIME', message, { path: query.timeColumn });
  }
  return rows!;
}

async function readTable(
  connection: DuckDBConnection,
  sql: string,
  query: RetrievalQuery,
): Promise<readonly (readonly unknown[])[]> {
  try {
    return await rowsOf(connection, sql);
  } catch (error) {
    throw frameError(query, error);
  }
}

/** Only a file of the caller's can be unreadable. */
function frameError({ frame }: RetrievalQuery, error: unknown): unknown {
  return frame.kind === 'file' ? unreadable(frame.path, error, 'INVALID_FRAME') : error;
}
