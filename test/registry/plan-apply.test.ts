import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, ALL, DELAY, OBSERVATIONS, ORIGIN_WEATHER, WEATHER } from './definitions.js';

let service: TestApp;
let projects = 0;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

/** A project of its own for each test. */
function project(): string {
  projects += 1;
  return `/v1/projects/p${projects}`;
}

async function applied(
  base: string,
  documents: readonly unknown[],
): Promise<readonly Record<string, unknown>[]> {
  const { status, body } = await service.post(`${base}/apply`, { documents });
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.changes;
}

describe('apply', () => {
  it('registers documents in any order and answers in the order of the request', async () => {
    const base = project();
    const changes = await applied(base, ALL);
    expect(changes.map(({ kind, action, version }) => [kind, action, version])).toEqual([
      ['Model', 'created', 1],
      ['FeatureService', 'created', 1],
      ['FeatureSet', 'created', 1],
      ['Source', 'created', 1],
      ['Entity', 'created', 1],
    ]);
    expect(changes.every(({ differences }) => (differences as []).length === 0)).toBe(true);
  });

  it('changes nothing when the same documents come again, as YAML too', async () => {
    const base = project();
    await applied(base, ALL);
    const again = await service.yaml(
      `${base}/apply`,
      ALL.map((document) => stringify(document)).join('---\n'),
    );
    expect(again.status).toBe(200);
    expect(again.body.changes.map((change: { action: string }) => change.action)).toEqual(
      ALL.map(() => 'unchanged'),
    );
  });

  it('passes over the empty documents between files put together', async () => {
    const text = `# entities\n---\n${stringify(AIRPORT)}---\n# sources\n---\n${stringify(OBSERVATIONS)}---\n`;
    const { body } = await service.yaml(`${project()}/apply`, text);
    expect(body.changes.map((change: { name: string }) => change.name)).toEqual(['airport', 'observations']);
  });

  it('makes a new version of a changed meaning and says what changed and who uses the old one', async () => {
    const base = project();
    await applied(base, ALL);
    const [change] = await applied(base, [{ ...WEATHER, maxAge: '1h' }]);
    expect(change).toMatchObject({
      kind: 'FeatureSet',
      action: 'newVersion',
      version: 2,
      differences: [{ path: '/maxAge', from: '3h', to: '1h' }],
      dependants: [
        { kind: 'FeatureService', name: 'origin_weather', version: 1 },
        { kind: 'Model', name: 'delay', version: 1 },
      ],
    });
    const pinned = await service.get(`${base}/feature-services/origin_weather`);
    expect(pinned.body).toMatchObject({ version: 1, pins: { '/entries/0/version': 1 } });
  });

  it('updates documentation in place, without a new version', async () => {
    const base = project();
    await applied(base, ALL);
    const described = { ...WEATHER, description: 'Hourly', owner: 'ops', tags: ['wx'], freshness: '2h' };
    expect((await applied(base, [described]))[0]).toMatchObject({ action: 'updated', version: 1 });
    expect((await applied(base, [described]))[0]).toMatchObject({ action: 'unchanged', version: 1 });
    const read = await service.get(`${base}/feature-sets/weather`);
    expect(read.body).toMatchObject({ version: 1, document: described });
    const { items } = (await service.get(`${base}/feature-sets`)).body;
    expect(items).toEqual([
      { name: 'weather', version: 1, state: 'active', description: 'Hourly', owner: 'ops', tags: ['wx'] },
    ]);
  });

  it.each([
    ['defaults spelled out', { ...WEATHER, keys: { origin: 'origin' } }],
    ['a column named', { ...WEATHER, features: [{ name: 'temp', column: 'temp' }, WEATHER.features[1]] }],
    [
      'an expression laid out differently',
      { ...WEATHER, features: [WEATHER.features[0], { name: 'cold', expression: '(temp\n <  32.0)' }] },
    ],
    ['the same duration in another unit', { ...WEATHER, maxAge: '180m' }],
  ])('sees the same meaning in %s', async (_, document) => {
    const base = project();
    await applied(base, ALL);
    expect((await applied(base, [document]))[0]).toMatchObject({ action: 'updated', version: 1 });
  });

  it('pins an open reference to the latest version, so that a service registered again follows', async () => {
    const base = project();
    await applied(base, ALL);
    const changes = await applied(base, [{ ...WEATHER, maxAge: '1h' }, ORIGIN_WEATHER, DELAY]);
    expect(changes.map(({ action, version }) => [action, version])).toEqual([
      ['newVersion', 2],
      ['newVersion', 2],
      ['newVersion', 2],
    ]);
    expect(changes[1]!['differences']).toEqual([{ path: '/entries/0/version', from: 1, to: 2 }]);
  });

  it('keeps a version that is pinned by hand', async () => {
    const base = project();
    const pinned = { ...ORIGIN_WEATHER, entries: [{ featureSet: 'weather', version: 1 }] };
    await applied(base, [AIRPORT, OBSERVATIONS, WEATHER, pinned]);
    const changes = await applied(base, [{ ...WEATHER, maxAge: '1h' }, pinned]);
    expect(changes.map(({ action }) => action)).toEqual(['newVersion', 'unchanged']);
  });

  it('lets a source grow, and its feature sets keep their versions', async () => {
    const base = project();
    await applied(base, ALL);
    const grown = { ...OBSERVATIONS, columns: [...OBSERVATIONS.columns, { name: 'gust', type: 'FLOAT64' }] };
    const changes = await applied(base, [grown, WEATHER]);
    expect(changes.map(({ action, version }) => [action, version])).toEqual([
      ['newVersion', 2],
      ['unchanged', 1],
    ]);
    const rowSchema = changes[0]!['rowSchema'] as { properties: object };
    expect(Object.keys(rowSchema.properties)).toContain('gust');
    const [next] = await applied(base, [{ ...WEATHER, features: [{ name: 'gust' }] }]);
    expect(next).toMatchObject({ action: 'newVersion', version: 2 });
  });

  it('separates projects', async () => {
    const [one, other] = [project(), project()];
    await applied(one, [AIRPORT]);
    expect((await service.get(`${other}/entities`)).body).toEqual({ items: [] });
    const keys = [{ name: 'id', type: 'INT64' }];
    expect((await applied(other, [{ ...AIRPORT, keys }]))[0]).toMatchObject({ action: 'created' });
    expect((await service.get(`${one}/entities/airport`)).body.document).toEqual(AIRPORT);
  });

  it('numbers concurrent applies one after the other', async () => {
    const base = project();
    await applied(base, ALL);
    const ages = Array.from({ length: 8 }, (_, i) => `${i + 10}h`);
    const answers = await Promise.all(ages.map((maxAge) => applied(base, [{ ...WEATHER, maxAge }])));
    const versions = answers.map(([change]) => change!['version']).sort();
    expect(versions).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('plan', () => {
  it('says what apply would do and writes nothing', async () => {
    const base = project();
    const planned = await service.post(`${base}/plan`, { documents: ALL });
    expect(planned.status).toBe(200);
    expect((await service.get(`${base}/entities`)).body.items).toEqual([]);
    expect(await applied(base, ALL)).toEqual(planned.body.changes);
  });
});

describe('one document', () => {
  it('is registered at its own route, its kind left out, and read back', async () => {
    const base = project();
    const { kind: _, ...entity } = AIRPORT;
    const posted = await service.post(`${base}/entities`, entity);
    expect(posted).toMatchObject({ status: 200, body: { kind: 'Entity', action: 'created', version: 1 } });
    const read = await service.get(`${base}/entities/airport?version=1`);
    expect(read.body).toMatchObject({ kind: 'Entity', name: 'airport', version: 1, document: AIRPORT });
    expect(read.body.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the JSON Schema of its rows', async () => {
    const base = project();
    await applied(base, [AIRPORT, OBSERVATIONS]);
    const { body } = await service.post(`${base}/feature-sets`, WEATHER);
    expect(body.rowSchema.required).toEqual(['event_ts', 'created_ts', 'origin']);
    expect(body.rowSchema.properties.temp.anyOf).toContainEqual({ type: 'null' });
    expect(body.rowSchema.additionalProperties).toBe(false);
  });

  it('tells what exists when a name or version does not', async () => {
    const base = project();
    await applied(base, [AIRPORT]);
    const unknown = await service.get(`${base}/entities/airprt`);
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    expect(unknown.body.error.message).toContain('did you mean "airport"?');
    const version = await service.get(`${base}/entities/airport?version=3`);
    expect(version.body.error.message).toContain('entity "airport" has no version 3; latest is 1');
  });
});

describe('the registry', () => {
  it('serves after a restart what was registered before', async () => {
    const before = await startTestApp();
    await before.post('/v1/projects/p/apply', { documents: ALL });
    const read = (await before.get('/v1/projects/p/models/delay')).body;
    await before.stop();
    const after = await startTestApp({ dataDir: before.dataDir });
    expect((await after.get('/v1/projects/p/models/delay')).body).toEqual(read);
    const { body } = await after.post('/v1/projects/p/plan', { documents: ALL });
    expect(body.changes.map((change: { action: string }) => change.action)).toEqual(
      ALL.map(() => 'unchanged'),
    );
    await after.close();
  });
});
