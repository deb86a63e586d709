import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL } from '../../test/support/flight-model.js';
import { flightPlan, flightRows, TRAINING_ROWS } from '../../test/support/flight-rows.js';
import { compileTransform } from '../compile/transform.js';
import { valueAt } from '../definition/column-batch.js';
import type { ModelDocument } from '../definition/document.js';
import { TfjsRuntime } from '../model/adapter/tfjs.js';
import { architectureOf } from '../model/architecture.js';
import { weightsHash } from '../model/bundle.js';
import { type MultiClassState, outputsOf, scoresOf } from '../model/postprocess.js';
import { Scorer } from '../model/scorer.js';
import { ModelTraining } from './train-model.js';
import type { TrainedModel } from './trainer.js';

const runtime = new TfjsRuntime();
const END = TRAINING_ROWS + 400;
const COLUMNS = [{ name: 'late_minutes', type: 'INT64' }] as const;
/** Ten hours train, two validate. */
const SPLIT = { validateFrom: '2013-09-30T22:00:00Z', evaluateFrom: '2013-10-01T00:00:00Z' };
/** Without the hour: those of evaluation never occur in training. */
const TRANSFORM = FLIGHT_MODEL.transform.filter(({ name }) => name !== 'hour');
const BASE = { split: SPLIT, transform: TRANSFORM };
const DELAY = { expression: 'CAST(late_minutes AS FLOAT64)', columns: COLUMNS };
const GROUP = {
  expression: "CASE WHEN late_minutes < 0 THEN 'early' WHEN late_minutes < 15 THEN 'fair' ELSE 'late' END",
  columns: COLUMNS,
};

const train = (changes: Partial<ModelDocument>, rows = END): Promise<TrainedModel> => {
  const training = new ModelTraining(flightPlan({ ...BASE, ...changes }), runtime);
  training.add(flightRows(0, rows));
  return training.finish(() => undefined);
};

const PERCEPTRON = {
  kind: 'multiLayerPerceptron',
  hiddenLayers: [16, 8],
  learningRate: 0.01,
  batchSize: 32,
} as const;

async function scored(changes: Partial<ModelDocument>) {
  const trained = await train(changes);
  const transform = compileTransform(trained.fitted);
  const { trainer } = flightPlan({ ...BASE, ...changes });
  const architecture = architectureOf(trainer, transform.slots, scoresOf(trained.postprocess));
  const predictor = await runtime.load(architecture, trained.weights);
  const scorer = new Scorer({ transform, predictor, state: trained.postprocess });
  const rows = flightRows(TRAINING_ROWS, END);
  const { outputs } = await scorer.score(rows, rows.columns.get('as_of')!.values as BigInt64Array);
  expect([...outputs.columns.keys()]).toEqual(outputsOf(trained.postprocess).map(({ name }) => name));
  return { trained, outputs, late: rows.columns.get('late_minutes')! };
}

describe('models by what they predict', () => {
  it.each(['linearRegression', 'multiLayerPerceptron'] as const)(
    '%s predicts a quantity in its own unit',
    async (kind) => {
      const trainer =
        kind === 'linearRegression'
          ? { kind, learningRate: 0.05, epochs: 40 }
          : { ...PERCEPTRON, epochs: 40 };
      const { trained, outputs, late } = await scored({
        label: { ...DELAY, scale: 'STANDARD_SCALER' },
        trainer,
      });
      expect(trained.metrics.evaluation).toMatchObject({ task: 'regression', r2: expect.any(Number) });
      expect((trained.metrics.evaluation as { r2: number }).r2).toBeGreaterThan(0.6);
      const predictions = outputs.columns.get('prediction')!.values as Float64Array;
      const mean = predictions.reduce((sum, each) => sum + each, 0) / predictions.length;
      const actual = [...(late.values as BigInt64Array)].map(Number);
      expect(Math.abs(mean - actual.reduce((sum, each) => sum + each, 0) / actual.length)).toBeLessThan(4);
    },
  );

  it.each(['softmaxRegression', 'multiLayerPerceptron'] as const)(
    '%s predicts one of several classes',
    async (kind) => {
      const trainer =
        kind === 'softmaxRegression'
          ? { kind, epochs: 40, learningRate: 0.05 }
          : { ...PERCEPTRON, epochs: 30 };
      const labels = { late: 'very late' };
      const { trained, outputs } = await scored({ label: GROUP, trainer, postprocess: { labels } });
      expect(trained.postprocess).toMatchObject({
        classes: ['early', 'fair', 'late'],
        labels: ['early', 'fair', 'very late'],
      });
      expect((trained.metrics.evaluation as { accuracy: number }).accuracy).toBeGreaterThan(0.7);
      const names = outputs.columns.get('label')!.values as readonly string[];
      (outputs.columns.get('probabilities')!.values as readonly (readonly number[])[]).forEach((row, at) => {
        expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
        expect(names[at]).toBe(['early', 'fair', 'very late'][row.indexOf(Math.max(...row))]);
      });
    },
  );

  it.each(['platt', 'isotonic'] as const)(
    'calibrates by %s, chooses a threshold and names the classes',
    async (calibration) => {
      const postprocess = {
        calibration,
        threshold: 'maxF1',
        labels: { true: 'late', false: 'in time' },
      } as const;
      const trainer = { ...PERCEPTRON, epochs: 10, classWeights: 'balanced' } as const;
      const { trained, outputs } = await scored({ trainer, postprocess });
      expect(trained.postprocess).toMatchObject({ calibration: { kind: calibration } });
      const { threshold } = trained.postprocess as { threshold: number };
      const probabilities = outputs.columns.get('probability')!.values as Float64Array;
      expect(outputs.columns.get('label')!.values).toEqual(
        Array.from(probabilities, (probability) => (probability >= threshold ? 'late' : 'in time')),
      );
      expect(trained.metrics.validation).toMatchObject({ task: 'binary' });
      // Balanced weights make it say "late" too often; calibrated on the validation split it does not.
      const evaluation = trained.metrics.evaluation as { rows: number; positives: number };
      const mean = probabilities.reduce((sum, each) => sum + each, 0) / probabilities.length;
      expect(Math.abs(mean - evaluation.positives / evaluation.rows)).toBeLessThan(0.08);
    },
  );
});

describe('several classes that are calibrated', () => {
  it.each(['platt', 'isotonic'] as const)('by %s are as likely as they say', async (calibration) => {
    // These weights make it say "late" far too often.
    const trainer = { ...PERCEPTRON, epochs: 10, classWeights: { late: 20 } } as const;
    const excess = async (changes: Partial<ModelDocument>): Promise<number> => {
      const { trained, outputs, late } = await scored({ label: GROUP, trainer, ...changes });
      const { classes, calibration: fitted } = trained.postprocess as MultiClassState;
      expect(fitted?.map(({ kind }) => kind)).toEqual(changes.postprocess && classes.map(() => calibration));
      const probabilities = outputs.columns.get('probabilities')!.values as readonly (readonly number[])[];
      let sum = 0;
      probabilities.forEach((row, at) => {
        expect(row.reduce((total, each) => total + each, 0)).toBeCloseTo(1, 12);
        const minutes = valueAt(late, at);
        if (minutes !== null) sum += row[classes.indexOf('late')]! - ((minutes as bigint) >= 15n ? 1 : 0);
      });
      return sum / probabilities.length;
    };
    expect(await excess({})).toBeGreaterThan(0.16);
    expect(Math.abs(await excess({ postprocess: { calibration } }))).toBeLessThan(0.08);
  });
});

describe('training a network', () => {
  it('stops early and keeps the weights of the best epoch', async () => {
    const trainer = { ...PERCEPTRON, epochs: 300, learningRate: 0.05, earlyStopping: { patience: 3 } };
    const { epochs, weights } = await train({ trainer });
    expect(epochs.run).toBeLessThan(300);
    expect(epochs.run).toBe(epochs.best + 3);
    const { earlyStopping: _, ...without } = trainer;
    const exactly = await train({ trainer: { ...without, epochs: epochs.best } });
    expect(weightsHash(weights)).toBe(weightsHash(exactly.weights));
  });

  it('learns nothing from validation and evaluation rows but when to stop (S24)', async () => {
    const trainer = { ...PERCEPTRON, epochs: 3 };
    const [few, many] = [await train({ trainer }), await train({ trainer }, END + 100)];
    expect(weightsHash(few.weights)).toBe(weightsHash(many.weights));
    expect(few.fitted).toEqual(many.fitted);
  });

  it('is the same from the same seed alone', async () => {
    const hash = async (seed: number) =>
      weightsHash((await train({ trainer: { ...PERCEPTRON, epochs: 2, seed } })).weights);
    expect(await hash(5)).toBe(await hash(5));
    expect(await hash(5)).not.toBe(await hash(6));
  });

  it('takes a wide part apart from the deep one', async () => {
    const trainer = { ...PERCEPTRON, kind: 'wideAndDeep', wide: ['sky', 'vip'], epochs: 10 } as const;
    const { weights, metrics } = await train({ trainer });
    expect(weights.map(({ name }) => name)).toContain('wide.weights');
    expect((metrics.evaluation as { auc: number }).auc).toBeGreaterThan(0.85);
  });

  it.each([
    [
      'an embedding of a number',
      { trainer: { ...PERCEPTRON, embeddings: [{ output: 'temp', dimension: 2 }] } },
      'an embedding needs an index',
    ],
    [
      'a name of no class',
      { label: GROUP, trainer: PERCEPTRON, postprocess: { labels: { gone: 'x' } } },
      'no class',
    ],
    [
      'a weight of no class',
      { label: GROUP, trainer: { ...PERCEPTRON, classWeights: { gone: 2 } } },
      'no class',
    ],
    ['one class', { label: { expression: "'a'", columns: [] }, trainer: PERCEPTRON }, 'one label only'],
    [
      'too many classes',
      { label: { expression: 'CAST(AS_OF() AS STRING)', columns: [] }, trainer: PERCEPTRON },
      null,
    ],
  ] as const)('refuses %s', async (_, changes, message) => {
    const training = (async () => train(changes, message === null ? 2000 : END))();
    await expect(training).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: expect.stringContaining(message ?? 'more than 1000 classes'),
    });
  });
});
