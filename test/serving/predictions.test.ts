import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import { formatTimestamp } from '../../src/definition/time.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { ManualClock } from '../../src/platform/clock.js';
import { configurationIn } from '../../src/platform/configuration.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FLIGHT_DOCUMENTS } from '../support/flight-model.js';
import { FIRST_US, flightRows, TRAINING_ROWS } from '../support/flight-rows.js';

const HOUR_US = 3_600_000_000n;
const ROWS = TRAINING_ROWS + 300;
const NOW_US = FIRST_US + 60_000_000n * BigInt(ROWS);

/** Hourly weather at one airport: one observation has no temperature, one no sky. */
const WEATHER = Array.from({ length: 18 }, (_, hour) => ({
  origin: 'JFK',
  at: formatTimestamp(FIRST_US + (BigInt(hour) - 1n) * HOUR_US),
  temp: hour === 3 ? null : 10 + hour / 3,
  sky: hour === 5 ? null : ['clear', 'rain', 'snow'][hour % 3],
}));

/** A frame without features. */
function frameOf(batch: ColumnBatch): ColumnBatch {
  const columns = new Map([...batch.columns].filter(([name]) => !name.startsWith('weather__')));
  const origin = Array.from({ length: batch.rowCount }, (_, row) => (row % 11 === 0 ? 'nowhere' : 'JFK'));
  return { ...batch, columns: columns.set('origin', columnOf('STRING', origin)) };
}

type Tensor = { readonly name: string; readonly shape: number[]; readonly data: number[] };
type Answer = {
  readonly model_name: string;
  readonly model_version: string;
  readonly id?: string;
  readonly parameters: { readonly as_of: string };
  readonly outputs: readonly Tensor[];
};

const inputs = (origin: unknown[], distance: unknown[], vip: unknown[]) => [
  { name: 'origin', shape: [origin.length], datatype: 'BYTES', data: origin },
  { name: 'distance', shape: [distance.length, 1], datatype: 'INT64', data: distance },
  { name: 'vip', shape: [vip.length], datatype: 'BOOL', data: vip },
];

describe('training and prediction over HTTP', () => {
  let app: TestApp;

  const json = (method: string, path: string, body?: unknown) =>
    app.request(
      method,
      `/v1/projects/flights/${path}`,
      typeof body === 'string' ? { text: body } : body === undefined ? {} : { json: body },
    );
  /** The answer to a request that must succeed. */
  const ok = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await json(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body;
  };
  const job = async <T>({ id }: { id: string }): Promise<T> => {
    for (;;) {
      const { state, result, error } = await ok<{ state: string; result: T; error: unknown }>(
        'GET',
        `jobs/${id}`,
      );
      if (state === 'succeeded') return result;
      if (state === 'failed') throw new Error(JSON.stringify(error));
      await delay(20);
    }
  };
  const frame = async (path: string, bytes: Uint8Array) => {
    const answer = await app.app.inject({
      method: 'POST',
      url: `/v1/projects/flights/${path}`,
      headers: { 'content-type': 'application/vnd.apache.arrow.stream' },
      payload: Buffer.from(bytes),
    });
    const { statusCode: status, rawPayload: bytesOut, payload: text } = answer;
    return { status, bytes: bytesOut, text, code: status < 300 ? null : JSON.parse(text).error.code };
  };
  let set: { id: string; rows: number; contentHash: string; query: unknown };
  beforeAll(async () => {
    const { answerLog } = configurationIn('.');
    const configuration = { answerLog: { ...answerLog, share: 1 } };
    app = await startTestApp({ clock: new ManualClock(NOW_US), configuration });
    await ok('POST', 'apply', { documents: FLIGHT_DOCUMENTS });
    await ok('POST', 'sources/observations/rows', { rows: WEATHER });
    const made = await frame(
      'training-sets?featureService=flights&time=as_of&knowledge=event',
      arrowBytes(frameOf(flightRows(0, ROWS))),
    );
    expect(made.status, made.text).toBe(201);
    set = JSON.parse(made.text);
    const started = await ok<{ id: string }>('POST', 'models/delay/train', { trainingSet: set.id });
    expect(await job(started)).toMatchObject({ model: 'delay', version: 1 });
  });
  afterAll(() => app.close());

  it('keeps the training set and its record', async () => {
    expect(set).toMatchObject({
      rows: ROWS,
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      query: {
        featureService: 'flights',
        version: 1,
        time: 'as_of',
        knowledge: 'event',
        boundary: 'inclusive',
      },
    });
    expect(await ok('GET', `training-sets/${set.id}`)).toEqual(set);
  });

  it('tells everything about a trained version (S25)', async () => {
    const { items } = await ok<{ items: object[] }>('GET', 'models/delay/versions');
    expect(items).toMatchObject([{ version: 1, metrics: { training: { rows: expect.any(Number) } } }]);
    const version = await ok('GET', 'models/delay/versions/1');
    expect(version).toMatchObject({
      model: 'delay',
      version: 1,
      signature: { inputs: [{ name: 'origin' }, { name: 'distance' }, { name: 'vip' }] },
      transform: { nodes: [{ name: '$0', state: { function: 'IMPUTER' } }, {}, {}] },
      metrics: { evaluation: { auc: expect.any(Number), logLoss: expect.any(Number) } },
      record: {
        definition: { name: 'delay', version: 1 },
        featureService: { name: 'flights', version: 1 },
        featureSets: [{ alias: 'weather', name: 'weather', version: 1 }],
        trainingSet: { id: set.id, contentHash: set.contentHash, rows: ROWS },
        runtime: { backend: 'wasm' },
        parameters: { seed: 1 },
      },
    });
  });

  it('trains the same weights again (S25)', async () => {
    const request = { trainingSet: set.id, modelVersion: 1 };
    const started = await ok<{ id: string }>('POST', 'models/delay/train', request);
    const { version } = await job<{ version: number }>(started);
    const record = async (of: number) =>
      (await ok<{ record: object }>('GET', `models/delay/versions/${of}`)).record;
    expect(version).toBe(2);
    expect(await record(2)).toEqual(await record(1));
  });

  it('gives the online answer the very bytes of history at its T, alone and in a batch (S24)', async () => {
    const origins = ['JFK', 'nowhere', null, 'JFK'];
    const distances = [900, 10, null, 2000];
    const vips = [true, false, null, null];
    const outputs = [{ name: 'probability' }, { name: 'vector' }];
    const body = { id: 'req-7', inputs: inputs(origins, distances, vips), outputs };
    const answer = await ok<Answer>('POST', 'v2/models/delay/versions/1/infer', body);
    expect(answer).toMatchObject({
      model_name: 'delay',
      model_version: '1',
      id: 'req-7',
      parameters: { as_of: formatTimestamp(NOW_US) },
      outputs: [
        { name: 'probability', datatype: 'FP64', shape: [4] },
        { name: 'vector', datatype: 'FP32' },
      ],
    });
    const asked: ColumnBatch = {
      rowCount: 4,
      columns: new Map([
        ['origin', columnOf('STRING', origins)],
        [
          'distance',
          columnOf(
            'INT64',
            distances.map((value) => (value === null ? null : BigInt(value))),
          ),
        ],
        ['vip', columnOf('BOOL', vips)],
        ['as_of', columnOf('TIMESTAMP', Array<bigint>(4).fill(NOW_US))],
      ]),
    };
    const retrieved = await frame(
      'retrievals?featureService=flights&time=as_of&knowledge=event',
      arrowBytes(asked),
    );
    expect(retrieved.status, retrieved.text).toBe(200);
    const vectors = await frame('models/delay/versions/1/vectors', retrieved.bytes);
    expect(vectors.status, vectors.text).toBe(200);
    const table = tableFromIPC(vectors.bytes);
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'vector FixedSizeList[8]<Float32>',
      'probability Float64',
      'label Bool',
    ]);
    const [probability, vector] = answer.outputs;
    expect(probability!.data).toEqual([...table.getChild('probability')!]);
    expect(vector!.data).toEqual([...table.getChild('vector')!].flatMap((row) => [...row]));
    for (let row = 0; row < 4; row++) {
      const one = { inputs: inputs([origins[row]], [distances[row]], [vips[row]]) };
      const alone = await ok<Answer>('POST', 'v2/models/delay/infer', one);
      expect(alone.outputs).toMatchObject([
        { name: 'probability', data: [probability!.data[row]] },
        { name: 'label', datatype: 'BOOL', shape: [1], data: [Number(probability!.data[row]) >= 0.5] },
      ]);
      expect(alone).not.toHaveProperty('id');
    }
  });

  it('speaks the rest of the protocol', async () => {
    expect(await ok('GET', 'v2')).toMatchObject({ name: 'plumbline', extensions: [] });
    expect(await ok('GET', 'v2/health/live')).toEqual({ live: true });
    expect(await ok('GET', 'v2/health/ready')).toEqual({ ready: true });
    const metadata = {
      name: 'delay',
      versions: ['1', '2'],
      platform: 'plumbline',
      inputs: [
        { name: 'origin', datatype: 'BYTES', shape: [-1] },
        { name: 'distance', datatype: 'INT64', shape: [-1] },
        { name: 'vip', datatype: 'BOOL', shape: [-1] },
      ],
      outputs: [
        { name: 'probability', datatype: 'FP64', shape: [-1] },
        { name: 'label', datatype: 'BOOL', shape: [-1] },
        { name: 'vector', datatype: 'FP32', shape: [-1, 8] },
      ],
    };
    const described = (version: string) => ({ ...metadata, parameters: { version } });
    expect(await ok('GET', 'v2/models/delay')).toEqual(described('2'));
    expect(await ok('GET', 'v2/models/delay/versions/1')).toEqual(described('1'));
    expect(await ok('GET', 'v2/models/delay/ready')).toEqual({ name: 'delay', ready: true });
    expect(await ok('GET', 'v2/models/delay/versions/2/ready')).toEqual({ name: 'delay', ready: true });
  });

  it.each([
    ['an unknown model', 'v2/models/none/infer', {}, { status: 404, message: 'NOT_FOUND: ' }],
    ['an unknown version', 'v2/models/delay/versions/9/infer', {}, { status: 404, message: 'NOT_FOUND: ' }],
    [
      'a version that is no number',
      'v2/models/delay/versions/x/infer',
      {},
      { status: 404, message: 'NOT_FOUND: ' },
    ],
    [
      'a missing input',
      'v2/models/delay/infer',
      { inputs: [] },
      { status: 400, message: 'INVALID_REQUEST: /inputs: ' },
    ],
    [
      'an unknown property',
      'v2/models/delay/infer',
      { input: [] },
      { status: 400, message: 'INVALID_REQUEST: /input: ' },
    ],
    ['a body that is no JSON', 'v2/models/delay/infer', '{', { status: 400, message: 'INVALID_REQUEST: ' }],
  ])('answers %s as the protocol asks', async (_, path, body, { status, message }) => {
    const answer = await json('POST', path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: expect.stringContaining(message) });
  });

  it('takes an INT64 beyond 2^53 without loss', async () => {
    const text = JSON.stringify({ inputs: inputs(['JFK', 'JFK'], ['A', 'B'], [true, true]) });
    const body = text.replace('"A"', '9007199254740993').replace('"B"', '9223372036854775808');
    const answer = await json('POST', 'v2/models/delay/infer', body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('/inputs/1/data/1') },
    });
  });

  it.each([
    [
      'an unknown training set',
      'models/delay/train',
      { trainingSet: 'none' },
      { status: 404, code: 'NOT_FOUND' },
    ],
    ['an unknown model', 'models/none/train', { trainingSet: 'none' }, { status: 404, code: 'NOT_FOUND' }],
    [
      'an unknown definition version',
      'models/delay/train',
      { trainingSet: 'none', modelVersion: 7 },
      { status: 404, code: 'NOT_FOUND' },
    ],
    [
      'an unknown property',
      'models/delay/train',
      { trainingSet: 'a', seed: 1 },
      { status: 400, code: 'INVALID_REQUEST' },
    ],
    ['no training set', 'models/delay/train', {}, { status: 400, code: 'INVALID_REQUEST' }],
    [
      'JSON that is no frame',
      'training-sets?featureService=flights',
      {},
      { status: 422, code: 'INVALID_FRAME' },
    ],
    [
      'JSON for vectors',
      'models/delay/versions/1/vectors',
      {},
      { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
    ],
  ])('refuses %s', async (_, path, body, { status, code }) => {
    const answer = await json('POST', path, body);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  it('logs the features that it answered from, and an audit finds them in history (S18)', async () => {
    const { outputs } = await ok<Answer>('POST', 'v2/models/delay/infer', {
      inputs: inputs(['JFK', 'nowhere'], [1, 2], [true, false]),
    });
    expect(outputs[0]!.data).toHaveLength(2);
    const report = await job<object>(await ok('POST', 'audits', { featureService: 'flights' }));
    expect(report).toMatchObject({ answers: expect.any(Number), differences: 0, skipped: {}, dropped: 0 });
    const { answers, compared } = report as { readonly answers: number; readonly compared: number };
    expect([answers >= 2, compared >= 2 * answers]).toEqual([true, true]);
  });

  it('refuses frames that lack what is needed', async () => {
    const whole = arrowBytes(flightRows(0, 10));
    const missing = await frame('models/delay/versions/1/vectors', arrowBytes(frameOf(flightRows(0, 10))));
    expect(missing.status).toBe(422);
    expect(JSON.parse(missing.text).error).toMatchObject({ code: 'INVALID_FRAME', path: 'weather__temp' });
    const cut = await frame('models/delay/versions/1/vectors', whole.subarray(0, whole.length - 300));
    expect([cut.status, cut.code]).toEqual([422, 'INVALID_FRAME']);
    const left = await readdir(join(app.dataDir, 'tmp'), { recursive: true });
    expect(left.filter((name) => name.endsWith('.vectors'))).toEqual([]);
    const noTime = await frame('training-sets?featureService=flights&time=when', whole);
    expect([noTime.status, noTime.code]).toEqual([422, 'INVALID_FRAME']);
    const unknown = await frame('training-sets?featureService=flights&when=as_of', whole);
    expect(unknown.status).toBe(400);
    expect((await json('GET', 'training-sets/none')).status).toBe(404);
    expect((await json('GET', 'models/delay/versions/99')).status).toBe(404);
  });
});
