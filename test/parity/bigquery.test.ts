import { describe, expect, it } from 'vitest';
import { bigqueryIdentifier } from '../../src/compile/sql/bigquery-literal.js';
import { BQEMULATOR } from '../counterparts/bqemulator.js';
import { isAsked } from '../counterparts/counterpart.js';
import { ANALYSER } from '../counterparts/googlesql-analyser.js';
import { EVALUATOR } from '../counterparts/googlesql-evaluator.js';
import { GoogleSqlAnalyser } from '../support/googlesql.js';
import { bigqueryPlan } from './bigquery-plan.js';
import { analyseCases } from './bigquery-statements.js';
import { caseBatches } from './cases.js';
import { confirmGaps } from './confirm-gaps.js';
import { withEngines } from './engines.js';
import { FunctionSandbox } from './javascript-function.js';
import { runParity } from './parity.js';
import { throughDoor } from './rows.js';
import { OPERATION_IDS } from './shape.js';

const SEED = 20_131_103;
/** Every operation is in some of them. */
const CASES = 2 * OPERATION_IDS.length;

describe('S8 BigQuery SQL', () => {
  it('carries every operation, and its functions answer what the oracle says', () => {
    const sandbox = new FunctionSandbox();
    let called = 0;
    for (const { rows, cases } of caseBatches({ seed: SEED, from: 0, count: CASES })) {
      const expressions = cases.map(({ made }) => made.expression);
      const input = { rows: throughDoor(rows), sandbox, columnSql: bigqueryIdentifier };
      const { failures, answers } = bigqueryPlan(expressions, input);
      expect([...failures.values()]).toEqual([]);
      called += answers.length;
    }
    expect(called).toBeGreaterThan(0);
  });

  it.skipIf(!isAsked(EVALUATOR))('gives the bits of the oracle in the reference evaluator', async () => {
    const report = await withEngines(['googlesql'], (engines) =>
      runParity({ engines, seed: SEED, cases: CASES }),
    );
    expect(report.differences.join('\n\n')).toBe('');
    expect(report.carried['GoogleSQL']).toBe(CASES);
  });

  it.skipIf(!isAsked(ANALYSER))('is what BigQuery takes, functions included', async () => {
    const analyser = new GoogleSqlAnalyser();
    try {
      const { problems, functions } = await analyseCases(analyser, { seed: SEED, from: 0, count: CASES });
      expect(problems.join('\n\n')).toBe('');
      expect(functions).toBeGreaterThan(0);
    } finally {
      await analyser.close();
    }
  });

  it.skipIf(!isAsked(BQEMULATOR))(
    'gives the bits of the oracle on an emulator, but in its gaps',
    async () => {
      const report = await withEngines(['bqemulator'], (engines) =>
        runParity({ engines, seed: SEED, cases: CASES }),
      );
      expect(report.differences.join('\n\n')).toBe('');
      expect(report.carried['bqemulator']).toBeGreaterThan(CASES / 4);
    },
    EMULATOR_LIMIT_MS,
  );

  it.skipIf(!isAsked(EVALUATOR) || !isAsked(BQEMULATOR))(
    'each gap of the emulator is one',
    async () => {
      const problems = await withEngines(['googlesql', 'bqemulator'], ([evaluator, emulator]) =>
        confirmGaps(evaluator!, emulator!),
      );
      expect(problems).toEqual([]);
    },
    EMULATOR_LIMIT_MS,
  );
});

/** The emulator translates every statement in Python: half a minute on an idle machine. */
const EMULATOR_LIMIT_MS = 300_000;
