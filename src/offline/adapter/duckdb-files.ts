import type { DuckDBConnection, DuckDBResult, DuckDBType } from '@duckdb/node-api';
import {
  type Column,
  type ColumnBatch,
  ColumnBuilder,
  finiteColumn,
  valueAt,
} from '../../definition/column-batch.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import { parseTextValue } from '../../definition/text-value.js';
import type { ValueType } from '../../definition/value-type.js';
import type { FileFormat, FileReader, OpenedFile, TypedColumn } from '../file-reader.js';
import { columnOfVector, valueTypeOf } from './duckdb-column.js';
import { DuckdbDatabase, type DuckdbLimits, sqlText, unreadable } from './duckdb-session.js';

/** Bad values of one file that are listed before reading stops. */
const MAX_PROBLEMS = 20;

/** Parquet and CSV files through an in-memory DuckDB. */
export class DuckdbFiles implements FileReader {
  private constructor(private readonly database: DuckdbDatabase) {}

  static async open(limits: DuckdbLimits): Promise<DuckdbFiles> {
    return new DuckdbFiles(await DuckdbDatabase.open(':memory:', limits));
  }

  async open(
    path: string,
    format: FileFormat,
    columns: readonly TypedColumn[],
    extra: 'refuse' | 'ignore',
  ): Promise<OpenedFile> {
    const from = fromItem(path, format);
    const found = await this.database.session((connection) => describe(connection, from, path));
    requireColumns(found, columns, { format, extra });
    return { batches: () => this.batches(path, format, columns) };
  }

  async close(): Promise<void> {
    this.database.close();
  }

  private async *batches(
    path: string,
    format: FileFormat,
    columns: readonly TypedColumn[],
  ): AsyncIterable<ColumnBatch> {
    const connection = await this.database.connect();
    try {
      const names = columns.map(({ name }) => `"${name}"`).join(', ');
      const result = await connection.stream(`SELECT ${names} FROM ${fromItem(path, format)}`);
      yield* format === 'csv' ? textBatches(result, columns) : typedBatches(result, columns);
    } catch (error) {
      throw unreadable(path, error, 'INVALID_FILE');
    } finally {
      connection.closeSync();
    }
  }
}

function fromItem(path: string, format: FileFormat): string {
  // A quoted empty CSV field is '', an unquoted one is NULL (S4); types, comments and folder names are ours to decide.
  return format === 'parquet'
    ? `read_parquet(${sqlText(path)}, hive_partitioning = false)`
    : `read_csv(${sqlText(path)}, hive_partitioning = false, header = true, skip = 0, comment = '', all_varchar = true, nullstr = '', allow_quoted_nulls = false, delim = ',', quote = '"', escape = '"', strict_mode = true)`;
}

async function describe(
  connection: DuckDBConnection,
  from: string,
  path: string,
): Promise<ReadonlyMap<string, DuckDBType>> {
  try {
    const result = await connection.run(`SELECT * FROM ${from} LIMIT 0`);
    return new Map(result.columnNames().map((name, i) => [name, result.columnTypes()[i]!]));
  } catch (error) {
    throw unreadable(path, error, 'INVALID_FILE');
  }
}

function requireColumns(
  found: ReadonlyMap<string, DuckDBType>,
  columns: readonly TypedColumn[],
  rules: { readonly format: FileFormat; readonly extra: 'refuse' | 'ignore' },
): void {
  const problems: Problem[] = [];
  for (const { name, type } of columns) {
    const actual = found.get(name);
    if (actual === undefined) {
      problems.push({
        path: name,
        message: `the file has no column "${name}"; it has ${[...found.keys()].join(', ')}`,
      });
    } else if (rules.format === 'parquet' && !fits(actual, type)) {
      problems.push({
        path: name,
        message: `column "${name}" is ${actual} in the file, declared ${type}; ${remedyFor(type)}`,
      });
    }
  }
  const declared = new Set(columns.map(({ name }) => name));
  for (const name of found.keys()) {
    if (rules.extra === 'ignore' || declared.has(name)) continue;
    problems.push({
      path: name,
      message: `the file has a column "${name}" that is not declared; declare or drop it`,
    });
  }
  if (problems.length === 0) return;
  const listed = problems.map((problem) => problem.message).join('; ');
  throw new PlumblineError('INVALID_FILE', listed, { path: problems[0]!.path, problems });
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

async function* typedBatches(
  result: DuckDBResult,
  columns: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  for await (const chunk of result) {
    if (chunk.rowCount === 0) continue;
    const entries = columns.map(({ name, type }, i): [string, Column] => [
      name,
      finiteColumn(columnOfVector(chunk.getColumnVector(i), type, chunk.rowCount)),
    ]);
    yield { rowCount: chunk.rowCount, columns: new Map(entries) };
  }
}

async function* textBatches(
  result: DuckDBResult,
  columns: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  let firstRow = 1;
  for await (const chunk of result) {
    if (chunk.rowCount === 0) continue;
    const problems: Problem[] = [];
    const parsed = columns.map(({ name, type }, i): [string, Column] => {
      const text = columnOfVector(chunk.getColumnVector(i), 'STRING', chunk.rowCount);
      return [name, parseColumn(text, { name, type }, firstRow, problems)];
    });
    if (problems.length > 0) {
      const what = `row ${problems[0]!['row']}, column "${problems[0]!['column']}": ${problems[0]!.message}`;
      throw new PlumblineError('INVALID_ROW', what, {
        path: problems[0]!.path,
        problems: problems.slice(0, MAX_PROBLEMS),
      });
    }
    firstRow += chunk.rowCount;
    yield { rowCount: chunk.rowCount, columns: new Map(parsed) };
  }
}

function parseColumn(text: Column, target: TypedColumn, firstRow: number, problems: Problem[]): Column {
  const rowCount = text.values.length;
  const builder = new ColumnBuilder(target.type, rowCount);
  for (let row = 0; row < rowCount; row++) {
    const field = valueAt(text, row);
    const parsed = field === null ? { value: null } : parseTextValue(target.type, field as string);
    if ('value' in parsed) builder.set(row, parsed.value);
    else
      problems.push({
        path: `/${firstRow + row}/${target.name}`,
        message: parsed.problem,
        row: firstRow + row,
        column: target.name,
      });
  }
  return builder.finish();
}
