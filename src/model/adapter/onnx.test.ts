import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../architecture.js';
import { importedFile, importedWeights } from '../imported-model.js';
import { OnnxFiles } from '../onnx-files.js';
import { OnnxRuntime } from './onnx.js';

const onnx = (name: string): Promise<Uint8Array> =>
  readFile(new URL(`../../../test/data/onnx/${name}.onnx`, import.meta.url));

const KERNEL = [0.5, -0.25, 1.5, -1];

const architecture = (changes: Partial<Architecture> = {}): Architecture => ({
  task: 'binary',
  width: 4,
  outputs: 1,
  deep: { numbers: [0, 1, 2, 3], embeddings: [] },
  hiddenLayers: [],
  activation: 'relu',
  wide: null,
  imported: { output: null },
  ...changes,
});

const matrix = (rows: number) => ({
  rows,
  width: 4,
  values: Float32Array.from({ length: rows * 4 }, (_, at) => Math.sin(at)),
});

describe('OnnxRuntime', () => {
  let folder: string;
  let runtime: OnnxRuntime;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-'));
    runtime = new OnnxRuntime(new OnnxFiles(folder));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('says what computes', async () => {
    expect(await runtime.describe()).toEqual({ backend: 'wasm', libraries: { 'onnxruntime-web': '1.30.0' } });
  });

  it('scores what the file says, a row alone as among others', async () => {
    const predictor = await runtime.load(architecture(), importedWeights(await onnx('logistic')));
    const inputs = matrix(50);
    const { values } = await predictor.predict(inputs);
    for (let row = 0; row < 50; row++) {
      const own = inputs.values.slice(row * 4, row * 4 + 4);
      const z = own.reduce((sum, x, at) => sum + x * KERNEL[at]!, 0.125);
      expect(values[row]).toBeCloseTo(1 / (1 + Math.exp(-z)), 6);
      const alone = await predictor.predict({ rows: 1, width: 4, values: own });
      expect(alone.values[0]).toBe(values[row]);
    }
    expect(await predictor.predict(matrix(0))).toEqual({ rows: 0, width: 1, values: new Float32Array(0) });
    predictor.close();
  });

  it('answers nothing any more once its thread is gone', async () => {
    const predictor = await runtime.load(architecture(), importedWeights(await onnx('logistic')));
    predictor.close();
    expect(predictor.isOver).toBe(true);
    await expect(predictor.predict(matrix(1))).rejects.toThrow('did not answer in time');
  });

  it('answers what waited in vain once its thread is gone', async () => {
    const predictor = await runtime.load(architecture(), importedWeights(await onnx('logistic')));
    const asked = [predictor.predict(matrix(100_000)), predictor.predict(matrix(1))];
    predictor.close();
    for (const each of await Promise.allSettled(asked)) {
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    }
  });

  it('leaves the event loop free while it computes, and answers each of several with its own scores', async () => {
    const predictor = await runtime.load(architecture(), importedWeights(await onnx('logistic')));
    const turns = { count: 0 };
    const turning = setInterval(() => turns.count++, 1);
    const all = Array.from({ length: 8 }, (_, place) => matrix(200_000 + place));
    const answers = await Promise.all(all.map((each) => predictor.predict(each)));
    clearInterval(turning);
    expect(turns.count).toBeGreaterThan(0);
    expect(answers.map(({ rows }) => rows)).toEqual(all.map(({ rows }) => rows));
    predictor.close();
  });

  it('lets so many numbers wait, and takes the next ones again', async () => {
    const predictor = await runtime.load(architecture(), importedWeights(await onnx('logistic')));
    const large = { rows: 2 ** 20, width: 4, values: new Float32Array(2 ** 22) };
    const asked = [...Array.from({ length: 16 }, () => large), matrix(1)].map((each) =>
      predictor.predict(each),
    );
    const states = (await Promise.allSettled(asked)).map(({ status }) => status);
    expect(states).toEqual([...Array(16).fill('fulfilled'), 'rejected']);
    expect(predictor.isOver).toBe(false);
    expect((await predictor.predict(matrix(1))).rows).toBe(1);
    predictor.close();
  });

  it('keeps a file that is sent several times at once', async () => {
    const files = new OnnxFiles(join(folder, 'files'));
    const bytes = await onnx('logistic');
    const [id, ...others] = await Promise.all([files.save(bytes), files.save(bytes), files.save(bytes)]);
    expect(others).toEqual([id, id]);
    expect(await files.load(id)).toEqual(bytes);
  });

  it('gives a score a class', async () => {
    const several = architecture({ task: 'multiClass', outputs: 3 });
    const predictor = await runtime.load(several, importedWeights(await onnx('classes')));
    const { width, values } = await predictor.predict(matrix(2));
    expect(width).toBe(3);
    expect(values[0]! + values[1]! + values[2]!).toBeCloseTo(1, 6);
    predictor.close();
  });

  it('tells what a file takes and gives', async () => {
    expect(await runtime.inspect(await onnx('classes'))).toEqual({
      input: 'input',
      width: 4,
      outputs: [{ name: 'probabilities', type: 'float32', shape: ['rows', 3] }],
    });
  });

  it.each([
    ['what is no model', async () => new Uint8Array([1, 2, 3]), 'no ONNX model'],
    ['a damaged file', async () => (await onnx('logistic')).subarray(0, 100), 'no ONNX model'],
    ['an input of doubles', () => onnx('double'), 'must be float32'],
  ])('refuses %s', async (_, file, message) => {
    await expect(file().then((bytes) => runtime.inspect(bytes))).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['another width', architecture({ width: 5 }), 'takes 4 numbers a row, the transform gives 5'],
    ['an output that there is not', architecture({ imported: { output: 'none' } }), 'name the output'],
  ])('refuses %s when a version is made', async (_, other, message) => {
    const weights = importedWeights(await onnx('logistic'));
    await expect(runtime.load(other, weights)).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: expect.stringContaining(message),
    });
  });

  it('refuses scores that are not as many as needed', async () => {
    const predictor = await runtime.load(
      architecture({ outputs: 2 }),
      importedWeights(await onnx('logistic')),
    );
    await expect(predictor.predict(matrix(3))).rejects.toMatchObject({ code: 'PREDICTION_FAILED' });
    predictor.close();
  });
});

describe('an imported file', () => {
  it('is kept byte for byte, in weights and by its hash', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
    const files = new OnnxFiles(folder);
    for (let length = 0; length < 9; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => 255 - at);
      expect(importedFile(importedWeights(bytes))).toEqual(bytes);
      expect(new Uint8Array(await files.load(await files.save(bytes)))).toEqual(bytes);
    }
    await expect(files.load('0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(importedFile([{ name: 'weights', shape: [1], values: new Float32Array(1) }])).toBeNull();
    await rm(folder, { recursive: true });
  });
});
