import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { duckdbType } from '../../src/compile/sql/duckdb.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { COLUMNS } from './columns.js';
import { append } from './duckdb-append.js';
import type { EngineAnswer } from './engine.js';
import type { Row } from './oracle.js';

/** DuckDB in memory with one table of rows. */
export type DuckdbTable = {
  /** Replaces its rows. */
  readonly load: (rows: readonly Row[]) => Promise<void>;
  /** The values of some expressions by one query. */
  readonly query: (expressions: readonly TypedSql[]) => Promise<readonly EngineAnswer[]>;
  readonly close: () => Promise<void>;
};

/** Opens a table of the columns that rows have, under names of one's own. */
export async function openDuckdbTable(nameOf: (column: string) => string): Promise<DuckdbTable> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  return {
    load: (rows) => load(connection, nameOf, rows),
    query: (expressions) => query(connection, expressions),
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** SQL of an expression, and the type that DuckDB must find it to have. */
type TypedSql = { readonly sql: string; readonly type: ValueType };

async function load(
  connection: DuckDBConnection,
  nameOf: (column: string) => string,
  rows: readonly Row[],
): Promise<void> {
  const columns = [...COLUMNS].map(([name, type]) => `${quoted(nameOf(name))} ${duckdbType(type)}`);
  await connection.run(`CREATE OR REPLACE TABLE parity ("row number" INTEGER, ${columns.join(', ')})`);
  const appender = await connection.createAppender('parity');
  for (const [index, row] of rows.entries()) {
    appender.appendInteger(index);
    for (const [name, type] of COLUMNS) append(appender, type, row.get(name) ?? null);
    appender.endRow();
  }
  appender.closeSync();
}

function quoted(name: string): string {
  return `"${name.split('"').join('""')}"`;
}

async function query(
  connection: DuckDBConnection,
  expressions: readonly TypedSql[],
): Promise<readonly EngineAnswer[]> {
  const list = expressions.map((expression, index) => `${readable(expression)} AS e${index}`).join(', ');
  const result = await connection.runAndReadAll(`SELECT ${list} FROM parity ORDER BY "row number"`);
  const columns = result.getColumns();
  return expressions.map(({ type }, index) => {
    const found = String(result.columnType(index));
    const expected = duckdbType(READ_AS[type] ?? type);
    if (found !== expected) return new Error(`type ${found} instead of ${expected}`);
    const values = columns[index]!.map(plainValue);
    return READ_AS[type] === undefined ? values : values.map(textOfBytes);
  });
}

/** Strings travel as bytes: the driver's decoder drops a leading U+FEFF. */
function readable({ sql, type }: TypedSql): string {
  if (type === 'ARRAY<STRING>') return `list_transform(${sql}, lambda item: encode(item))`;
  return type === 'STRING' ? `encode(${sql})` : sql;
}

function textOfBytes(value: Value): Value {
  if (Array.isArray(value)) return value.map(textOfBytes);
  return value instanceof Uint8Array
    ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
    : null;
}

function plainValue(value: DuckDBValue): Value {
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  return value as Value;
}

const READ_AS: Readonly<Partial<Record<ValueType, ValueType>>> = {
  STRING: 'BYTES',
  'ARRAY<STRING>': 'ARRAY<BYTES>',
};
