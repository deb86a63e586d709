import { describe, expect, it } from 'vitest';
import type { Expression } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import { checkExpression } from '../check.js';
import { bigquerySql } from './bigquery.js';
import { bigqueryIdentifier, bigqueryLiteral } from './bigquery-literal.js';
import { bigqueryStatements, bigqueryType } from './bigquery-query.js';

const SCOPE = new Map<string, ValueType>([
  ['i', 'INT64'],
  ['j', 'INT64'],
  ['x', 'FLOAT64'],
  ['y', 'FLOAT64'],
  ['s', 'STRING'],
  ['b', 'BYTES'],
  ['f', 'BOOL'],
  ['t', 'TIMESTAMP'],
  ['d', 'DATE'],
  ['e', 'ARRAY<FLOAT64>'],
  ['n', 'ARRAY<INT64>'],
]);

/** What a reader of the golden file wants to see: each kind of lowering once, and each way values cross into functions. */
const EXPRESSIONS = [
  'i',
  '-9223372036854775808',
  "'it\\'s' || s",
  'i + j * 2',
  'x / (y / 3)',
  'ROUND(x) + FLOOR(y)',
  'SQRT(x)',
  'i > 5 AND NOT f OR s IS NULL',
  'i NOT BETWEEN 1 AND j',
  "s IN ('a', 'b', NULL)",
  'x IS DISTINCT FROM y',
  "CASE s WHEN 'a' THEN 1 ELSE 2 END",
  'COALESCE(i, j, 0)',
  'NULLIF(i, j)',
  'GREATEST(x, y)',
  'LENGTH(s) + LENGTH(b)',
  'LOWER(s)',
  "TRIM(s, 'xy')",
  'SUBSTR(s, i)',
  'CAST(x AS INT64)',
  'SAFE_CAST(s AS TIMESTAMP)',
  "EXTRACT(HOUR FROM t AT TIME ZONE 'America/New_York')",
  'TIMESTAMP_ADD(t, INTERVAL i MINUTE)',
  'DATE_SUB(d, INTERVAL i DAY)',
  'LN(x)',
  'e IS NULL',
];

describe('BigQuery SQL', () => {
  it('reads as reviewed', async () => {
    const lines = EXPRESSIONS.map((text) => `${text}\n    ${sqlOf(text)}`);
    await expect(withoutHashes(`${lines.join('\n')}\n`)).toMatchFileSnapshot(
      '../../../test/golden/expressions.bigquery.txt',
    );
  });

  it('computes features with the functions they call', async () => {
    const features = [
      { name: 'late', expression: typed('i > 15'), defaultValue: false },
      { name: 'mean', expression: typed('ARRAY_AVG(n)'), defaultValue: null },
      { name: 'embedding', expression: typed('COALESCE(e, [x, y])'), defaultValue: null },
      { name: 'counts', expression: typed('n'), defaultValue: [0n] },
    ];
    const statements = bigqueryStatements(features, { from: '`p.d.flights`', columns: SCOPE });
    const text = `${statements.join(';\n\n')}\n`;
    await expect(withoutHashes(text)).toMatchFileSnapshot('../../../test/golden/features.bigquery.sql');
  });

  it('quotes names and texts', () => {
    expect(bigqueryIdentifier('a`b\\c')).toBe('`a\\`b\\\\c`');
    expect(bigqueryLiteral('STRING', "it's \\ `a`\n\0\ufeff")).toBe("'it\\'s \\\\ `a`\\n\\u0000\\ufeff'");
    expect(bigqueryLiteral('BYTES', new Uint8Array([0, 39, 92, 97, 255]))).toBe("b'\\x00\\x27\\x5ca\\xff'");
    expect(bigqueryLiteral('FLOAT64', -0)).toBe("CAST('-0' AS FLOAT64)");
    expect(bigqueryLiteral('FLOAT64', 3)).toBe('3.0');
    expect(bigqueryLiteral('TIMESTAMP', -1n)).toBe("TIMESTAMP '1969-12-31T23:59:59.999999Z'");
    expect(bigqueryLiteral('DATE', -719_162)).toBe("DATE '0001-01-01'");
    expect(bigqueryLiteral('ARRAY<INT64>', [1n, -2n])).toBe('ARRAY<INT64>[1, (-2)]');
    expect(bigqueryLiteral('ARRAY<INT64>', [])).toBe('ARRAY<INT64>[]');
    expect(bigqueryLiteral('ARRAY<INT64>', null)).toBe('CAST(NULL AS ARRAY<INT64>)');
    expect(bigqueryType('ARRAY<INT64>')).toBe('STRUCT<items ARRAY<INT64>>');
  });

  it('grows by what is written, however deep guards nest', () => {
    const short = sqlOf(`${'x / ('.repeat(10)}x${')'.repeat(10)}`);
    const long = sqlOf(`${'x / ('.repeat(60)}x${')'.repeat(60)}`);
    expect(long.length).toBeLessThan(200_000);
    expect(short.length).toBeLessThan(long.length);
  });

  it('refuses what BigQuery would refuse for its size', () => {
    const text = 'a'.repeat(990_000);
    const literal: Expression = { kind: 'literal', type: 'STRING', value: text };
    const pair: Expression = {
      kind: 'call',
      operation: 'coalesce',
      type: 'STRING',
      arguments: [literal, literal],
    };
    expect(() => bigquerySql(pair, LEAVES)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('says what it was not given', () => {
    const asOf: Expression = { kind: 'asOf', type: 'TIMESTAMP' };
    expect(() => bigquerySql(asOf, LEAVES)).toThrow('AS_OF()');
    expect(bigquerySql(asOf, { ...LEAVES, asOfSql: 'now' }).sql).toBe('now');
  });
});

const LEAVES = { columnSql: bigqueryIdentifier };

/** Names follow the code of functions, which a reader of these files does not review here. */
function withoutHashes(text: string): string {
  return text.replace(/(plumbline_\w+?)_[0-9a-f]{12}\b/g, '$1_…');
}

function typed(text: string): Expression {
  const checked = checkExpression(text, { scope: SCOPE, allow: 'row' });
  if (!('expression' in checked)) throw new Error(checked.problems[0]?.message);
  return checked.expression;
}

function sqlOf(text: string): string {
  return bigquerySql(typed(text), LEAVES).sql;
}
