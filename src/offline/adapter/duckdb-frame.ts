import { createReadStream } from 'node:fs';
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { Column, ColumnBatch } from '../../definition/column-batch.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import { formatTimestamp } from '../../definition/time.js';
import type { ValueType } from '../../definition/value-type.js';
import { readArrow } from '../arrow-read.js';
import { answerNames, type FrameFile, type RetrievalQuery } from '../store.js';
import { CHUNK_ROWS, chunkOf, instantsIn, valueTypeOf } from './duckdb-column.js';
import type { HistoryOf } from './duckdb-history.js';
import { rowsOf, sqlText, unreadable } from './duckdb-session.js';

/** A checked frame: a FROM item with its columns, `"~row"` (place) and `"~t"` (T, UTC, after the boundary rule). */
export type Frame = {
  readonly from: string;
  readonly rowCount: number;
  readonly columns: ReadonlyMap<string, DuckDBType>;
};

/** Makes the frame of a query readable, and refuses one that cannot be joined. Throws INVALID_FRAME, FUTURE_TIME. */
export async function openFrame(
  connection: DuckDBConnection,
  asked: RetrievalQuery,
  _historyOf: HistoryOf,
): Promise<Frame> {
  const query = { ...asked, frame: fileOf(asked) };
  const raw = query.frame.format === 'parquet' ? parquetItem(query) : await arrowTable(connection, query);
  const columns = await describeFrame(connection, raw, query);
  await requireOwnNames(connection, columns.keys(), query);
  requireFrameColumns(columns, query);
  const time = quoteIdentifier(query.timeColumn);
  const t = `${time} AT TIME ZONE 'UTC'${query.boundary === 'exclusive' ? ' - INTERVAL 1 MICROSECOND' : ''}`;
  const names = [...columns.keys()].map(quoteIdentifier);
  const from = `(SELECT ${names.join(', ')}, file_row_number AS "~row", ${t} AS "~t" FROM ${raw})`;
  const rowCount = await requireTimes(connection, raw, query);
  return { from, rowCount, columns };
}

function fileOf({ frame }: RetrievalQuery): FrameFile {
  if (frame.kind === 'file') return frame;
  const message = `frames of kind "${frame.kind}" are not there yet; send a frame`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'frame' });
}

/** A query whose frame is a file. */
type FileQuery = RetrievalQuery & { readonly frame: FrameFile };

function parquetItem(query: FileQuery): string {
  return `read_parquet(${sqlText(query.frame.path)}, file_row_number = true, hive_partitioning = false)`;
}

/** An Arrow frame as a temporary table. */
async function arrowTable(connection: DuckDBConnection, query: FileQuery): Promise<string> {
  let row = 0n;
  let made = false;
  for await (const batch of readArrow(createReadStream(query.frame.path))) {
    if (!made) await createFrameTable(connection, batch);
    made = true;
    await appendFrame(connection, batch, row);
    row += BigInt(batch.rowCount);
  }
  return '"~frame"';
}

async function createFrameTable(connection: DuckDBConnection, batch: ColumnBatch): Promise<void> {
  requireDistinctNames([ROW_NUMBER, ...batch.columns.keys()]);
  const columns = [...batch.columns].map(([name, { type }]) => `${quoteIdentifier(name)} ${frameType(type)}`);
  await connection.run(`CREATE TEMP TABLE "~frame" (${[...columns, `${ROW_NUMBER} BIGINT`].join(', ')})`);
}

/** DuckDB is blind to case; two columns that differ by nothing else would become one. */
function requireDistinctNames(names: readonly string[]): void {
  const lower = names.map((name) => name.toLowerCase());
  const twice = names.find((_, i) => lower.indexOf(lower[i]!) < i);
  if (twice === undefined) return;
  throw nameClash(twice);
}

function nameClash(name: string): PlumblineError {
  const message = `column "${name}" differs from another one by capitals alone, or not at all; rename it`;
  return new PlumblineError('INVALID_FRAME', message, { path: name });
}

/** DuckDB renames the second of two columns whose names it cannot tell apart, which would not be the caller's frame. */
async function requireOwnNames(
  connection: DuckDBConnection,
  names: Iterable<string>,
  query: FileQuery,
): Promise<void> {
  if (query.frame.format !== 'parquet') return;
  const sql = `SELECT name FROM parquet_schema(${sqlText(query.frame.path)})`;
  const own = new Set((await readFrame(connection, sql, query)).map(([name]) => name));
  for (const name of names) if (!own.has(name)) throw nameClash(name);
}

/** DuckDB's name for the place of a row in a Parquet file; Arrow frames get the same column. */
const ROW_NUMBER = 'file_row_number';

/** Instants of a frame keep their zone, so that they come back as they went in. */
function frameType(type: ValueType): string {
  return instantsIn(duckdbType(type));
}

async function appendFrame(
  connection: DuckDBConnection,
  batch: ColumnBatch,
  firstRow: bigint,
): Promise<void> {
  const rows = BigInt64Array.from({ length: batch.rowCount }, (_, row) => firstRow + BigInt(row));
  const columns: Column[] = [...batch.columns.values(), { type: 'INT64', values: rows, valid: null }];
  const appender = await connection.createAppender('~frame');
  for (let start = 0; start < batch.rowCount; start += CHUNK_ROWS) {
    appender.appendDataChunk(chunkOf(columns, start, Math.min(CHUNK_ROWS, batch.rowCount - start)));
  }
  appender.closeSync();
}

async function describeFrame(
  connection: DuckDBConnection,
  raw: string,
  query: FileQuery,
): Promise<ReadonlyMap<string, DuckDBType>> {
  try {
    const result = await connection.run(`SELECT * FROM ${raw} LIMIT 0`);
    const columns = new Map(result.columnNames().map((name, i) => [name, result.columnTypes()[i]!]));
    columns.delete(ROW_NUMBER);
    return columns;
  } catch (error) {
    throw unreadable(query.frame.path, error, 'INVALID_FRAME');
  }
}

function requireFrameColumns(columns: ReadonlyMap<string, DuckDBType>, query: FileQuery): void {
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

async function requireTimes(connection: DuckDBConnection, raw: string, query: FileQuery): Promise<number> {
  const time = quoteIdentifier(query.timeColumn);
  const fits = `${time} BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'`;
  const sql = `SELECT count(*), count(${time}), coalesce(epoch_us(max(${time}) FILTER (${fits})), 0), min(${ROW_NUMBER}) FILTER (${time} IS NULL), min(${ROW_NUMBER}) FILTER (NOT (${fits})) FROM ${raw}`;
  const [row] = await readFrame(connection, sql, query);
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

async function readFrame(
  connection: DuckDBConnection,
  sql: string,
  query: FileQuery,
): Promise<readonly (readonly unknown[])[]> {
  try {
    return await rowsOf(connection, sql);
  } catch (error) {
    throw unreadable(query.frame.path, error, 'INVALID_FRAME');
  }
}
