import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, ShiftedClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const DEFINITIONS = `
kind: Entity
name: driver
keys: [{ name: driver_id, type: INT64 }]
---
kind: Source
name: rides
columns:
  - { name: driver_id, type: INT64 }
  - { name: event_timestamp, type: TIMESTAMP }
  - { name: created, type: TIMESTAMP }
  - { name: trips, type: INT64 }
  - { name: rating, type: FLOAT64 }
  - { name: name, type: STRING }
  - { name: seen, type: TIMESTAMP }
  - { name: recent, type: ARRAY<INT64> }
  - { name: online, type: BOOL }
  - { name: mark, type: BYTES }
  - { name: day, type: DATE }
eventTime: event_timestamp
createdTime: created
---
kind: FeatureSet
name: stats
entity: driver
source: rides
maxAge: 30d
features: [{ name: trips }, { name: rating, default: 5 }, { name: name }, { name: seen }, { name: recent }, { name: online }, { name: mark }, { name: day }]
---
kind: FeatureSet
name: totals
entity: driver
source: rides
features: [{ name: trips, aggregate: COUNT(*), window: 30d }]
---
kind: FeatureService
name: both
entries: [{ featureSet: stats, features: [trips, rating] }, { featureSet: totals }]
---
kind: FeatureService
name: asked
entries: [{ featureSet: stats, features: [trips] }]
requestInputs: [{ name: more, type: INT64 }]
expressions: [{ name: sum, expression: stats__trips + more }]
`;

const NOW = '2026-06-10T12:00:00Z';
const EPOCH = '1970-01-01T00:00:00Z';
const BIG = 9007199254740993n;
const BASE = '/v1/projects/p/feast';

let service: TestApp;
let clock: Clock;
beforeAll(async () => {
  clock = new ShiftedClock(BigInt(Date.parse(NOW)) * 1000n);
  service = await startTestApp({ clock, configuration: { feastProject: 'p' } });
  const { status, body } = await service.yaml('/v1/projects/p/apply', DEFINITIONS);
  expect(status, JSON.stringify(body)).toBe(200);
});
afterAll(() => service.close());

const get = (body: object) => service.post('/get-online-features', body);

const ROW = {
  event_timestamp: ['2026-06-10T11:00:00.000001+00:00'],
  created: ['2026-06-10 11:00:00'],
  trips: [7],
  rating: [4.5],
  name: ['Ada'],
  seen: [1781092800],
  recent: [[1, 2]],
  online: [true],
  mark: ['AP8='],
  day: ['2026-06-10'],
};

const push = (df: object, more: object = {}) =>
  service.post('/push', { push_source_name: 'rides', df: { ...ROW, ...df }, ...more });

/** What stands in a column of an answer. */
function columnOf(body: { metadata: { feature_names: string[] }; results: object[] }, name: string) {
  return body.results[body.metadata.feature_names.indexOf(name)];
}

/** An error of Feast's server is a text of JSON. */
function errorOf({ body }: { readonly body: unknown }) {
  expect(typeof body).toBe('string');
  return JSON.parse(String(body)) as { module: string; class: string; message: string };
}

describe('POST /push', () => {
  it('takes rows by column, visible when answered, and answers as Feast does', async () => {
    const answer = await push({ driver_id: [1] }, { to: 'online_and_offline', allow_registry_cache: false });
    expect([answer.status, answer.body]).toEqual([200, null]);
    const { body } = await get({ features: ['stats:trips', 'stats:name'], entities: { driver_id: [1] } });
    expect(body).toEqual({
      metadata: { feature_names: ['driver_id', 'trips', 'name'] },
      results: [
        { values: [1], statuses: ['PRESENT'], event_timestamps: [EPOCH] },
        { values: [7], statuses: ['PRESENT'], event_timestamps: ['2026-06-10T11:00:00.000001Z'] },
        { values: ['Ada'], statuses: ['PRESENT'], event_timestamps: ['2026-06-10T11:00:00.000001Z'] },
      ],
    });
  });

  it('puts them into history too, whether it is asked for or not', async () => {
    await push({ driver_id: [2] }, { to: 'online' });
    const frame = { rows: [{ driver_id: 2, at: '2026-06-10T11:59:00Z' }] };
    const url = '/v1/projects/p/retrievals?featureService=both&time=at&knowledge=event';
    const answer = await service.request('POST', url, {
      json: frame,
      headers: { accept: 'application/json' },
    });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      200,
      expect.stringContaining('"stats__trips":7'),
    ]);
  });

  it('carries every type there and back', async () => {
    const df = {
      driver_id: [`${BIG}`],
      trips: [`${BIG}`],
      seen: ['2026-06-10 12:00:00.25'],
      recent: [[`${BIG}`]],
    };
    expect((await push(df)).status).toBe(200);
    const names = ['trips', 'rating', 'seen', 'recent', 'online', 'mark', 'day'];
    const features = names.map((name) => `stats:${name}`);
    const answer = await service.app.inject({
      method: 'POST',
      url: '/get-online-features',
      headers: { 'content-type': 'application/json' },
      payload: `{"features":${JSON.stringify(features)},"entities":{"driver_id":[${BIG}]}}`,
    });
    const values = [...answer.payload.matchAll(/"values":\[(.*?)\],"statuses"/g)].map(([, text]) => text);
    expect(values).toEqual([
      `${BIG}`,
      `${BIG}`,
      '4.5',
      '1781092800.25',
      `[${BIG}]`,
      'true',
      '"AP8="',
      '"2026-06-10"',
    ]);
  });

  it.each([
    ['seconds of an instant', { seen: [1781092800.123456] }, 'seen', 1781092800.123456],
    ['a large number of them', { seen: [253402300799] }, 'seen', 253402300799],
    ['an instant before 1970', { seen: [-1.5] }, 'seen', -1.5],
    ['times of other zones', { seen: ['2026-06-10T17:30:00+05:30'] }, 'seen', 1781092800],
    ['a column that is not there', { rating: undefined }, 'rating', 5],
  ])('takes %s', async (_, df, name, expected) => {
    expect((await push({ driver_id: [3], created: ['2026-06-10T11:30:00Z'], ...df })).status).toBe(200);
    const { body } = await get({ features: [`stats:${name}`], entities: { driver_id: [3] } });
    expect(columnOf(body, name)).toMatchObject({ values: [expected] });
  });

  it.each([
    ['history alone', {}, { to: 'offline' }, 'online_and_offline'],
    ['another place', {}, { to: 'nowhere' }, '"nowhere" is none of'],
    ['rows without computed features', {}, { transform_on_write: false }, '/transform_on_write'],
    ['an unknown member', {}, { dry_run: true }, '"dry_run" is no known property'],
    ['columns of other lengths', { trips: [1, 2] }, {}, '/df/trips: has 2 values'],
    ['a column that is no list', { trips: { 0: 7 } }, {}, '/df/trips: must be a list'],
    [
      'no rows',
      { ...Object.fromEntries(Object.keys(ROW).map((name) => [name, []])), driver_id: [] },
      {},
      '1 to 100000 rows',
    ],
    ['a fraction for INT64', { trips: [1.7] }, {}, '/rows/0/trips'],
    ['a text for INT64', { trips: ['abc'] }, {}, '/rows/0/trips'],
    ['nanoseconds for an event time', { event_timestamp: [1781092800] }, {}, '/rows/0/event_timestamp'],
    ['no event time', { event_timestamp: undefined }, {}, '/rows/0/event_timestamp'],
    ['no key', { driver_id: [null] }, {}, '/rows/0'],
    ['a column that the source lacks', { tips: [1] }, {}, '/rows/0/tips'],
    ['the future', { event_timestamp: ['2099-01-01T00:00:00Z'] }, {}, 'FUTURE_EVENT'],
  ])('refuses %s, and takes nothing', async (_, df, more, message) => {
    const answer = await push({ driver_id: [99], ...df }, more);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(errorOf(answer).message).toContain(message);
    const { body } = await get({ features: ['stats:trips'], entities: { driver_id: [99] } });
    expect(columnOf(body, 'trips')).toMatchObject({ statuses: ['NOT_FOUND'] });
  });

  it('names every row of many that is wrong', async () => {
    const two = Object.fromEntries(
      Object.entries(ROW).map(([name, values]) => [name, [values[0], values[0]]]),
    );
    const answer = await push({ ...two, driver_id: [98, 98], trips: [1, 'x'], rating: ['y', 2] });
    expect(errorOf(answer).message).toMatch(/\/rows\/0\/rating: .*\(and 1 more\); no row was taken/);
  });

  it('knows no push source but sources', async () => {
    const answer = await service.post('/push', { push_source_name: 'nope', df: { driver_id: [1] } });
    expect(errorOf(answer)).toMatchObject({ module: 'feast.errors', class: 'PushSourceNotFoundException' });
  });
});

describe('POST /get-online-features', () => {
  beforeAll(async () => {
    const old = { event_timestamp: ['2026-05-11T12:00:00Z'], created: ['2026-05-11T12:00:00Z'] };
    expect((await push({ driver_id: [10], rating: [null] })).status).toBe(200);
    expect((await push({ ...old, driver_id: [11] })).status).toBe(200);
  });

  it('says what became of each value', async () => {
    const { body } = await get({
      features: ['stats:trips', 'stats:rating'],
      entities: { driver_id: [10, 11, 424242, null, 10] },
    });
    expect(columnOf(body, 'driver_id')).toEqual({
      values: [10, 11, 424242, null, 10],
      statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'NULL_VALUE', 'PRESENT'],
      event_timestamps: [EPOCH, EPOCH, EPOCH, EPOCH, EPOCH],
    });
    const [fresh, old] = ['2026-06-10T11:00:00.000001Z', '2026-05-11T12:00:00Z'];
    const times = [fresh, old, EPOCH, EPOCH, fresh];
    expect(columnOf(body, 'trips')).toEqual({
      values: [7, null, null, null, 7],
      statuses: ['PRESENT', 'OUTSIDE_MAX_AGE', 'NOT_FOUND', 'NOT_FOUND', 'PRESENT'],
      event_timestamps: times,
    });
    expect(columnOf(body, 'rating')).toEqual({
      values: [5, 5, 5, 5, 5],
      statuses: ['NULL_VALUE', 'OUTSIDE_MAX_AGE', 'NOT_FOUND', 'NOT_FOUND', 'NULL_VALUE'],
      event_timestamps: times,
    });
  });

  it('answers a service, with full names where two are the same', async () => {
    const request = { feature_service: 'both', features: [], entities: { driver_id: [10], other: ['x'] } };
    expect(errorOf(await get(request)).message).toContain('"full_feature_names": true');
    const { body } = await get({
      ...request,
      full_feature_names: true,
      include_feature_view_version_metadata: true,
    });
    expect(body.metadata).toEqual({
      feature_names: ['driver_id', 'stats__trips', 'stats__rating', 'totals__trips'],
      feature_view_metadata: [
        { name: 'stats', version: 1 },
        { name: 'totals', version: 1 },
      ],
    });
    expect(columnOf(body, 'totals__trips')).toEqual({
      values: [1],
      statuses: ['PRESENT'],
      event_timestamps: [EPOCH],
    });
  });

  it('takes request inputs beside keys, and answers what is computed', async () => {
    const { body } = await get({ feature_service: 'asked', entities: { driver_id: [10, 5], more: [3, 4] } });
    expect(body.metadata.feature_names).toEqual(['driver_id', 'more', 'trips', 'sum']);
    expect(columnOf(body, 'sum')).toMatchObject({ values: [10, null], statuses: ['PRESENT', 'NULL_VALUE'] });
  });

  it('answers under the address of a project as well', async () => {
    const answer = await service.post(`${BASE}/get-online-features`, {
      features: ['stats:trips'],
      entities: { driver_id: [10] },
    });
    expect(columnOf(answer.body, 'trips')).toMatchObject({ values: [7] });
    expect(
      (await service.post(`${BASE}/push`, { push_source_name: 'rides', df: { ...ROW, driver_id: [12] } }))
        .status,
    ).toBe(200);
  });

  it.each([
    ['an unknown service', { feature_service: 'nope' }, 404, 'FeatureServiceNotFoundException'],
    ['an unknown view', { features: ['nope:trips'] }, 404, 'FeatureViewNotFoundException'],
    ['an unknown feature', { features: ['stats:nope'] }, 404, 'FeastError'],
    ['neither', {}, 400, 'FeastError'],
    ['both', { feature_service: 'both', features: ['stats:trips'] }, 400, 'FeastError'],
    ['a feature twice', { features: ['stats:trips', 'stats:trips'] }, 400, 'FeastError'],
    ['no key', { features: ['stats:trips'], entities: { x: [1] } }, 400, 'FeastError'],
    ['no entity', { features: ['stats:trips'], entities: { driver_id: [] } }, 400, 'FeastError'],
    ['no entities', { features: ['stats:trips'], entities: {} }, 400, 'FeastError'],
    ['entities row by row', { features: ['stats:trips'], entities: [{ driver_id: 1 }] }, 400, 'FeastError'],
    [
      'columns of other lengths',
      { features: ['stats:trips'], entities: { driver_id: [1, 2], x: [1] } },
      400,
      'FeastError',
    ],
    [
      'a key of another type',
      { features: ['stats:trips'], entities: { driver_id: ['abc'] } },
      400,
      'FeastError',
    ],
    [
      'a key with a fraction',
      { features: ['stats:trips'], entities: { driver_id: [1.5] } },
      400,
      'FeastError',
    ],
    ['names that are no flag', { features: ['stats:trips'], full_feature_names: 'yes' }, 400, 'FeastError'],
  ])('refuses %s', async (_, body, status, className) => {
    const answer = await get({ entities: { driver_id: [1] }, ...body });
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toMatchObject({ module: 'feast.errors', class: className });
  });

  it.each([
    ['no JSON', '{', 'application/json'],
    ['no JSON by its type', '{}', 'text/plain'],
  ])('refuses %s in the same form', async (_, text, type) => {
    const answer = await service.request('POST', '/get-online-features', { text, type });
    expect([400, 415]).toContain(answer.status);
    expect(errorOf(answer).class).toBe('FeastError');
  });
});

it('means no project where the configuration names none', async () => {
  const other = await startTestApp();
  try {
    const answer = await other.post('/get-online-features', { features: ['a:b'], entities: { c: [1] } });
    expect([answer.status, errorOf(answer).message]).toEqual([404, expect.stringContaining('feast.project')]);
  } finally {
    await other.close();
  }
});
