import { beforeAll, describe, expect, it } from 'vitest';
import { FLIGHT_MODEL } from '../../test/support/flight-model.js';
import { flightPlan, flightRows, TRAINING_ROWS } from '../../test/support/flight-rows.js';
import { fittedTransformJson } from '../compile/fitted-transform.js';
import { fingerprint } from '../definition/canonical.js';
import { type ColumnBatch, columnOf } from '../definition/column-batch.js';
import { TfjsRuntime } from '../model/adapter/tfjs.js';
import { weightsHash } from '../model/bundle.js';
import type { BinaryMetrics } from '../model/metrics.js';
import { columnsRead, ModelTraining } from './train-model.js';
import type { TrainedModel, TrainingPlan } from './trainer.js';

const runtime = new TfjsRuntime();

function train(batches: readonly ColumnBatch[], plan: TrainingPlan = flightPlan()): Promise<TrainedModel> {
  const training = new ModelTraining(plan, runtime);
  for (const batch of batches) training.add(batch);
  return training.finish(() => undefined);
}

const transformHash = ({ fitted }: TrainedModel): string => fingerprint(fittedTransformJson(fitted));

const END = TRAINING_ROWS + 400;

describe('training a model', () => {
  let trained: TrainedModel;
  beforeAll(async () => {
    trained = await train([flightRows(0, END)]);
  });

  it('measures both splits, without the rows that have no label', () => {
    const labelled = (from: number, to: number): number =>
      Array.from({ length: to - from }, (_, i) => from + i).filter((row) => row % 17 !== 0).length;
    expect(trained.metrics.training.rows).toBe(labelled(0, TRAINING_ROWS));
    expect(trained.metrics.evaluation.rows).toBe(labelled(TRAINING_ROWS, END));
    const evaluation = trained.metrics.evaluation as BinaryMetrics;
    expect(evaluation.auc).toBeGreaterThan(0.9);
    expect(evaluation.logLoss).toBeLessThan(0.7);
  });

  it('is the same from the same rows in other batches, bit for bit', async () => {
    const again = await train([flightRows(0, 100), flightRows(100, 101), flightRows(101, END)]);
    expect(weightsHash(again.weights)).toBe(weightsHash(trained.weights));
    expect(again.metrics).toEqual(trained.metrics);
  });

  it('learns nothing from evaluation rows (S24)', async () => {
    const more = await train([flightRows(0, END), flightRows(END, END + 500)]);
    expect(transformHash(more)).toBe(transformHash(trained));
    expect(weightsHash(more.weights)).toBe(weightsHash(trained.weights));
    expect(more.metrics.training).toEqual(trained.metrics.training);
    const less = await train([flightRows(2, END)]);
    expect(transformHash(less)).not.toBe(transformHash(trained));
  });

  it('counts an exclusive row as of the microsecond before its time (S14)', async () => {
    const plan = flightPlan();
    const exclusive = await train([flightRows(0, END)], {
      ...plan,
      query: { ...plan.query, boundary: 'exclusive' },
    });
    expect(exclusive.metrics.training.rows).toBe(trained.metrics.training.rows + 1);
  });

  it('reads the time, the label and what the transform needs, nothing else', () => {
    const transform = [{ name: 'vip', expression: 'vip' }];
    expect(columnsRead(flightPlan({ transform }))).toEqual([
      { name: 'as_of', type: 'TIMESTAMP' },
      { name: 'vip', type: 'BOOL' },
      { name: 'late_minutes', type: 'INT64' },
    ]);
  });
});

const withColumn = (name: string, ...parts: Parameters<typeof columnOf>): ColumnBatch => {
  const batch = flightRows(0, END);
  return { ...batch, columns: new Map(batch.columns).set(name, columnOf(...parts)) };
};

const labelled = (expression: string): TrainingPlan =>
  flightPlan({ label: { ...FLIGHT_MODEL.label, expression } });

describe('training refuses, and says why', () => {
  it.each([
    ['no rows', [], flightPlan(), 'the training split has no row with a label'],
    ['no evaluation rows', [flightRows(0, TRAINING_ROWS)], flightPlan(), 'the evaluation split has no row'],
    ['one class', [flightRows(0, END)], labelled('late_minutes > -1000'), 'one label only'],
    ['a label of 2', [flightRows(0, END)], labelled('2'), 'the label of a row is 2'],
    [
      'NULL labels',
      [withColumn('late_minutes', 'INT64', Array<null>(END).fill(null))],
      flightPlan(),
      'no row with a label',
    ],
    [
      'a NULL time',
      [withColumn('as_of', 'TIMESTAMP', Array<null>(END).fill(null))],
      flightPlan(),
      'column "as_of" has a NULL',
    ],
  ])('%s', async (_, batches, plan, message) => {
    const training = (async () => train(batches, plan))();
    await expect(training).rejects.toMatchObject({
      code: expect.stringMatching(/^(TRAINING_FAILED|INVALID_FRAME)$/),
      message: expect.stringContaining(message),
    });
  });
});
