import { describe, expect, it } from 'vitest';
import type { ValueType } from '../../definition/value-type.js';
import { checkExpression } from '../check.js';
import { duckdbSql, literalSql, quoteIdentifier } from './duckdb.js';

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
]);

/** What a reader of the golden file wants to see: each kind of lowering once, and each kind of refusal. */
const EXPRESSIONS = [
  'i',
  '-9223372036854775808',
  "'it\\'s' || s",
  'i + j * 2',
  '-i',
  'DIV(i, j) + MOD(i, j)',
  'x + y * 2',
  'x / y',
  'x / (y / 3)',
  '(x + y) > 1',
  'ROUND(x) + FLOOR(y)',
  'SQRT(x)',
  'i > 5 AND NOT f OR s IS NULL',
  'i NOT BETWEEN 1 AND j',
  "s IN ('a', 'b', NULL)",
  'x IS DISTINCT FROM y',
  'f IS TRUE',
  "CASE WHEN i > 0 THEN 'plus' WHEN i < 0 THEN 'minus' END",
  "CASE s WHEN 'a' THEN 1 ELSE 2 END",
  'IF(f, i, x)',
  'COALESCE(i, j, 0)',
  'NULLIF(i, j)',
  'GREATEST(i, j, 7)',
  'GREATEST(x, y)',
  'LENGTH(s) + LENGTH(b)',
  'LOWER(s)',
  "TRIM(s, 'xy')",
  'SUBSTR(s, 2, 3)',
  'SUBSTR(s, i)',
  "REPLACE(s, 'a', '$0')",
  'CAST(i AS FLOAT64)',
  'CAST(x AS INT64)',
  'CAST(s AS INT64)',
  'CAST(d AS TIMESTAMP)',
  'EXTRACT(HOUR FROM t)',
  "EXTRACT(HOUR FROM t AT TIME ZONE 'America/New_York')",
  'EXTRACT(WEEK FROM d)',
  'DATE(t)',
  "TIMESTAMP_DIFF(t, TIMESTAMP '2013-01-01', HOUR)",
  'TIMESTAMP_ADD(t, INTERVAL i MINUTE)',
  'DATE_SUB(d, INTERVAL i DAY)',
  'UNIX_SECONDS(t)',
  'TIMESTAMP_MILLIS(i)',
  'ROUND(x, 2)',
  'LN(x)',
  'e IS NULL',
];

describe('DuckDB SQL', () => {
  it('reads as reviewed', async () => {
    const lines = EXPRESSIONS.map((text) => {
      const checked = checkExpression(text, { scope: SCOPE, allow: 'row' });
      if (!('expression' in checked)) throw new Error(checked.problems[0]?.message);
      return `${text}\n    ${duckdbSql(checked.expression, quoteIdentifier) ?? '(kernel)'}`;
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../../test/golden/expressions.duckdb.txt');
  });

  it('leaves to the kernel what would grow without bound', () => {
    const text = `${'x / ('.repeat(40)}x${')'.repeat(40)}`;
    const checked = checkExpression(text, { scope: SCOPE, allow: 'row' });
    if (!('expression' in checked)) throw new Error(checked.problems[0]?.message);
    expect(duckdbSql(checked.expression, quoteIdentifier)).toBeNull();
  });

  it('quotes names and texts', () => {
    expect(quoteIdentifier('a"b')).toBe('"a""b"');
    expect(literalSql('STRING', "it's")).toBe("'it''s'");
    expect(literalSql('STRING', 'a\0b')).toBe("decode(from_hex('610062'))");
    expect(literalSql('ARRAY<INT64>', [1n, -2n])).toBe(
      "CAST([CAST('1' AS BIGINT), CAST('-2' AS BIGINT)] AS BIGINT[])",
    );
    expect(literalSql('TIMESTAMP', -1n)).toBe("CAST('1969-12-31T23:59:59.999999' AS TIMESTAMP)");
    expect(literalSql('DATE', null)).toBe('CAST(NULL AS DATE)');
  });
});
