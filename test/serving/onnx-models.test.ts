import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../src/definition/column-batch.js';
import type { ModelDocument } from '../../src/definition/document.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FLIGHT_DOCUMENTS, FLIGHT_MODEL } from '../support/flight-model.js';
import { FIRST_US, flightRows, TRAINING_ROWS } from '../support/flight-rows.js';

const ROWS = TRAINING_ROWS + 300;
const NOW_US = FIRST_US + 60_000_000n * BigInt(ROWS);
const KERNEL = [0.5, -0.25, 1.5, -1];

/** Four numbers that no training decides. */
const TRANSFORM: ModelDocument['transform'] = [
  { name: 'far', expression: 'COALESCE(distance / 1000.0, 0.0)' },
  { name: 'vip', expression: 'COALESCE(vip, FALSE)' },
  { name: 'one', expression: '1.0' },
  { name: 'scaled', expression: 'STANDARD_SCALER(distance) OVER ()' },
];

describe('a model made elsewhere over HTTP', () => {
  let app: TestApp;
  const request = async (method: string, path: string, json?: unknown) =>
    app.request(method, `/v1/projects/flights/${path}`, json === undefined ? {} : { json });
  const upload = async (name: string) => {
    const bytes = await readFile(new URL(`../data/onnx/${name}.onnx`, import.meta.url));
    return request('POST', 'onnx-files', { content: bytes.toString('base64') });
  };
  const define = async (name: string, changes: Partial<ModelDocument>) => {
    const document = { ...FLIGHT_MODEL, name, transform: TRANSFORM, ...changes };
    return request('POST', 'apply', { documents: [document] });
  };
  const train = async (name: string) => {
    const { body } = await request('POST', `models/${name}/train`, { trainingSet });
    for (;;) {
      const { body: job } = await request('GET', `jobs/${body.id}`);
      if (job.state === 'succeeded' || job.state === 'failed') return job;
      await delay(20);
    }
  };
  let trainingSet: string;
  let file: string;
  beforeAll(async () => {
    app = await startTestApp({ clock: new ManualClock(NOW_US) });
    expect((await request('POST', 'apply', { documents: FLIGHT_DOCUMENTS })).status).toBeLessThan(300);
    const whole = flightRows(0, ROWS);
    const columns = new Map([...whole.columns].filter(([name]) => !name.startsWith('weather__')));
    columns.set('origin', columnOf('STRING', Array<string>(ROWS).fill('JFK')));
    const made = await app.app.inject({
      method: 'POST',
      url: '/v1/projects/flights/training-sets?featureService=flights&time=as_of&knowledge=event',
      headers: { 'content-type': 'application/vnd.apache.arrow.stream' },
      payload: Buffer.from(arrowBytes({ ...whole, columns })),
    });
    trainingSet = JSON.parse(made.payload).id;
    file = (await upload('logistic')).body.file;
  });
  afterAll(() => app.close());

  it('is kept under its hash', async () => {
    expect(await upload('logistic')).toMatchObject({
      status: 201,
      body: { file: expect.stringMatching(/^[0-9a-f]{64}$/), sizeBytes: 188, input: 'input', width: 4 },
    });
  });

  it.each([
    ['what is no base64', { content: '%' }, 400, 'INVALID_REQUEST'],
    ['what is no model', { content: 'AAAA' }, 422, 'INVALID_FILE'],
    ['an unknown property', { content: 'AAAA', name: 'x' }, 400, 'INVALID_REQUEST'],
  ])('refuses %s', async (_, body, status, code) => {
    expect(await request('POST', 'onnx-files', body)).toMatchObject({ status, body: { error: { code } } });
  });

  it('stands behind the transform of the store, measured and served like every version', async () => {
    expect((await define('imported', { trainer: { kind: 'onnx', file } })).status).toBeLessThan(300);
    expect(await train('imported')).toMatchObject({
      state: 'succeeded',
      result: { version: 1, metrics: { evaluation: { auc: expect.any(Number) } } },
    });
    const { body } = await request('GET', 'models/imported/versions/1');
    expect(body.record).toMatchObject({
      parameters: { kind: 'onnx', file },
      runtime: { libraries: { 'onnxruntime-web': '1.30.0' } },
    });
    const inputs = [
      { name: 'origin', shape: [2], datatype: 'BYTES', data: ['JFK', 'LGA'] },
      { name: 'distance', shape: [2], datatype: 'INT64', data: [900, null] },
      { name: 'vip', shape: [2], datatype: 'BOOL', data: [true, null] },
    ];
    const outputs = [{ name: 'probability' }, { name: 'vector' }];
    const answer = await request('POST', 'v2/models/imported/infer', { inputs, outputs });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const [probability, vector] = answer.body.outputs;
    for (let row = 0; row < 2; row++) {
      const own = vector.data.slice(row * 4, row * 4 + 4) as number[];
      const z = own.reduce((sum, x, at) => sum + x * KERNEL[at]!, 0.125);
      expect(probability.data[row]).toBeCloseTo(1 / (1 + Math.exp(-z)), 6);
    }
    const graph = await request('GET', 'models/imported/versions/1/tfjs');
    expect(graph).toMatchObject({ status: 422, body: { error: { code: 'NOT_EXPORTABLE' } } });
  });

  it.each([
    ['another width', { transform: TRANSFORM.slice(1) }, {}, 'the ONNX model takes 4 numbers a row'],
    ['a file that there is not', {}, { file: 'a'.repeat(64) }, 'upload it first'],
    ['an output that there is not', {}, { output: 'z' }, 'name the output'],
  ])('is no version with %s', async (what, changes, trainer, message) => {
    const name = `m${what.length}`;
    const defined = await define(name, { ...changes, trainer: { kind: 'onnx', file, ...trainer } });
    expect(defined.status, JSON.stringify(defined.body)).toBeLessThan(300);
    expect(await train(name)).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining(message) },
    });
  });

  it('names its classes in the order of the file', async () => {
    const classes = ['late', 'fair', 'early'];
    const label = {
      expression:
        "CASE WHEN late_minutes < 0 THEN 'early' WHEN late_minutes < 15 THEN 'fair' ELSE 'late' END",
      columns: FLIGHT_MODEL.label.columns,
    };
    const several = (await upload('classes')).body.file;
    await define('several', { label, trainer: { kind: 'onnx', file: several, classes } });
    expect(await train('several')).toMatchObject({ state: 'succeeded' });
    const inputs = [
      { name: 'origin', shape: [1], datatype: 'BYTES', data: ['JFK'] },
      { name: 'distance', shape: [1], datatype: 'INT64', data: [700] },
      { name: 'vip', shape: [1], datatype: 'BOOL', data: [true] },
    ];
    const { body } = await request('POST', 'v2/models/several/infer', { inputs });
    const [probabilities, named] = body.outputs as readonly { readonly data: readonly (number & string)[] }[];
    const place = probabilities!.data.indexOf(Math.max(...probabilities!.data) as never);
    expect(named!.data).toEqual([classes[place]]);
    const { postprocess } = (await request('GET', 'models/several/versions/1')).body;
    expect(postprocess.classes).toEqual(classes);
  });

  it('is computed by what the service says', async () => {
    expect(await app.request('GET', '/health/models', {})).toMatchObject({
      status: 200,
      body: {
        trained: { backend: 'wasm', libraries: { '@tensorflow/tfjs': '4.22.0' } },
        imported: { backend: 'wasm', libraries: { 'onnxruntime-web': '1.30.0' } },
      },
    });
  });

  it('never gives a number that is none', async () => {
    const infinite = (await upload('infinite')).body.file;
    await define('infinite', {
      label: { expression: 'CAST(late_minutes AS FLOAT64)', columns: FLIGHT_MODEL.label.columns },
      trainer: { kind: 'onnx', file: infinite, task: 'regression' },
    });
    expect(await train('infinite')).toMatchObject({ state: 'succeeded' });
    const inputs = [
      { name: 'origin', shape: [1], datatype: 'BYTES', data: ['JFK'] },
      { name: 'distance', shape: [1], datatype: 'INT64', data: [100_000_000] },
      { name: 'vip', shape: [1], datatype: 'BOOL', data: [true] },
    ];
    // The logarithm of a negative number.
    const { status, body } = await request('POST', 'v2/models/infinite/infer', { inputs });
    expect(body).toEqual({ error: expect.stringContaining('PREDICTION_FAILED') });
    expect(status).toBe(422);
  });

  it.each([
    ['no file', {}, '/trainer/file'],
    ['a file that is no hash', { file: 'x' }, '/trainer/file'],
    ['a setting of training', { file: 'a'.repeat(64), l2: 1 }, '/trainer/l2'],
  ])('is refused as a definition with %s', async (_, trainer, path) => {
    const { status, body } = await define('bad', { trainer: { kind: 'onnx', ...trainer } });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(path);
  });
});
