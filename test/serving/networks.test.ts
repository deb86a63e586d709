import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelDocument } from '../../src/definition/document.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { FLIGHT_MODEL } from '../support/flight-model.js';
import { flightRows, TRAINING_ROWS } from '../support/flight-rows.js';
import { FlightService } from '../support/flight-service.js';

const TRANSFORM: ModelDocument['transform'] = [
  { name: 'sky', expression: "ONE_HOT_ENCODER(weather__sky, 'none', 10, 1) OVER ()" },
  { name: 'cloud', expression: 'LABEL_ENCODER(weather__sky, 10, 1) OVER ()' },
  { name: 'far', expression: 'HASH_BUCKETIZE(CAST(DIV(distance, 200) AS STRING), 64)' },
  { name: 'distance', expression: 'STANDARD_SCALER(distance) OVER ()' },
  { name: 'vip', expression: 'vip' },
];
const EMBEDDINGS = [
  { output: 'cloud', dimension: 3 },
  { output: 'far', dimension: 4 },
] as const;
const NETWORK = {
  hiddenLayers: [16, 8],
  batchSize: 32,
  learningRate: 0.01,
  epochs: 12,
  embeddings: EMBEDDINGS,
} as const;
const SPLIT = { validateFrom: '2013-09-30T21:00:00Z', evaluateFrom: '2013-10-01T00:00:00Z' };
/** Much of it is the distance; the weather that it also comes from is not the station's. */
const LATE = { ...FLIGHT_MODEL.label, expression: 'late_minutes >= 0' };
const GROUP = {
  expression: "CASE WHEN late_minutes < 0 THEN 'early' WHEN late_minutes < 15 THEN 'fair' ELSE 'late' END",
  columns: FLIGHT_MODEL.label.columns,
};

const MODELS: readonly [string, Partial<ModelDocument>][] = [
  ['perceptron', { trainer: { kind: 'multiLayerPerceptron', ...NETWORK }, label: LATE }],
  [
    'wide_and_deep',
    {
      trainer: { kind: 'wideAndDeep', wide: ['sky'], ...NETWORK },
      label: LATE,
      postprocess: { calibration: 'isotonic', threshold: 'maxF1' },
    },
  ],
  [
    'several',
    {
      trainer: { kind: 'wideAndDeep', wide: ['sky'], ...NETWORK },
      label: GROUP,
      postprocess: { calibration: 'platt' },
    },
  ],
];

const INPUTS = [
  { name: 'origin', shape: [4], datatype: 'BYTES', data: ['JFK', 'nowhere', 'JFK', 'JFK'] },
  { name: 'distance', shape: [4], datatype: 'INT64', data: [700, 120, 2400, 0] },
  { name: 'vip', shape: [4], datatype: 'BOOL', data: [true, false, true, false] },
];

describe('networks with embeddings over HTTP', () => {
  let service: FlightService;
  const names = MODELS.map(([name]) => name);
  /** What a model says online, with its inputs, and of a frame that holds features. */
  const answersOf = async (name: string) => {
    const online = await service.ok<{ outputs: readonly { readonly name: string }[] }>(
      'POST',
      `v2/models/${name}/infer`,
      { inputs: INPUTS, outputs: OUTPUTS[name]!.map((output) => ({ name: output })) },
    );
    const frame = arrowBytes(flightRows(TRAINING_ROWS, TRAINING_ROWS + 50));
    return {
      online: online.outputs,
      frame: (await service.frame(`models/${name}/versions/1/vectors`, frame)).toString('hex'),
    };
  };
  const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
    perceptron: ['probability', 'label', 'vector'],
    wide_and_deep: ['probability', 'label', 'vector'],
    several: ['probabilities', 'label', 'vector'],
  };
  beforeAll(async () => {
    service = await FlightService.start();
    const documents = MODELS.map(([name, changes]) => ({
      ...FLIGHT_MODEL,
      name,
      split: SPLIT,
      transform: TRANSFORM,
      ...changes,
    }));
    await service.ok('POST', 'apply', { documents });
    for (const name of names)
      await service.job(
        await service.ok('POST', `models/${name}/train`, { trainingSet: service.trainingSet }),
      );
  });
  afterAll(() => service.close());

  it.each(names)('%s learns: far better than chance on rows that came later', async (name) => {
    const { metrics } = await service.ok<{ metrics: { evaluation: { auc?: number; accuracy?: number } } }>(
      'GET',
      `models/${name}/versions/1`,
    );
    const { auc, accuracy } = metrics.evaluation;
    expect(auc ?? accuracy).toBeGreaterThan(0.7);
  });

  it('are trained again to the same weights', async () => {
    expect(
      await service.job(await service.ok('POST', 'models/several/versions/1/reproduce', {})),
    ).toMatchObject({ reproduced: true });
  });

  it('say the same, bit for bit, online, of a frame and after a restart', async () => {
    const before = await Promise.all(names.map(answersOf));
    for (const [place, { online }] of before.entries())
      expect(online.map(({ name }) => name)).toEqual(OUTPUTS[names[place]!]);
    await service.app.stop();
    service = await FlightService.restarted(service);
    expect(await Promise.all(names.map(answersOf))).toEqual(before);
  });
});
