import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { duckdbSql, duckdbType, literalSql, quoteIdentifier } from '../../src/compile/sql/duckdb.js';
import type { Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { COLUMNS } from './columns.js';
import { answersTogether, type EngineAnswer, type ParityEngine } from './engine.js';
import type { Row } from './oracle.js';

/** DuckDB in memory with one table of rows; expressions of a batch are one query. */
export async function openDuckdbEngine(): Promise<ParityEngine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const sqlOf = (expression: Expression): string | null => duckdbSql(expression, quoteIdentifier);
  return {
    name: 'DuckDB',
    statementOf: sqlOf,
    load: (rows) => load(connection, rows),
    values: (expressions) =>
      answersTogether(
        expressions.map((expression) => ({ sql: sqlOf(expression) ?? '', type: expression.type })),
        (lowered) => query(connection, lowered),
      ),
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** SQL of an expression, and the type that DuckDB must find it to have. */
type TypedSql = { readonly sql: string; readonly type: ValueType };

async function load(connection: DuckDBConnection, rows: readonly Row[]): Promise<void> {
  const columns = [...COLUMNS].map(([name, type]) => `${quoteIdentifier(name)} ${duckdbType(type)}`);
  await connection.run(`CREATE OR REPLACE TABLE parity ("row" INTEGER, ${columns.join(', ')})`);
  if (rows.length === 0) return;
  const tuples = rows.map((row, index) => {
    const values = [...COLUMNS].map(([name, type]) => literalSql(type, row.get(name) ?? null));
    return `(${[index, ...values].join(', ')})`;
  });
  await connection.run(`INSERT INTO parity VALUES ${tuples.join(', ')}`);
}

async function query(
  connection: DuckDBConnection,
  expressions: readonly TypedSql[],
): Promise<readonly EngineAnswer[]> {
  const list = expressions.map((expression, index) => `${readable(expression)} AS e${index}`).join(', ');
  const result = await connection.runAndReadAll(`SELECT ${list} FROM parity ORDER BY "row"`);
  const columns = result.getColumns();
  return expressions.map(({ type }, index) => {
    const found = String(result.columnType(index));
    const expected = type === 'STRING' ? 'BLOB' : duckdbType(type);
    if (found !== expected) return new Error(`type ${found} instead of ${expected}`);
    const values = columns[index]!.map(plainValue);
    return type === 'STRING' ? values.map(textOfBytes) : values;
  });
}

/** Strings travel as bytes: the driver's decoder drops a leading U+FEFF. */
function readable({ sql, type }: TypedSql): string {
  return type === 'STRING' ? `encode(${sql})` : sql;
}

function textOfBytes(value: Value): Value {
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
