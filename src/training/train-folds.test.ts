import { describe, expect, it } from 'vitest';
import { flightPlan, flightRows, TRAINING_ROWS } from '../../test/support/flight-rows.js';
import type { ModelDocument } from '../definition/document.js';
import { TfjsRuntime } from '../model/adapter/tfjs.js';
import { weightsHash } from '../model/bundle.js';
import { ModelTraining } from './train-model.js';
import type { TrainedModel, TrainingPlan } from './trainer.js';

type Trainer = ModelDocument['trainer'];

const PLAIN: Trainer = { kind: 'logisticRegression', epochs: 2, batchSize: 64 };
const FOLDED: Trainer = { ...PLAIN, folds: { count: 4 } };

async function trained(plan: TrainingPlan, progress = (): void => undefined): Promise<TrainedModel> {
  const training = new ModelTraining(plan, new TfjsRuntime());
  training.add(flightRows(0, TRAINING_ROWS + 200));
  return training.finish(progress);
}

describe('folds', () => {
  it('are the models that training on the rows before each block alone gives', async () => {
    const { folds } = await trained(flightPlan({ trainer: FOLDED }));
    expect(folds).toHaveLength(3);
    for (const { fromUs, fitted, weights, postprocess } of folds) {
      const alone = await trained({ ...flightPlan({ trainer: PLAIN }), evaluateFromUs: fromUs });
      expect(fitted).toEqual(alone.fitted);
      expect(weightsHash(weights)).toBe(weightsHash(alone.weights));
      expect(postprocess).toEqual(alone.postprocess);
    }
  });

  it('leave the final model as it is without them', async () => {
    const [plain, folded] = [
      await trained(flightPlan({ trainer: PLAIN })),
      await trained(flightPlan({ trainer: FOLDED })),
    ];
    expect(weightsHash(folded.weights)).toBe(weightsHash(plain.weights));
    expect(folded.metrics).toEqual(plain.metrics);
    expect(plain.folds).toEqual([]);
  });

  it('leave out rows whose label was not known yet', async () => {
    const later: Trainer = { ...PLAIN, folds: { count: 4, labelKnownAfter: '2h' } };
    const [{ folds: now }, { folds }] = [
      await trained(flightPlan({ trainer: FOLDED })),
      await trained(flightPlan({ trainer: later })),
    ];
    // Rows are a minute apart, every 17th has no label: of 120 before the edge, the one at T + 2h is known.
    expect(now.map(({ rows }, i) => rows.training - folds[i]!.rows.training)).toEqual([112, 112, 112]);
  });

  it('validate by their own latest rows', async () => {
    const plan = flightPlan({
      trainer: FOLDED,
      split: { validateFrom: '2013-09-30T21:00:00Z', evaluateFrom: '2013-10-01T00:00:00Z' },
      postprocess: { calibration: 'platt' },
    });
    const { folds } = await trained(plan);
    for (const { rows, postprocess } of folds) {
      expect(rows.validation / (rows.training + rows.validation)).toBeCloseTo(0.25, 1);
      expect(postprocess).toMatchObject({ calibration: { kind: 'platt' } });
    }
  });

  it('tell apart the classes of the final model, those that come later too', async () => {
    const plan = flightPlan({
      trainer: { kind: 'softmaxRegression', epochs: 1, folds: { count: 2 } },
      label: {
        expression:
          "CASE WHEN AS_OF() >= TIMESTAMP '2013-09-30 20:00:00+00' THEN 'new' WHEN late_minutes > 5 THEN 'late' ELSE 'early' END",
        columns: [{ name: 'late_minutes', type: 'INT64' }],
      },
    });
    const { folds, postprocess } = await trained(plan);
    expect(postprocess).toMatchObject({ classes: ['early', 'late', 'new'] });
    expect(folds[0]!.postprocess).toEqual(postprocess);
  });

  it('are counted as progress', async () => {
    const steps: string[] = [];
    const training = new ModelTraining(flightPlan({ trainer: FOLDED }), new TfjsRuntime());
    training.add(flightRows(0, TRAINING_ROWS + 200));
    await training.finish((done, total) => steps.push(`${done}/${total}`));
    expect(new Set(steps)).toEqual(new Set(Array.from({ length: 12 }, (_, i) => `${i}/11`)));
  });

  it('cannot be trained by rows of one class', async () => {
    const label = {
      expression: "AS_OF() >= TIMESTAMP '2013-09-30 22:00:00+00' AND late_minutes > 5",
      columns: [{ name: 'late_minutes', type: 'INT64' }],
    } as const;
    await expect(trained(flightPlan({ trainer: FOLDED, label }))).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: expect.stringMatching(
        /^the model of the rows before 2013-09-30T.* training split .* one label only, false; .*fewer "trainer\.folds"$/,
      ),
      details: { path: '/trainer/folds' },
    });
  });
});
