import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

const DEFINITIONS = `
kind: Entity
name: airport
keys: [{ name: origin, type: STRING }]
---
kind: Entity
name: carrier
keys: [{ name: code, type: STRING }, { name: year, type: INT64 }]
---
kind: Entity
name: clash
keys: [{ name: origin, type: INT64 }]
---
kind: Source
name: weather
columns: [{ name: origin, type: STRING }, { name: at, type: TIMESTAMP }, { name: temp, type: FLOAT64 }, { name: wind, type: INT64 }]
eventTime: at
---
kind: Source
name: fleet
columns: [{ name: code, type: STRING }, { name: year, type: INT64 }, { name: at, type: TIMESTAMP }, { name: planes, type: INT64 }, { name: origin, type: INT64 }]
eventTime: at
---
kind: FeatureSet
name: weather
entity: airport
source: weather
features: [{ name: temp }, { name: wind, default: 0 }]
---
kind: FeatureSet
name: fleet
entity: carrier
source: fleet
features: [{ name: planes }]
---
kind: FeatureSet
name: clashing
entity: clash
source: fleet
features: [{ name: planes }]
---
kind: FeatureSet
name: winds
entity: airport
source: weather
features:
  - { name: most, aggregate: "TOP_K(wind, 3)", window: 7d, hop: 10m }
  - { name: few, aggregate: "COUNT(*)", window: 1h }
---
kind: FeatureService
name: flight
entries: [{ featureSet: weather, alias: w }, { featureSet: fleet }]
`;

const NEW_VERSION = `
kind: FeatureSet
name: weather
entity: airport
source: weather
features: [{ name: temp }, { name: wind, default: 0 }, { name: cold, expression: temp < 32.0 }]
`;

const LOOKUP = '/v1/projects/p/online/lookup';
const AT = '2013-07-01T00:00:00Z';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  for (const documents of [DEFINITIONS, NEW_VERSION]) {
    const { status, body } = await service.yaml('/v1/projects/p/apply', documents);
    expect(status, JSON.stringify(body)).toBe(200);
  }
  const push = (source: string, row: object) =>
    service.post(`/v1/projects/p/sources/${source}/rows`, { rows: [row] });
  expect((await push('weather', { origin: 'EWR', at: AT, temp: 20.5, wind: null })).status).toBe(200);
  expect((await push('fleet', { code: 'UA', year: 2013, at: AT, planes: 7, origin: 1 })).status).toBe(200);
});
afterAll(() => service.close());

const lookup = (body: object) => service.post(LOOKUP, body);

describe('a lookup by feature list', () => {
  it('answers features of several entities at once, named as they were asked for', async () => {
    const { status, headers, body } = await lookup({
      features: ['weather:wind', 'fleet:planes', 'old=weather@1:temp', 'weather@2:cold'],
      entities: [
        { origin: 'EWR', code: 'UA', year: 2013 },
        { origin: 'XXX', code: 'UA', year: null },
      ],
    });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      asOf: expect.stringMatching(/Z$/),
      features: ['weather__wind', 'weather__cold', 'fleet__planes', 'old__temp'],
      results: [
        {
          values: [0, true, 7, 20.5],
          statuses: ['NULL', 'PRESENT', 'PRESENT', 'PRESENT'],
          eventTimes: [AT, AT, AT, AT],
        },
        {
          values: [0, null, null, null],
          statuses: ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
          eventTimes: [null, null, null, null],
        },
      ],
      sequences: [
        { weather: 0, fleet: 0, old: 0 },
        { weather: null, fleet: null, old: null },
      ],
    });
  });

  it('asks only for the keys it needs', async () => {
    const { body } = await lookup({ features: ['fleet:planes'], entities: [{ code: 'UA', year: 2013 }] });
    expect(body.results[0].values).toEqual([7]);
  });

  it.each([
    [[], 'INVALID_REQUEST', '/features'],
    [['weather'], 'INVALID_REQUEST', '/features/0'],
    [['weather:temp', ''], 'INVALID_REQUEST', '/features/1'],
    [['weather@0:temp'], 'INVALID_REQUEST', '/features/0'],
    [['=weather:temp'], 'INVALID_REQUEST', '/features/0'],
    [['a__b=weather:temp'], 'INVALID_REQUEST', '/features/0'],
    [['weather:temp', 'weather@2:temp'], 'INVALID_REQUEST', '/features/1'],
    [['weather:temp', 'weather@1:temp'], 'INVALID_REQUEST', '/features/1'],
    [['weather:temp', 'weather=fleet:planes'], 'INVALID_REQUEST', '/features/1'],
    [['weather:temp', 'clashing:planes'], 'INVALID_REQUEST', '/features'],
    [['whether:temp'], 'NOT_FOUND', '/features/0'],
    [['weather@9:temp'], 'NOT_FOUND', '/features/0'],
    [['weather:temp', 'weather:tmep'], 'UNKNOWN_FEATURE', '/features/1'],
    [['weather@1:cold'], 'UNKNOWN_FEATURE', '/features/0'],
  ])('refuses %j with %s at %s', async (features, code, path) => {
    const { status, body } = await lookup({ features, entities: [{ origin: 'EWR' }] });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error).toMatchObject({ code, path });
  });

  it('suggests what was meant', async () => {
    const { body } = await lookup({ features: ['weather:tmep'], entities: [{}] });
    expect(body.error.message).toContain('did you mean "temp"?');
  });

  it.each([
    ['neither a service nor features', {}],
    ['both', { featureService: 'flight', features: ['weather:temp'] }],
    ['a version of a list', { features: ['weather:temp'], version: 1 }],
    ['a list of numbers', { features: [1] }],
    ['unknown parts', { featureService: 'flight', include: ['everything'] }],
  ])('refuses %s', async (_, body) => {
    const answer = await lookup({ ...body, entities: [{ origin: 'EWR' }] });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'INVALID_REQUEST' } } });
  });
});

describe('a lookup by feature service', () => {
  const entities = [{ origin: 'EWR', code: 'UA', year: 2013 }];

  it('names every key that is missing, unknown or of another type', async () => {
    const { status, body } = await lookup({
      featureService: 'flight',
      entities: [{ origin: 'EWR', code: 'UA', tail: 'N1' }, { origin: 1, code: null, year: 1.5 }, 7],
    });
    expect(status).toBe(400);
    const paths = body.error.problems.map(({ path }: { path: string }) => path);
    expect(paths.toSorted()).toEqual([
      '/entities/0/tail',
      '/entities/0/year',
      '/entities/1/origin',
      '/entities/1/year',
      '/entities/2',
    ]);
  });

  it('leaves out what was not asked for', async () => {
    const { body } = await lookup({ featureService: 'flight', entities, include: ['statuses'] });
    expect(Object.keys(body)).toEqual(['asOf', 'features', 'results']);
    expect(Object.keys(body.results[0])).toEqual(['values', 'statuses']);
    const bare = await lookup({ featureService: 'flight', entities, include: [] });
    expect(bare.body.results).toEqual([{ values: [20.5, 0, 7] }]);
    const known = await lookup({ featureService: 'flight', entities, include: ['sequences', 'eventTimes'] });
    expect(Object.keys(known.body)).toEqual(['asOf', 'features', 'results', 'sequences']);
  });

  it('is bounded in entities and in values', async () => {
    const many = Array.from({ length: 10_001 }, () => ({ origin: 'EWR' }));
    const tooMany = await lookup({ features: ['weather:temp'], entities: many });
    expect(tooMany.body.error).toMatchObject({ code: 'INVALID_REQUEST', path: '/entities' });
    const aliases = Array.from({ length: 101 }, (_, i) => `a${i}=weather:temp`);
    const tooWide = await lookup({ features: aliases, entities: many.slice(1) });
    expect(tooWide.body.error.message).toContain('send 9900 entities at most');
    const tooLong = Array.from({ length: 1001 }, (_, i) => `a${i}=weather:temp`);
    const refused = await lookup({ features: tooLong, entities: many.slice(1) });
    expect(refused.body.error).toMatchObject({ code: 'INVALID_REQUEST', path: '/features' });
  });

  it('is bounded in the bytes of windows, by what is declared of the features asked for', async () => {
    const ask = (feature: string, count: number) =>
      lookup({
        features: [feature],
        entities: Array.from({ length: count }, (_, i) => ({ origin: `A${i}` })),
      });
    const refused = await ask('winds:most', 500);
    const message =
      /the windows of 500 entities may hold [\d.]+ MiB each .* 512\.0 MiB at most; send (\d+) entities a request/;
    expect([refused.status, refused.body.error]).toEqual([
      413,
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringMatching(message) }),
    ]);
    const most = Number(message.exec(refused.body.error.message)![1]);
    expect((await ask('winds:most', most)).body.results.length).toBe(most);
    expect((await ask('winds:most', most + 1)).status).toBe(413);
    expect((await ask('winds:few', 10_000)).body.results.length).toBe(10_000);
  });

  it('warns of versions that are deprecated, by service and by list, and of no others', async () => {
    expect((await lookup({ featureService: 'flight', entities })).body).not.toHaveProperty('warnings');
    const deprecated = await service.post('/v1/projects/p/feature-sets/weather/versions/1/deprecate', {
      reason: 'no cold',
      use: 'weather@2',
    });
    expect(deprecated.status, JSON.stringify(deprecated.body)).toBeLessThan(300);
    const warning = 'feature set "weather" version 1 is deprecated: no cold; use weather@2';
    expect((await lookup({ featureService: 'flight', entities })).body.warnings).toEqual([warning]);
    const [origin] = [{ origin: 'EWR' }];
    const old = await lookup({ features: ['weather@1:temp'], entities: [origin] });
    expect(old.body).toMatchObject({ warnings: [warning], results: [{ values: [20.5] }] });
    const latest = await lookup({ features: ['weather:temp'], entities: [origin] });
    expect(latest.body).not.toHaveProperty('warnings');
  });
});
