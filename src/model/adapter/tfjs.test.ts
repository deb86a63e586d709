import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Trainer } from '../../compile/model-trainer.js';
import type { Architecture } from '../architecture.js';
import type { Examples, ModelWeights } from '../runtime.js';
import { TfjsRuntime } from './tfjs.js';

const TRAINER = {
  kind: 'logisticRegression',
  epochs: 3,
  batchSize: 64,
  learningRate: 0.05,
  l2: 0,
  seed: 7,
} as const;

const ARCHITECTURE: Architecture = {
  task: 'binary',
  width: 2,
  outputs: 1,
  deep: { numbers: [0, 1], embeddings: [] },
  hiddenLayers: [],
  activation: 'relu',
  wide: null,
};

/** Two inputs, the first of which decides the label. */
function examples(rows: number): Examples {
  const values = new Float32Array(rows * 2);
  const targets = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    values[row * 2] = Math.sin(row * 12.9898);
    values[row * 2 + 1] = Math.cos(row * 78.233);
    targets[row] = values[row * 2]! > 0.1 ? 1 : 0;
  }
  return { inputs: { rows, width: 2, values }, targets, weights: null };
}

const hashOf = (weights: ModelWeights): string =>
  createHash('sha256')
    .update(Buffer.concat(weights.map(({ values }) => Buffer.from(values.buffer))))
    .digest('hex');

describe('TfjsRuntime', () => {
  const runtime = new TfjsRuntime();
  const train = async (
    changes: Partial<Trainer> = {},
    onEpoch: (epoch: number) => void = () => undefined,
  ): Promise<ModelWeights> => {
    const trainer = { ...TRAINER, ...changes };
    const training = examples(1000);
    const run = { trainer, architecture: ARCHITECTURE, training, validation: null, onEpoch };
    return (await runtime.train(run)).weights;
  };
  let weights: ModelWeights;
  beforeAll(async () => {
    weights = await train();
  });

  it('runs on the wasm backend and says so', async () => {
    expect(await runtime.describe()).toEqual({
      backend: 'wasm',
      libraries: { '@tensorflow/tfjs': '4.22.0' },
    });
  });

  it('leaves the errors of the process to the process', () => {
    const handlers = ['uncaughtException', 'unhandledRejection'].flatMap((event) =>
      process.rawListeners(event as 'uncaughtException').map(String),
    );
    expect(handlers.filter((code) => /ExitStatus|abort/.test(code))).toEqual([]);
  });

  it('learns what separates the classes', async () => {
    expect(weights[0]!.values[0]).toBeGreaterThan(1);
    expect(Math.abs(weights[0]!.values[1]!)).toBeLessThan(0.3);
    expect(weights.map(({ name, shape }) => ({ name, shape }))).toEqual([
      { name: 'weights', shape: [2, 1] },
      { name: 'bias', shape: [1] },
    ]);
  });

  it('gives the same weights from the same seed, and others from another', async () => {
    const again = await train();
    expect(hashOf(again)).toBe(hashOf(weights));
    const other = await train({ seed: 8 });
    expect(hashOf(other)).not.toBe(hashOf(weights));
  });

  it('keeps weights small under l2', async () => {
    const small = await train({ l2: 1 });
    expect(small[0]!.values[0]).toBeLessThan(weights[0]!.values[0]! / 2);
  });

  it('tells of every epoch', async () => {
    const epochs: number[] = [];
    await train({}, (epoch) => epochs.push(epoch));
    expect(epochs).toEqual([1, 2, 3]);
  });

  it('predicts a row alone exactly as among others', async () => {
    const predictor = await runtime.load(ARCHITECTURE, weights);
    const { inputs } = examples(97);
    const together = (await predictor.predict(inputs)).values;
    for (let row = 0; row < inputs.rows; row++) {
      const values = inputs.values.slice(row * 2, row * 2 + 2);
      const alone = await predictor.predict({ rows: 1, width: 2, values });
      expect(alone.values[0]).toBe(together[row]);
    }
    predictor.close();
  });

  it('lets other work have its turn among the rows of a large network', async () => {
    const large = { ...ARCHITECTURE, hiddenLayers: [1024, 1024, 1024] };
    const run = { trainer: { ...TRAINER, epochs: 1 }, architecture: large, validation: null };
    const trained = await runtime.train({ ...run, training: examples(64), onEpoch: () => undefined });
    const predictor = await runtime.load(large, trained.weights);
    const { inputs } = examples(30);
    let turns = 0;
    const turn = (): void => {
      turns++;
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    const { values } = await predictor.predict(inputs);
    clearImmediate(turning);
    expect(turns).toBeGreaterThanOrEqual(3);
    const last = { rows: 1, width: 2, values: inputs.values.subarray(58) };
    expect((await predictor.predict(last)).values[0]).toBe(values[29]);
    predictor.close();
  });

  it('predicts the logit w·x + b to float32', async () => {
    const predictor = await runtime.load(ARCHITECTURE, weights);
    const { inputs } = examples(50);
    const [w, b] = weights.map(({ values }) => values);
    (await predictor.predict(inputs)).values.forEach((logit, row) => {
      const z = inputs.values[row * 2]! * w![0]! + inputs.values[row * 2 + 1]! * w![1]! + b![0]!;
      expect(logit).toBeCloseTo(z, 5);
    });
    predictor.close();
  });
});
