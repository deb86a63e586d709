import { ANALYSER } from '../../counterparts/googlesql-analyser.js';
import { analyseCases } from '../../parity/bigquery-statements.js';
import { EMULATOR_GAPS } from '../../parity/bqemulator-gaps.js';
import { confirmGaps } from '../../parity/confirm-gaps.js';
import { withEngines } from '../../parity/engines.js';
import { GoogleSqlEngine } from '../../parity/googlesql-engine.js';
import { runParity } from '../../parity/parity.js';
import { GoogleSqlAnalyser } from '../../support/googlesql.js';
import type { Check } from '../check.js';

const CASES = 20_000;
/** Where so few are carried that more cases would not help. */
const MAX_CASES = 20 * CASES;
const MS_PER_DAY = 86_400_000;

/** BigQuery SQL in GoogleSQL's reference evaluator; what calls JavaScript functions runs in V8 and counts apart. */
export const evaluator: Check = {
  name: 'evaluator',
  bar: `0 differences in ${CASES} expressions that BigQuery SQL carries alone, those that call functions apart`,
  defect: {
    file: 'src/compile/sql/bigquery-literal.js',
    find: `CAST('-0' AS FLOAT64)`,
    replace: `CAST('0' AS FLOAT64)`,
  },
  run: async () => {
    const seed = seedOfTheDay();
    const engine = new GoogleSqlEngine();
    const differences: string[] = [];
    try {
      for (
        let from = 0;
        engine.counts.native < CASES && from < MAX_CASES && differences.length === 0;
        from += CASES
      ) {
        const report = await runParity({ engines: [engine], seed, from, cases: CASES });
        differences.push(...report.differences);
      }
    } finally {
      await engine.close();
    }
    const { native, calling } = engine.counts;
    return {
      ok: differences.length === 0 && native >= CASES,
      figure: [
        `seed ${seed}: ${differences.length} differences in ${native} expressions as SQL alone and ${calling} that call functions`,
        ...differences.slice(0, 3),
      ].join(' | '),
    };
  },
};

/** BigQuery SQL through BigQuery's client on an emulator, but for what it is known to get wrong. */
export const emulator: Check = {
  name: 'emulator',
  bar: `0 differences in ${CASES} expressions; each declared gap shown again, the evaluator giving the kernel's value`,
  defect: {
    file: 'src/compile/sql/bigquery-query.js',
    find: 'IS NULL, NULL, STRUCT(',
    replace: 'IS NOT NULL, NULL, STRUCT(',
  },
  run: async () => {
    const seed = seedOfTheDay();
    let carried = 0;
    const wrong: string[] = [];
    await withEngines(['bqemulator'], async (engines) => {
      for (let from = 0; carried < CASES && from < MAX_CASES && wrong.length === 0; from += CASES) {
        const report = await runParity({ engines, seed, from, cases: CASES });
        carried += report.carried[engines[0]!.name]!;
        wrong.push(...report.differences);
      }
    });
    wrong.push(
      ...(await withEngines(['googlesql', 'bqemulator'], ([judge, judged]) => confirmGaps(judge!, judged!))),
    );
    return {
      ok: wrong.length === 0 && carried >= CASES,
      figure: [
        `seed ${seed}: ${wrong.length} problems in ${carried} expressions; ${EMULATOR_GAPS.length} declared gaps shown again`,
        ...wrong.slice(0, 3),
      ].join(' | '),
    };
  },
};

/** Definitions of functions and the queries that call them, in GoogleSQL's analyser. */
export const analyser: Check = {
  name: 'analyser',
  bar: `every statement of ${CASES} expressions is taken, functions included, and gives the language's types`,
  defect: {
    file: 'src/compile/sql/bigquery-function.js',
    find: 'DETERMINISTIC',
    replace: 'DETERMINIST',
  },
  run: async () => {
    const seed = seedOfTheDay();
    const program = new GoogleSqlAnalyser();
    try {
      const { cases, functions, problems } = await analyseCases(program, { seed, from: 0, count: CASES });
      return {
        ok: problems.length === 0 && cases === CASES && functions > 0,
        figure: [
          `seed ${seed}: ${problems.length} refused by ${ANALYSER.name} of the queries of ${cases} expressions and ${functions} functions`,
          ...problems.slice(0, 3),
        ].join(' | '),
      };
    } finally {
      await program.close();
    }
  },
};

function seedOfTheDay(): number {
  return Math.floor(Date.now() / MS_PER_DAY);
}
