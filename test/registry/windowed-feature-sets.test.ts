import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, OBSERVATIONS, WEATHER } from './definitions.js';

let service: TestApp;
let projects = 0;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

const CENTS = { name: 'fare', type: 'FLOAT64', scale: '0.01' };

const MONEY = { ...OBSERVATIONS, columns: [...OBSERVATIONS.columns, CENTS] };

const GUSTS = {
  kind: 'FeatureSet',
  name: 'gusts',
  entity: 'airport',
  source: 'observations',
  features: [
    { name: 'temp', aggregate: 'AVG(temp)', windows: ['1h', '1d'] },
    { name: 'cold', aggregate: 'COUNT(*)', window: '1d', filter: 'temp < 32.0', default: 0 },
    { name: 'fare', aggregate: 'SUM(fare)', window: '7d', offset: '1d' },
    { name: 'winds', aggregate: 'COUNT(*)', window: 'lifetime', by: 'wind_dir' },
  ],
};

const TREND = {
  kind: 'FeatureSet',
  name: 'trend',
  entity: 'airport',
  inputs: [{ featureSet: 'gusts' }],
  features: [{ name: 'warming', expression: 'gusts__temp_1h - gusts__temp_1d' }],
};

const NOW = {
  kind: 'FeatureService',
  name: 'now',
  entries: [
    { featureSet: 'weather' },
    { featureSet: 'gusts', features: ['cold', 'temp_1d', 'winds_keys'] },
    { featureSet: 'trend' },
  ],
  expressions: [{ name: 'unusual', expression: 'weather__temp - gusts__temp_1d' }],
};

const LATE = {
  kind: 'Model',
  name: 'late',
  featureService: 'now',
  label: { expression: 'late', columns: [{ name: 'late', type: 'BOOL' }] },
  transform: [{ name: 'cold', expression: 'CAST(gusts__cold AS FLOAT64)' }],
  split: { evaluateFrom: '2013-10-01T00:00:00Z' },
  trainer: { kind: 'logisticRegression' },
};

const DEFINED = [AIRPORT, MONEY, WEATHER, GUSTS];

async function projectWith(documents: readonly object[]): Promise<string> {
  projects += 1;
  const base = `/v1/projects/w${projects}`;
  const { status, body } = await service.post(`${base}/apply`, { documents });
  expect(status, JSON.stringify(body)).toBe(200);
  return base;
}

type Feature = Readonly<Record<string, unknown>>;

/** GUSTS with members of one feature in the place of what it has. */
function changed(name: string, members: Feature): object {
  const features = GUSTS.features.map((feature) =>
    feature.name === name ? { ...feature, ...members } : feature,
  );
  return { ...GUSTS, features };
}

describe('a feature set of windows', () => {
  const REFUSED: readonly (readonly [what: string, document: object, path: string, says: string])[] = [
    [
      'a newest value',
      { ...GUSTS, features: [...GUSTS.features, { name: 'x', column: 'temp' }] },
      '/features/4',
      'into a feature set of its own',
    ],
    [
      'an expression beside the aggregate',
      changed('cold', { expression: 'temp' }),
      '/features/1/expression',
      'keep one',
    ],
    [
      'a window of nothing',
      { ...WEATHER, features: [{ name: 'temp', window: '1h' }] },
      '/features/0/window',
      'no meaning without "aggregate"',
    ],
    ['a max age', { ...GUSTS, maxAge: '1h' }, '/maxAge', 'aggregates do not expire'],
    [
      'an aggregate over other sets',
      { ...TREND, features: [{ name: 'x', aggregate: 'COUNT(*)', window: '1h' }] },
      '/features/0',
      'over features of the inputs',
    ],
    ['a window that is none', changed('cold', { window: 'week' }), '/features/1/window', 'or "lifetime"'],
    [
      'a scale of what is exact',
      { ...MONEY, name: 'other', columns: [...OBSERVATIONS.columns, { ...CENTS, type: 'INT64' }] },
      '/columns/5/scale',
      'only FLOAT64 has a scale',
    ],
    [
      'a scale of nothing',
      { ...MONEY, name: 'other', columns: [...OBSERVATIONS.columns, { ...CENTS, scale: '0' }] },
      '/columns/5/scale',
      'such as "0.01"',
    ],
  ];

  it.each(REFUSED)('refuses %s', async (_, document, path, says) => {
    const base = await projectWith(DEFINED);
    const { status, body } = await service.post(`${base}/plan`, { documents: [document] });
    expect([status, body.error.code]).toEqual([422, 'INVALID_DOCUMENT']);
    const found = body.error.problems.filter((problem: { path: string }) => problem.path.endsWith(path));
    expect(JSON.stringify(found)).toContain(JSON.stringify(says).slice(1, -1));
  });

  const MEANINGS: readonly (readonly [what: string, document: object, action: string])[] = [
    ['its own text', GUSTS, 'unchanged'],
    [
      'another spelling',
      changed('cold', { aggregate: 'count( * )', filter: '(temp<32.0)', window: '24h' }),
      'updated',
    ],
    ['the default hop', changed('temp', { windows: ['1h', '1d'], description: 'x' }), 'updated'],
    ['defaults that are written', changed('winds', { maxCategories: 100, offset: '0s' }), 'updated'],
    ['another window', changed('cold', { window: '2d' }), 'newVersion'],
    ['another hop', changed('cold', { hop: '5m' }), 'newVersion'],
    ['another offset', changed('fare', { offset: '2d' }), 'newVersion'],
    ['another aggregate of the same family', changed('temp', { aggregate: 'SUM(temp)' }), 'newVersion'],
    ['another filter', changed('cold', { filter: 'temp <= 32.0' }), 'newVersion'],
    ['another default', changed('cold', { default: 1 }), 'newVersion'],
    ['another bound of categories', changed('winds', { maxCategories: 99 }), 'newVersion'],
    ['another category', changed('winds', { by: 'wind_dir + 1' }), 'newVersion'],
  ];

  it('changes its version with its meaning alone (S26)', async () => {
    const base = await projectWith(DEFINED);
    for (const [what, document, action] of MEANINGS) {
      const { body } = await service.post(`${base}/plan`, { documents: [document] });
      expect(body.changes, what).toMatchObject([{ action }]);
    }
    const { body: before } = await service.get(`${base}/feature-sets/gusts`);
    const [, respelt] = MEANINGS[1]!;
    await service.post(`${base}/apply`, { documents: [respelt] });
    const { body: after } = await service.get(`${base}/feature-sets/gusts`);
    expect([after.version, after.fingerprint]).toEqual([1, before.fingerprint]);
  });

  it('says in a plan what changes, of which types, and who depends on it', async () => {
    const base = await projectWith([...DEFINED, TREND, NOW, LATE]);
    const document = changed('temp', { aggregate: 'COUNT(temp)' });
    const { body } = await service.post(`${base}/plan`, { documents: [document] });
    expect(body.changes[0]).toMatchObject({
      action: 'newVersion',
      primedFrom: { source: 'observations', rows: 0 },
      rowSchema: { required: ['event_ts', 'created_ts', 'origin'] },
      dependants: [
        { kind: 'FeatureSet', name: 'trend', pinned: true },
        { kind: 'FeatureService', name: 'now', pinned: true },
        { kind: 'Model', name: 'late', pinned: true },
      ],
    });
    const text = await service.post(`${base}/plan?format=text`, { documents: [document] });
    expect(text.body).toContain('/features/0/aggregate "temp": AVG(temp) (FLOAT64) → COUNT(temp) (INT64)');
    const { body: of } = await service.get(`${base}/sources/observations/dependants`);
    const sets = of.items.filter(({ kind }: { kind: string }) => kind === 'FeatureSet');
    expect(sets.map(({ name }: { name: string }) => name)).toEqual(['gusts', 'trend', 'weather']);
  });

  it('is read by chained sets, services and models like any other', async () => {
    const base = await projectWith([...DEFINED, TREND, NOW, LATE]);
    const wrong = { ...TREND, features: [{ name: 'x', expression: 'gusts__temp - 1' }] };
    const { body } = await service.post(`${base}/plan`, { documents: [wrong] });
    expect(body.error.problems[0].message).toContain('did you mean "gusts__temp_');
    const { body: read } = await service.get(`${base}/feature-services/now`);
    expect(read.pins).toMatchObject({ '/entries/1/version': 1 });
  });

  it('keeps the scale of its columns: sums of registered sets would change', async () => {
    const base = await projectWith(DEFINED);
    for (const scale of ['0.001', undefined]) {
      const source = { ...MONEY, columns: [...OBSERVATIONS.columns, { ...CENTS, scale }] };
      const { status, body } = await service.post(`${base}/apply`, { documents: [source] });
      expect([status, body.error.code]).toEqual([409, 'SCHEMA_CHANGE_REFUSED']);
      expect(body.error.message).toContain('column "fare" was FLOAT64 of scale 0.01 and would be FLOAT64');
    }
  });

  it('warns where history is shorter than a window', async () => {
    const base = await projectWith(DEFINED);
    const { body } = await service.post(`${base}/plan`, {
      documents: [{ ...MONEY, historyRetention: '7d' }, changed('winds', { window: '6d' })],
    });
    const [source, set] = body.changes;
    expect(source.warnings).toContainEqual(
      expect.stringContaining('window of "gusts.fare" reaches back further'),
    );
    expect(set.warnings).toContainEqual(expect.stringContaining('"gusts.fare"'));
  });
});
