import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { isAsked } from '../counterparts/counterpart.js';
import { ANALYSER } from '../counterparts/googlesql-analyser.js';
import { EVALUATOR } from '../counterparts/googlesql-evaluator.js';
import { GoogleSqlAnalyser, GoogleSqlEvaluator, jsonOfValue, valueOfJson } from './googlesql.js';

const VALUES: readonly (readonly [ValueType, Value])[] = [
  ['BOOL', false],
  ['INT64', -(2n ** 63n)],
  ['FLOAT64', -0],
  ['FLOAT64', 5e-324],
  ['FLOAT64', 1.7976931348623157e308],
  ['STRING', '\ufeffa\0\u{1F600}"\\'],
  ['BYTES', new Uint8Array([0, 255])],
  ['TIMESTAMP', -62_135_596_800_000_000n],
  ['DATE', -719_162],
  ['ARRAY<FLOAT64>', [1, -0]],
  ['ARRAY<INT64>', []],
  ['ARRAY<STRING>', null],
];

describe.skipIf(!isAsked(EVALUATOR))('the reference evaluator', () => {
  let evaluator: GoogleSqlEvaluator;
  beforeAll(() => {
    evaluator = new GoogleSqlEvaluator();
  });
  afterAll(() => evaluator.close());

  it('gives values back as they were', async () => {
    const columns = VALUES.map(([type], index) => [`c${index}`, type] as const);
    const rows = [VALUES.map(([type, value]) => jsonOfValue(type, value))];
    const answer = await evaluator.query('SELECT * FROM t', { t: { columns, rows } });
    if ('error' in answer) throw new Error(answer.error);
    expect(answer.columns).toEqual(columns);
    VALUES.forEach(([type, value], index) => {
      expect(valueOfJson(type, answer.rows[0]![index])).toStrictEqual(value);
    });
  });

  it('says whether a statement is wrong or failed while running', async () => {
    expect(await evaluator.query('SELECT nope')).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await evaluator.query('SELECT 1 / x FROM UNNEST([0]) x')).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(await evaluator.query('SELECT 1 AS one')).toMatchObject({ rows: [['1']] });
  });
});

describe.skipIf(!isAsked(ANALYSER))('the analyser', () => {
  let analyser: GoogleSqlAnalyser;
  beforeAll(() => {
    analyser = new GoogleSqlAnalyser();
  });
  afterAll(() => analyser.close());

  const f = `CREATE TEMP FUNCTION f(x STRING) RETURNS ARRAY<STRING> DETERMINISTIC LANGUAGE js AS r"""return [x];"""`;

  it('knows the functions and tables beside a statement', async () => {
    const tables = { t: { columns: [['s', 'STRING'] as const] } };
    const answer = await analyser.analyse({ sql: 'SELECT f(s) AS v FROM t', tables, functions: [f] });
    expect(answer).toMatchObject({ kind: 'ResolvedQueryStmt', columns: [['v', 'ARRAY<STRING>']] });
  });

  it('refuses what BigQuery refuses', async () => {
    const answer = await analyser.analyse({ sql: 'SELECT f(1)', functions: [f] });
    expect(answer).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await analyser.analyse({ sql: 'SELECT f(1)' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await analyser.analyse({ sql: 'SELECT 1', functions: ['SELECT 1'] })).toHaveProperty('error');
  });
});
