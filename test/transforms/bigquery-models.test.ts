import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAsked } from '../counterparts/counterpart.js';
import { ANALYSER } from '../counterparts/googlesql-analyser.js';
import { GoogleSqlAnalyser } from '../support/googlesql.js';
import { analyserRefusal, BIGQUERY_MODELS, bigqueryCase } from './bigquery-models.js';

describe.skipIf(!isAsked(ANALYSER))('CREATE MODEL for BigQuery ML', () => {
  let analyser: GoogleSqlAnalyser;
  beforeAll(() => {
    analyser = new GoogleSqlAnalyser();
  });
  afterAll(() => analyser.close());

  it.each(BIGQUERY_MODELS.map((each) => [each.name, each] as const))(
    'is what BigQuery takes: %s',
    async (_, each) => {
      expect(await analyserRefusal(analyser, bigqueryCase(each))).toBeNull();
    },
  );

  it.each([
    ['a statistic without OVER ()', ' OVER ()', '', 'OVER'],
    [
      'a function inside a function',
      'ML.STANDARD_SCALER((COALESCE(',
      'ML.STANDARD_SCALER(ML.MAX_ABS_SCALER(1) OVER () + (COALESCE(',
      'Analytic function',
    ],
    ['a function that there is not', 'ML.STANDARD_SCALER', 'ML.STANDARD', 'not found'],
    ['a column that is not selected', '`vip`,\n    `as_of`', '`as_of`', 'vip'],
  ])('is asked of somebody who refuses %s', async (_, there, instead, message) => {
    const model = bigqueryCase(BIGQUERY_MODELS.find(({ name }) => name === 'two classes')!);
    const statement = model.statement.replaceAll(there, instead);
    expect(statement).not.toBe(model.statement);
    expect(await analyserRefusal(analyser, { ...model, statement })).toContain(message);
  });
});
