import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBType } from '@duckdb/node-api';
import type { ColumnBatch } from '../../definition/column-batch.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import type { ValueType } from '../../definition/value-type.js';
import type { FileColumn, FileReader, OpenedFile } from '../file-reader.js';
import { CHUNK_ROWS, valueTypeOf } from './duckdb-column.js';
import { ColumnSink } from './duckdb-column-sink.js';
import { DuckdbDatabase, type DuckdbLimits, rowsOf, sqlText, unreadable } from './duckdb-session.js';

/** Rows of a batch at most: large enough to be logged fast, small enough to keep memory flat. */
const BATCH_ROWS = 16 * CHUNK_ROWS;

/** Most columns of a file that are listed in a message. */
const MAX_LISTED = 50;

/** Parquet files through an in-memory DuckDB. */
export class DuckdbFiles implements FileReader {
  private constructor(private readonly database: DuckdbDatabase) {}

  static async open(limits: DuckdbLimits): Promise<DuckdbFiles> {
    return new DuckdbFiles(await DuckdbDatabase.open(':memory:', limits));
  }

  async open(path: string, columns: readonly FileColumn[], extra: 'refuse' | 'ignore'): Promise<OpenedFile> {
    const rowCount = await this.database.session(async (connection) => {
      const found = await describe(connection, '*', path);
      requireColumns(found, columns, extra);
      requireTypes(await describe(connection, columns.map(expressionOf).join(', '), path), columns);
      return countRows(connection, path);
    });
    return {
      rowCount,
      batches: (names) =>
        this.batches(path, names === undefined ? columns : columns.filter(({ name }) => names.has(name))),
    };
  }

  async close(): Promise<void> {
    this.database.close();
  }

  private async *batches(path: string, columns: readonly FileColumn[]): AsyncIterable<ColumnBatch> {
    const connection = await this.database.connect();
    try {
      const selected = columns.length === 0 ? 'NULL' : columns.map(expressionOf).join(', ');
      const result = await connection.stream(`SELECT ${selected} FROM ${fromItem(path)}`);
      yield* batchesOf(result, columns);
    } catch (error) {
      throw unreadable(path, error, 'INVALID_FILE');
    } finally {
      connection.closeSync();
    }
  }
}

/** Names of folders say nothing here. */
function fromItem(path: string): string {
  return `read_parquet(${sqlText(path)}, hive_partitioning = false)`;
}

function expressionOf({ from: [column, ...members] }: FileColumn): string {
  const within = members.map((member) => `[${sqlText(member)}]`).join('');
  return `"${column!.replaceAll('"', '""')}"${within}`;
}

async function countRows(connection: DuckDBConnection, path: string): Promise<number> {
  try {
    const [row] = await rowsOf(connection, `SELECT count(*) FROM ${fromItem(path)}`);
    return Number(row![0]);
  } catch (error) {
    throw unreadable(path, error, 'INVALID_FILE');
  }
}

type Described = readonly (readonly [name: string, type: DuckDBType])[];

async function describe(connection: DuckDBConnection, columns: string, path: string): Promise<Described> {
  try {
    const result = await connection.run(`SELECT ${columns} FROM ${fromItem(path)} LIMIT 0`);
    const types = result.columnTypes();
    return result.columnNames().map((name, i) => [name, types[i]!] as const);
  } catch (error) {
    throw unreadable(path, error, 'INVALID_FILE');
  }
}

function requireColumns(found: Described, columns: readonly FileColumn[], extra: 'refuse' | 'ignore'): void {
  const names = found.map(([name]) => name);
  const known = new Set(names);
  const problems: Problem[] = columns.flatMap(({ name, from: [column] }) => {
    if (known.has(column!)) return [];
    const listed = names.slice(0, MAX_LISTED).join(', ');
    return [{ path: name, message: `the file has no column "${column}"; it has ${listed}` }];
  });
  const wanted = new Set(columns.map(({ from: [column] }) => column));
  for (const name of extra === 'ignore' ? [] : names) {
    if (wanted.has(name)) continue;
    const message = `the file has a column "${name}" that is not declared; declare or drop it, or ignore extra ones`;
    problems.push({ path: name, message });
  }
  refuse(problems);
}

function requireTypes(found: Described, columns: readonly FileColumn[]): void {
  refuse(
    columns.flatMap(({ name, type }, i) => {
      const actual = found[i]![1];
      if (fits(actual, type)) return [];
      const message = `column "${name}" is ${actual} in the file, declared ${type}; ${remedyFor(type)}`;
      return [{ path: name, message }];
    }),
  );
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const shown = problems.slice(0, MAX_LISTED);
  const listed = shown.map(({ message }) => message).join('; ');
  throw new PlumblineError('INVALID_FILE', listed, { path: problems[0]!.path, problems: shown });
}

/** Only what widens without loss fits: integers to INT64, 32-bit floats and small integers to FLOAT64. */
function fits(actual: DuckDBType, type: ValueType): boolean {
  const found = valueTypeOf(actual);
  if (found === type) return true;
  return type === 'FLOAT64' && found === 'INT64' && !/BIGINT/.test(String(actual));
}

function remedyFor(type: ValueType): string {
  return type === 'TIMESTAMP'
    ? 'write it as a timestamp in UTC (with a zone)'
    : `write it as ${type}, or declare the source's column so`;
}

async function* batchesOf(result: DuckDBResult, columns: readonly FileColumn[]): AsyncIterable<ColumnBatch> {
  let batch = new BatchSink(columns);
  for await (const chunk of readAhead(result)) {
    batch.append(chunk);
    if (batch.hasRoom()) continue;
    yield batch.finish();
    batch = new BatchSink(columns);
  }
  if (batch.rowCount > 0) yield batch.finish();
}

/** The chunks of a result; the engine makes the next one while the caller works on this one. */
async function* readAhead(result: DuckDBResult): AsyncIterable<DuckDBDataChunk> {
  let next = fetched(result);
  for (;;) {
    const { chunk, error } = await next;
    if (error !== undefined) throw error;
    if (chunk === null || chunk.rowCount === 0) return;
    next = fetched(result);
    try {
      yield chunk;
    } finally {
      // A caller that stops early closes the connection, which must not happen under a fetch.
      await next;
    }
  }
}

type Fetched = { readonly chunk: DuckDBDataChunk | null; readonly error?: unknown };

function fetched(result: DuckDBResult): Promise<Fetched> {
  return result.fetchChunk().then(
    (chunk) => ({ chunk }),
    (error: unknown) => ({ chunk: null, error }),
  );
}

class BatchSink {
  rowCount = 0;
  private readonly sinks: readonly ColumnSink[];

  constructor(private readonly columns: readonly FileColumn[]) {
    this.sinks = columns.map(({ type }) => new ColumnSink(type, BATCH_ROWS));
  }

  append(chunk: DuckDBDataChunk): void {
    const rows = chunk.rowCount;
    this.sinks.forEach((sink, i) => {
      sink.append(chunk.getColumnVector(i), rows);
    });
    this.rowCount += rows;
  }

  hasRoom(): boolean {
    return this.rowCount + CHUNK_ROWS <= BATCH_ROWS;
  }

  finish(): ColumnBatch {
    const entries = this.columns.map(({ name }, i) => [name, this.sinks[i]!.finish()] as const);
    return { rowCount: this.rowCount, columns: new Map(entries) };
  }
}
