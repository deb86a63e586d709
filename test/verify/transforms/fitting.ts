import fc from 'fast-check';
import { fittedTransformJson } from '../../../src/compile/fitted-transform.js';
import { fingerprint } from '../../../src/definition/canonical.js';
import { TfjsRuntime } from '../../../src/model/adapter/tfjs.js';
import { ModelTraining } from '../../../src/training/train-model.js';
import { flightPlan, flightRows, TRAINING_ROWS } from '../../support/flight-rows.js';
import { jsonProperty, orderProperty } from '../../transforms/fitting-properties.js';
import type { Check } from '../check.js';

const RUNS = 500;
const MS_PER_DAY = 86_400_000;
const EVALUATION_ROWS = 400;

/** S22, S24: what is learnt depends on the training rows alone, not on their order, their chunks or other rows. */
export const fitting: Check = {
  name: 'fitting',
  bar: `the same state from ${RUNS} random tables in any chunks and order, merged or not, and from JSON; evaluation rows change no constant`,
  defect: {
    file: 'src/compile/exact-column.js',
    find: 'sum.add(left)',
    replace: 'void left',
  },
  run: async () => {
    const seed = Math.floor(Date.now() / MS_PER_DAY);
    fc.assert(orderProperty(), { numRuns: RUNS, seed });
    fc.assert(jsonProperty(), { numRuns: RUNS, seed });
    const before = await transformHash(EVALUATION_ROWS);
    const after = await transformHash(2 * EVALUATION_ROWS);
    return {
      ok: before === after,
      figure: `seed ${seed}: ${2 * RUNS} random tables, one state each; ${before.slice(0, 12)} with ${EVALUATION_ROWS} evaluation rows, ${after.slice(0, 12)} with ${2 * EVALUATION_ROWS}`,
    };
  },
};

async function transformHash(evaluationRows: number): Promise<string> {
  const training = new ModelTraining(flightPlan(), new TfjsRuntime());
  training.add(flightRows(0, TRAINING_ROWS + evaluationRows));
  const { fitted } = await training.finish(() => undefined);
  return fingerprint(fittedTransformJson(fitted));
}
