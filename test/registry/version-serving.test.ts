import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Documents } from '../../src/registry/documents.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, OBSERVATIONS, ORIGIN_WEATHER, WEATHER } from './definitions.js';

const BASE = '/v1/projects/p';
const ROW = {
  origin: 'JFK',
  event_ts: '2013-01-01T00:00:00Z',
  created_ts: '2013-01-01T00:00:00Z',
  temp: 20.5,
};
const SERVICE = {
  ...ORIGIN_WEATHER,
  entries: [{ featureSet: 'weather', alias: 'w', features: ['temp'] }],
};

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  const documents = [AIRPORT, OBSERVATIONS, { ...WEATHER, maxAge: undefined }, SERVICE];
  await service.post(`${BASE}/apply`, { documents });
  await service.post(`${BASE}/sources/observations/rows`, { rows: [ROW] });
});
afterAll(() => service.close());

async function looked(): Promise<readonly [value: unknown, status: string]> {
  const request = { featureService: 'origin_weather', entities: [{ origin: 'JFK' }] };
  const { body } = await service.post(`${BASE}/online/lookup`, request);
  return [body.results[0].values[0], body.results[0].statuses[0]];
}

const act = (path: string) => service.post(`${BASE}/${path}`, {});

describe('a feature set version', () => {
  it('serves while it is deprecated, not while it is inactive, and with all its rows once it is active again', async () => {
    expect(await looked()).toEqual([20.5, 'PRESENT']);
    await act('feature-services/origin_weather/versions/1/deprecate');
    await act('feature-sets/weather/versions/1/deprecate');
    expect(await looked()).toEqual([20.5, 'PRESENT']);
    await act('feature-sets/weather/versions/1/deactivate');
    expect(await looked()).toEqual([null, 'NOT_FOUND']);
    const later = { ...ROW, event_ts: '2013-01-01T01:00:00Z', temp: 21.5 };
    await service.post(`${BASE}/sources/observations/rows`, { rows: [later] });
    expect(await looked()).toEqual([null, 'NOT_FOUND']);
    const { body } = await act('feature-sets/weather/versions/1/activate');
    expect(body).toMatchObject({ state: 'active', activation: { sequence: 1 } });
    expect(await looked()).toEqual([21.5, 'PRESENT']);
  });

  it('is made of every row that its source has when it is registered', async () => {
    const { body } = await service.post(`${BASE}/feature-sets`, {
      ...WEATHER,
      retention: '30000d',
      maxAge: undefined,
    });
    expect(body).toMatchObject({ version: 2, primedFrom: { source: 'observations', rows: 2 } });
    const { items } = (await service.get(`${BASE}/feature-sets/weather/versions`)).body;
    expect(items[1]).toMatchObject({ state: 'active', activation: { sequence: 1 } });
  });
});

describe('a deactivation', () => {
  it('that was committed just before a crash holds after the restart', async () => {
    const before = await startTestApp();
    await before.post(`${BASE}/apply`, { documents: [AIRPORT, OBSERVATIONS, WEATHER, SERVICE] });
    await before.post(`${BASE}/sources/observations/rows`, { rows: [ROW] });
    const documents = before.app.get(Documents);
    const stored = (await documents.all()).find(({ kind }) => kind === 'FeatureSet')!;
    await documents.change((transaction) => transaction.setState(stored, 'inactive', {}));
    await before.stop();
    const after = await startTestApp({ dataDir: before.dataDir });
    const request = { featureService: 'origin_weather', entities: [{ origin: 'JFK' }] };
    const { body } = await after.post(`${BASE}/online/lookup`, request);
    expect(body.results[0].statuses).toEqual(['NOT_FOUND']);
    await after.close();
  });
});

describe('a deleted source', () => {
  it('takes no rows, and may be registered again as something else, from then on with a history', async () => {
    const other = { ...OBSERVATIONS, name: 'other' };
    await service.post(`${BASE}/sources`, other);
    expect((await service.request('DELETE', `${BASE}/sources/other`)).status).toBe(200);
    expect((await service.post(`${BASE}/sources/other/rows`, { rows: [ROW] })).status).toBe(404);
    const columns = [
      { name: 'origin', type: 'STRING' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'temp', type: 'STRING' },
    ];
    const again = { name: 'other', eventTime: 'at', columns };
    const { body } = await service.post(`${BASE}/sources`, again);
    expect(body).toMatchObject({ action: 'created', version: 2 });
    const set = { name: 'felt', entity: 'airport', source: 'other', features: [{ name: 'temp' }] };
    await service.post(`${BASE}/feature-sets`, set);
    const rows = [{ origin: 'JFK', at: '2013-01-01T00:00:00Z', temp: 'cold' }];
    expect((await service.post(`${BASE}/sources/other/rows`, { rows })).status).toBe(200);
    const { status, body: statistics } = await service.get(`${BASE}/feature-sets/felt/statistics`);
    expect([status, statistics.features?.[0].top]).toEqual([200, [{ value: 'cold', count: 1 }]]);
  });
});
