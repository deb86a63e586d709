import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { duckdbType, literalSql, quoteIdentifier } from '../../src/compile/sql/duckdb.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { COLUMNS } from './generator.js';
import type { Row } from './oracle.js';

/** What DuckDB said: values, or the error of its own that it raised. */
export type EngineAnswer = readonly Value[] | Error;

/** DuckDB in memory with one table of rows. */
export class DuckdbEngine {
  private constructor(private readonly connection: DuckDBConnection) {}

  static async open(): Promise<DuckdbEngine> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return new DuckdbEngine(await instance.connect());
  }

  close(): void {
    this.connection.closeSync();
  }

  /** Replaces the table by these rows. */
  async load(rows: readonly Row[]): Promise<void> {
    const columns = [...COLUMNS].map(([name, type]) => `${quoteIdentifier(name)} ${duckdbType(type)}`);
    await this.connection.run(`CREATE OR REPLACE TABLE parity ("row" INTEGER, ${columns.join(', ')})`);
    const tuples = rows.map((row, index) => {
      const values = [...COLUMNS].map(([name, type]) => literalSql(type, row.get(name) ?? null));
      return `(${[index, ...values].join(', ')})`;
    });
    await this.connection.run(`INSERT INTO parity VALUES ${tuples.join(', ')}`);
  }

  /** The values of each expression, row by row; one query, or one each where a query fails. */
  async values(expressions: readonly { sql: string; type: ValueType }[]): Promise<readonly EngineAnswer[]> {
    try {
      return await this.query(expressions);
    } catch (error) {
      if (expressions.length === 1) return [error instanceof Error ? error : new Error(String(error))];
    }
    const answers: EngineAnswer[] = [];
    for (const expression of expressions) answers.push(...(await this.values([expression])));
    return answers;
  }

  private async query(
    expressions: readonly { sql: string; type: ValueType }[],
  ): Promise<readonly EngineAnswer[]> {
    const list = expressions.map((expression, index) => `${readable(expression)} AS e${index}`).join(', ');
    const result = await this.connection.runAndReadAll(`SELECT ${list} FROM parity ORDER BY "row"`);
    const columns = result.getColumns();
    return expressions.map(({ type }, index) => {
      const found = String(result.columnType(index));
      const expected = type === 'STRING' ? 'BLOB' : duckdbType(type);
      if (found !== expected) return new Error(`type ${found} instead of ${expected}`);
      const values = columns[index]!.map(plainValue);
      return type === 'STRING' ? values.map(textOfBytes) : values;
    });
  }
}

/** Strings travel as bytes: the driver's decoder drops a leading U+FEFF. */
function readable({ sql, type }: { sql: string; type: ValueType }): string {
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
