import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { SourceRows } from '../../src/registry/source-rows.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, ALL, DELAY, OBSERVATIONS, ORIGIN_WEATHER, WEATHER } from './definitions.js';

let service: TestApp;
let projects = 0;
beforeAll(async () => {
  service = await startTestApp();
  service.app.get(SourceRows).countBy(async (_, source) => (source === 'observations' ? 336_776n : 1n));
});
afterAll(() => service.close());

async function projectWith(...applies: readonly (readonly unknown[])[]): Promise<string> {
  projects += 1;
  const base = `/v1/projects/t${projects}`;
  for (const documents of applies) await service.post(`${base}/apply`, { documents });
  return base;
}

async function planText(base: string, documents: readonly unknown[]): Promise<string> {
  const { status, headers, body } = await service.post(`${base}/plan?format=text`, { documents });
  expect({ status, body }).toMatchObject({ status: 200 });
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  return body;
}

const GROWN = {
  ...OBSERVATIONS,
  columns: [
    { name: 'gust', type: 'FLOAT64' },
    ...OBSERVATIONS.columns,
    { name: 'gone', type: 'BOOL' },
    { name: 'shape', type: 'ARRAY<FLOAT64>', dimension: 3 },
  ],
  tombstone: 'gone',
  historyRetention: '400d',
};

const WEATHER_2 = {
  ...WEATHER,
  description: 'Hourly\u001b[31m, by "NOAA"',
  features: [
    { name: 'gust', column: 'gust', default: 0 },
    { name: 'cold', expression: 'IF(temp < 30.0, 1, 0)' },
    { name: 'windy', expression: "wind_dir > 0 AND\n  'a' = 'a'" },
  ],
  maxAge: '90m',
};

describe('a plan as text', () => {
  it('shows what is new, what differs, who stays on what and what it costs', async () => {
    const base = await projectWith(ALL);
    const text = await planText(base, [
      AIRPORT,
      GROWN,
      WEATHER_2,
      ORIGIN_WEATHER,
      { ...DELAY, description: 'Late by a quarter' },
      { ...ORIGIN_WEATHER, name: 'pinned', entries: [{ featureSet: 'weather', version: 1 }] },
      { ...WEATHER, name: 'calm', keys: { origin: 'origin' } },
    ]);
    await expect(text).toMatchFileSnapshot('../golden/plan.txt');
  });

  it('shows a first plan as what is written', async () => {
    await expect(await planText(await projectWith(), ALL)).toMatchFileSnapshot('../golden/plan-created.txt');
  });

  it('warns of versions that are not active', async () => {
    const base = await projectWith(ALL, [WEATHER_2, { ...OBSERVATIONS, columns: GROWN.columns }]);
    const said = { reason: 'too coarse' };
    await service.post(`${base}/feature-sets/weather/versions/1/deprecate`, said);
    await service.post(`${base}/feature-services/origin_weather/versions/1/deprecate`, {});
    const pinned = { ...ORIGIN_WEATHER, entries: [{ featureSet: 'weather', version: 1 }] };
    const text = await planText(base, [pinned, { ...DELAY, serviceVersion: 1 }]);
    expect(text).toContain('warning: feature set "weather" version 1 is deprecated: too coarse\n');
    expect(text).toContain('warning: feature service "origin_weather" version 1 is deprecated\n');
  });

  it('is what text/plain is answered with, JSON otherwise', async () => {
    const base = await projectWith();
    const ask = (accept?: string, url = `${base}/plan`) =>
      service.app.inject({
        method: 'POST',
        url,
        payload: stringify(AIRPORT),
        headers: { 'content-type': 'application/yaml', ...(accept !== undefined && { accept }) },
      });
    for (const accept of ['text/plain', 'text/plain;q=0.9, application/json', 'text/html, text/plain']) {
      expect((await ask(accept)).payload).toContain('created: entity "airport" version 1\n');
    }
    for (const accept of [undefined, '*/*', 'application/json, text/plain']) {
      expect((await ask(accept)).json()).toMatchObject({ changes: [{ name: 'airport' }] });
    }
    expect((await ask('text/plain', `${base}/plan?format=json`)).json()).toHaveProperty('changes');
    expect((await ask(undefined, `${base}/plan?format=html`)).statusCode).toBe(400);
  });

  it('refuses in JSON what apply would refuse', async () => {
    const base = await projectWith();
    const { status, body } = await service.post(`${base}/plan?format=text`, { documents: [WEATHER] });
    expect([status, body.error.code]).toEqual([422, 'INVALID_DOCUMENT']);
  });
});

describe('a plan', () => {
  it('says in JSON who stays, who moves, of which types expressions are, and what is primed', async () => {
    const base = await projectWith(ALL);
    const { body } = await service.post(`${base}/plan`, { documents: [GROWN, WEATHER_2, ORIGIN_WEATHER] });
    const [source, set] = body.changes;
    expect(source.dependants.every(({ pinned }: { pinned: boolean }) => !pinned)).toBe(true);
    expect(source.warnings).toEqual([expect.stringContaining('historyRetention 400d')]);
    expect(set.dependants).toEqual([
      { kind: 'FeatureService', name: 'origin_weather', version: 1, pinned: true, next: 2 },
      { kind: 'Model', name: 'delay', version: 1, pinned: true },
    ]);
    expect(set.differences).toContainEqual({
      path: '/features/1/expression',
      from: 'temp < 32.0',
      to: 'IF(temp < 30.0, 1, 0)',
      of: 'cold',
      fromType: 'BOOL',
      toType: 'INT64',
    });
    expect(set.primedFrom).toEqual({ source: 'observations', rows: 336_776 });
  });

  it('does not know what it primes from while nobody counts rows', async () => {
    expect(await new SourceRows().count('p', 'observations')).toBe(null);
  });

  it('warns where history that was cut has no rows for new keys', async () => {
    const byWind = { kind: 'Entity', name: 'wind', keys: [{ name: 'wind_dir', type: 'INT64' }] };
    const cut = { ...OBSERVATIONS, historyRetention: '30d' };
    const base = await projectWith([AIRPORT, byWind, cut, WEATHER]);
    const documents = [
      { ...WEATHER, name: 'by_wind', entity: 'wind' },
      { ...WEATHER, name: 'by_origin' },
    ];
    const { body } = await service.post(`${base}/plan`, { documents });
    const warnings = body.changes.map((change: { warnings: string[] }) => change.warnings);
    expect(warnings).toEqual([[expect.stringContaining('no feature set by wind_dir')], []]);
  });
});
