import { duckdbSql, quoteIdentifier } from '../../src/compile/sql/duckdb.js';
import type { Expression } from '../../src/definition/expression.js';
import { openDuckdbTable } from './duckdb-table.js';
import { answersTogether, type ParityEngine } from './engine.js';

/** DuckDB: the expressions of a batch are one query. */
export async function openDuckdbEngine(): Promise<ParityEngine> {
  const table = await openDuckdbTable((column) => column);
  const sqlOf = (expression: Expression): string | null => duckdbSql(expression, quoteIdentifier);
  return {
    name: 'DuckDB',
    statementOf: sqlOf,
    load: table.load,
    values: (expressions) => {
      const lowered = expressions.map((each) => ({ sql: sqlOf(each) ?? '', type: each.type }));
      return answersTogether(lowered, table.query);
    },
    close: table.close,
  };
}
