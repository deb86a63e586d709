import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ALL, FLIGHT } from '../support/route-documents.js';

const NOW_US = parseTimestamp('2026-03-02T12:00:00Z')!;
const MINUTE_US = 60_000_000n;
const BASE = '/v1/projects/p';

/** A prediction request carries scalars alone. */
const SERVICE = { ...FLIGHT, requestInputs: FLIGHT.requestInputs.filter(({ name }) => name !== 'tags') };

const MODEL = {
  kind: 'Model',
  name: 'delay',
  featureService: 'flight',
  requestInputs: [
    { name: 'speed', type: 'FLOAT64' },
    { name: 'crew', type: 'INT64' },
  ],
  label: { expression: 'minutes > 20', columns: [{ name: 'minutes', type: 'INT64' }] },
  transform: [
    { name: 'share', expression: 'share' },
    { name: 'score', expression: 'score' },
    { name: 'wind', expression: 'route__wind' },
    { name: 'age', expression: 'trip__age' },
    { name: 'wait', expression: 'wait' },
    { name: 'crew', expression: 'crew' },
  ],
  split: { evaluateFrom: '2026-03-02T11:30:00Z' },
  trainer: { kind: 'logisticRegression', epochs: 1 },
};

const INPUTS = [
  { name: 'origin', shape: [2], datatype: 'BYTES', data: ['EWR', 'JFK'] },
  { name: 'destination', shape: [2], datatype: 'BYTES', data: ['JFK', null] },
  { name: 'speed', shape: [2], datatype: 'FP64', data: [3, 0] },
  {
    name: 'departure',
    shape: [2],
    datatype: 'BYTES',
    data: ['2026-03-02T12:10:00Z', '2026-03-02T12:00:00.5Z'],
  },
  { name: 'seats', shape: [2], datatype: 'INT64', data: [100, null] },
  { name: 'crew', shape: [2], datatype: 'INT64', data: [4, 6] },
];

describe('a model over read expressions and chained feature sets', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp({ clock: new ManualClock(NOW_US) });
    const documents = [MODEL, SERVICE, ...ALL.filter((each) => each !== FLIGHT)];
    await ok(service.post(`${BASE}/apply`, { documents }));
    const rows = Array.from({ length: 60 }, (_, i) => {
      const at = formatTimestamp(NOW_US - BigInt(i) * MINUTE_US);
      return {
        code: i % 2 === 0 ? 'EWR' : 'JFK',
        event_ts: at,
        created_ts: at,
        wind: i / 7,
        temp: i,
        note: 'n',
      };
    });
    await ok(service.post(`${BASE}/sources/observations/rows`, { rows }));
  });
  afterAll(() => service.close());

  it('is trained on the values that it is served (S5, S24)', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({
      origin: 'EWR',
      destination: 'JFK',
      speed: 1 + i,
      departure: formatTimestamp(NOW_US - BigInt(i) * MINUTE_US + 90_000_000n),
      seats: i,
      crew: i % 7,
      minutes: (i * 7) % 41,
      event_timestamp: formatTimestamp(NOW_US - BigInt(i) * MINUTE_US),
    }));
    const set = await service.post(`${BASE}/training-sets?featureService=flight`, { rows });
    expect(set.status, JSON.stringify(set.body)).toBe(201);
    const job = await service.post(`${BASE}/models/delay/train`, { trainingSet: set.body.id });
    await finished(`${BASE}/jobs/${job.body.id}`);
    const { signature, record } = await ok(service.get(`${BASE}/models/delay/versions/1`));
    expect(signature.inputs.map(({ name }: { name: string }) => name)).toEqual(
      INPUTS.map(({ name }) => name),
    );
    expect(record.featureSets).toContainEqual({ alias: 'trip__out__from', name: 'weather', version: 1 });
    const outputs = [{ name: 'vector' }];
    const answer = await ok(service.post(`${BASE}/v2/models/delay/infer`, { inputs: INPUTS, outputs }));
    expect(answer.parameters.as_of).toBe(formatTimestamp(NOW_US));
    expect(answer.outputs[0].shape).toEqual([2, 6]);
    expect(answer.outputs[0].data).toEqual(await expectedVectors());
  });

  /** Numbers of a lookup as float32; where there is none, what the model learnt stands for NULL. */
  async function expectedVectors(): Promise<readonly unknown[]> {
    const [speed, departure, seats] = [INPUTS[2]!.data, INPUTS[3]!.data, INPUTS[4]!.data];
    const entities = [0, 1].map((i) => ({
      origin: INPUTS[0]!.data[i],
      destination: INPUTS[1]!.data[i],
      speed: speed[i],
      departure: departure[i],
      seats: seats[i],
    }));
    const { features, results } = await ok(
      service.post(`${BASE}/online/lookup`, { featureService: 'flight', entities }),
    );
    const names = ['share', 'score', 'route__wind', 'trip__age', 'wait'];
    return results.flatMap(({ values }: { values: readonly (number | null)[] }, i: number) => [
      ...names.map((name) => {
        const value = values[features.indexOf(name)]!;
        return value === null ? expect.any(Number) : Math.fround(value);
      }),
      INPUTS[5]!.data[i],
    ]);
  }

  async function finished(url: string): Promise<void> {
    for (;;) {
      const { state, error } = (await service.get(url)).body;
      if (state === 'succeeded') return;
      if (state === 'failed') throw new Error(JSON.stringify(error));
      await delay(20);
    }
  }
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every route
async function ok(answer: Promise<{ readonly status: number; readonly body: any }>): Promise<any> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}
