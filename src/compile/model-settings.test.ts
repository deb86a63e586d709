import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, flightModel } from '../../test/support/flight-model.js';
import type { ModelDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';

type Problem = { readonly path: string; readonly message: string };

const problemsOf = (changes: object): readonly Problem[] => {
  try {
    flightModel(changes as Partial<ModelDocument>);
  } catch (error) {
    if (error instanceof PlumblineError) return (error.details.problems ?? []) as readonly Problem[];
    throw error;
  }
  return [];
};

const SPLIT = { validateFrom: '2013-09-01T00:00:00Z', evaluateFrom: '2013-10-01T00:00:00Z' };
const label = (expression: string) => ({ ...FLIGHT_MODEL.label, expression });
const network = (changes: object = {}) => ({ trainer: { kind: 'multiLayerPerceptron', ...changes } });
const wide = (changes: object = {}) => ({ trainer: { kind: 'wideAndDeep', wide: ['vip'], ...changes } });

describe("a model's settings", () => {
  it('are filled in by kind, and what a kind does not have stays away', () => {
    expect(flightModel(network() as Partial<ModelDocument>).trainer).toEqual({
      kind: 'multiLayerPerceptron',
      task: 'binary',
      epochs: 10,
      batchSize: 1024,
      learningRate: 0.001,
      l2: 0,
      seed: 1,
      hiddenLayers: [64, 32],
      activation: 'relu',
    });
    const early = { split: SPLIT, trainer: { kind: 'logisticRegression', earlyStopping: { patience: 2 } } };
    expect(flightModel(early as Partial<ModelDocument>).trainer.earlyStopping).toEqual({
      patience: 2,
      minDelta: 0,
    });
  });

  it.each([
    ['BOOL', 'late_minutes > 3', 'binary'],
    ['FLOAT64', 'late_minutes / 60', 'regression'],
    ['STRING', 'CAST(late_minutes AS STRING)', 'multiClass'],
  ])('take the task from a %s label', (_, expression, task) => {
    const model = { label: label(expression), ...network() } as Partial<ModelDocument>;
    expect(flightModel(model).trainer.task).toBe(task);
  });

  it.each([
    ['a task left open', { label: label('late_minutes'), ...network() }, '/trainer/task', 'leaves it open'],
    ['a label of another task', { label: label('late_minutes / 60') }, '/label/expression', 'write a BOOL'],
    [
      'classes for a regression',
      { trainer: { kind: 'linearRegression' } },
      '/label/expression',
      'write a FLOAT64',
    ],
    [
      'classes scaled',
      { label: { ...FLIGHT_MODEL.label, scale: 'MIN_MAX_SCALER' } },
      '/label/scale',
      'drop it',
    ],
    [
      'layers of a linear model',
      { trainer: { kind: 'logisticRegression', hiddenLayers: [3] } },
      '/trainer/hiddenLayers',
      'is no setting of logisticRegression; it has epochs',
    ],
    ['a layer without units', network({ hiddenLayers: [8, 0] }), '/trainer/hiddenLayers/1', 'from 1 to 1024'],
    ['too many layers', network({ hiddenLayers: Array(9).fill(4) }), '/trainer/hiddenLayers', 'at most 8'],
    [
      'an embedding of nothing',
      network({ embeddings: [{ output: 'gone', dimension: 2 }] }),
      '/trainer/embeddings/0/output',
      'there are temp, sky',
    ],
    [
      'a dimension of 0',
      network({ embeddings: [{ output: 'sky', dimension: 0 }] }),
      '/trainer/embeddings/0/dimension',
      'from 1 to 256',
    ],
    [
      'two embeddings of one',
      network({
        embeddings: [
          { output: 'sky', dimension: 2 },
          { output: 'sky', dimension: 3 },
        ],
      }),
      '/trainer/embeddings/1/output',
      'drop one',
    ],
    [
      'an embedding of more parameters than are trained',
      {
        transform: [
          ...FLIGHT_MODEL.transform,
          { name: 'tail', expression: 'HASH_BUCKETIZE(weather__sky, 1048576)' },
        ],
        ...network({ embeddings: [{ output: 'tail', dimension: 16 }] }),
      },
      '/trainer/embeddings/0',
      'makes 16777232 parameters of hash buckets; 16777216 are the limit',
    ],
    [
      'classes of a model that is trained here',
      { trainer: { kind: 'softmaxRegression', classes: ['a', 'b'] }, label: label("'a'") },
      '/trainer/classes',
      'is no setting of softmaxRegression',
    ],
    [
      'classes of a quantity',
      { trainer: { kind: 'onnx', file: 'a'.repeat(64), classes: ['a', 'b'] }, label: label('1.5') },
      '/trainer/classes',
      'drop it',
    ],
    [
      'a class twice',
      { trainer: { kind: 'onnx', file: 'a'.repeat(64), classes: ['a', 'b', 'a'] }, label: label("'a'") },
      '/trainer/classes/2',
      'is there twice',
    ],
    ['no wide part', { trainer: { kind: 'wideAndDeep' } }, '/trainer/wide', 'is missing'],
    [
      'nothing deep',
      wide({ wide: FLIGHT_MODEL.transform.map(({ name }) => name) }),
      '/trainer/wide',
      'nothing is deep',
    ],
    [
      'wide and embedded',
      wide({ embeddings: [{ output: 'vip', dimension: 2 }] }),
      '/trainer/wide/0',
      'drop one',
    ],
    [
      'an unknown class',
      network({ classWeights: { maybe: 2 } }),
      '/trainer/classWeights/maybe',
      'two classes are',
    ],
    ['a weight of 0', network({ classWeights: { true: 0 } }), '/trainer/classWeights/true', 'above 0'],
    ['an unknown word', network({ classWeights: 'even' }), '/trainer/classWeights', '"balanced"'],
    [
      'stopping without validation',
      network({ earlyStopping: { patience: 1 } }),
      '/trainer/earlyStopping',
      'add "split.validateFrom"',
    ],
    [
      'no patience',
      { split: SPLIT, ...network({ earlyStopping: { patience: 0 } }) },
      '/trainer/earlyStopping/patience',
      'from 1',
    ],
    [
      'validation after evaluation',
      { split: { ...SPLIT, validateFrom: '2014-01-01T00:00:00Z' } },
      '/split/validateFrom',
      'is not before evaluateFrom',
    ],
    ['no time', { split: { ...SPLIT, validateFrom: 'May' } }, '/split/validateFrom', 'RFC 3339'],
    [
      'calibration without validation',
      { postprocess: { calibration: 'platt' } },
      '/postprocess/calibration',
      'validateFrom',
    ],
    [
      'a chosen threshold without validation',
      { postprocess: { threshold: 'maxF1' } },
      '/postprocess/threshold',
      'validateFrom',
    ],
    [
      'a quantity that is calibrated',
      {
        split: SPLIT,
        label: label('late_minutes / 60'),
        trainer: { kind: 'linearRegression' },
        postprocess: { calibration: 'platt' },
      },
      '/postprocess/calibration',
      'predicts a quantity; drop it',
    ],
    ['a threshold of 1', { postprocess: { threshold: 1 } }, '/postprocess/threshold', 'between 0 and 1'],
    [
      'an unknown rule',
      { split: SPLIT, postprocess: { threshold: 'max' } },
      '/postprocess/threshold',
      'maxF1',
    ],
    [
      'one name of two',
      { postprocess: { labels: { true: 'late' } } },
      '/postprocess/labels',
      'name both classes',
    ],
    [
      'one name for two',
      { postprocess: { labels: { true: 'x', false: 'x' } } },
      '/postprocess/labels',
      'its own name',
    ],
    [
      'a threshold of a quantity',
      {
        label: label('late_minutes / 60'),
        trainer: { kind: 'linearRegression' },
        postprocess: { threshold: 0.4 },
      },
      '/postprocess/threshold',
      'two classes',
    ],
  ])('refuse %s, with place and remedy', (_, changes, path, message) => {
    expect(problemsOf(changes)).toContainEqual({ path, message: expect.stringContaining(message) });
  });
});
