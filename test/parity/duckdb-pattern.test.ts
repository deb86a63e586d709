import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileRowKernel } from '../../src/compile/kernel.js';
import { duckdbSql, literalSql, quoteIdentifier } from '../../src/compile/sql/duckdb.js';
import type { CallExpression } from '../../src/definition/expression.js';

function call(operation: string, pattern: string): CallExpression {
  return {
    kind: 'call',
    operation,
    type: operation === 'regexp_contains' ? 'BOOL' : 'STRING',
    arguments: [
      { kind: 'column', type: 'STRING', name: 's' },
      { kind: 'literal', type: 'STRING', value: pattern },
      ...(operation === 'regexp_replace' ? [{ kind: 'literal', type: 'STRING', value: '-' } as const] : []),
    ],
  };
}

describe('regular expressions that DuckDB reads otherwise', () => {
  let instance: DuckDBInstance;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  });
  afterAll(() => instance.closeSync());

  it.each([
    ['$1', '1'],
    ['1^', '1'],
    ['.^a', 'ba'],
    ['$\\z', 'b1'],
    ['\\A\\A', 'b'],
    ['\\x{e9}(?:)', 'αé '],
    ['\\B', 'a\u{1F600}'],
    ['(?:(?:\\s??)*)+?', '  b'],
    ['(?:(?:(b))?a)?', 'a'],
    ['b(a)?', 'bc'],
    ['\\pL', '\u{10d50}'],
    ['(?i)ɤ', '\ua7cb'],
    ["it's", "it's"],
  ])('%s in %j is what the kernel says, or the kernel serves', async (pattern, text) => {
    const connection = await instance.connect();
    await connection.run(`CREATE OR REPLACE TABLE t AS SELECT ${literalSql('STRING', text)} AS s`);
    for (const operation of ['regexp_contains', 'regexp_extract', 'regexp_replace']) {
      const expression = call(operation, pattern);
      const sql = duckdbSql(expression, quoteIdentifier);
      if (sql === null) continue;
      const [row] = (await connection.runAndReadAll(`SELECT ${sql} FROM t`)).getRows();
      expect([operation, row![0]]).toEqual([
        operation,
        compileRowKernel([{ name: 'out', expression }], ['s'])([text], null)[0],
      ]);
    }
    connection.closeSync();
  });

  it('are DuckDB’s where it reads them alike', () => {
    for (const pattern of ['^N[0-9]{2}', '(?i)late', 'a|b', '\\bEWR\\b', '[^,]+']) {
      expect(duckdbSql(call('regexp_contains', pattern), quoteIdentifier)).not.toBeNull();
      expect(duckdbSql(call('regexp_extract', pattern), quoteIdentifier)).not.toBeNull();
    }
  });
});
