import { ANALYSER } from '../../counterparts/googlesql-analyser.js';
import { GoogleSqlAnalyser } from '../../support/googlesql.js';
import { analyserRefusal, BIGQUERY_MODELS, bigqueryCase } from '../../transforms/bigquery-models.js';
import type { Check } from '../check.js';

/** Models of every kind as CREATE MODEL … TRANSFORM … OPTIONS for BigQuery ML, in GoogleSQL's analyser. */
export const bigqueryMl: Check = {
  name: 'bigquery-ml',
  bar: 'the analyser takes the CREATE MODEL of every kind of trainer, label and function',
  defect: {
    file: 'src/compile/sql/bigquery-preprocessing.js',
    find: 'OVER ()` : call',
    replace: '` : call',
  },
  run: async () => {
    const analyser = new GoogleSqlAnalyser();
    const refusals: string[] = [];
    let functions = 0;
    try {
      for (const each of BIGQUERY_MODELS) {
        const model = bigqueryCase(each);
        functions += model.functions.length;
        const refusal = await analyserRefusal(analyser, model);
        if (refusal !== null) refusals.push(`${each.name}: ${refusal}`);
      }
    } finally {
      await analyser.close();
    }
    const count = `${refusals.length} of ${BIGQUERY_MODELS.length} models refused by ${ANALYSER.name}`;
    return {
      ok: refusals.length === 0 && functions > 0,
      figure: [`${count}, ${functions} functions`, ...refusals.slice(0, 2)].join(' | '),
    };
  },
};
