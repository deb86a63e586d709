import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Activations } from '../../src/registry/activations.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../src/registry/catalog.js';
import { DeleteVersions } from '../../src/registry/delete-versions.js';
import { Publishing } from '../../src/registry/publishing.js';
import { ModelVersions, TrainingSets } from '../../src/registry/records.js';
import { SourceRows } from '../../src/registry/source-rows.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, ALL, DELAY, OBSERVATIONS, ORIGIN_WEATHER, WEATHER } from './definitions.js';

let service: TestApp;
let catalogs: CatalogHolder;
let projects = 0;
beforeAll(async () => {
  service = await startTestApp();
  catalogs = service.app.get<CatalogHolder>(CATALOG_HOLDER);
});
afterAll(() => service.close());

const WEATHER_2 = { ...WEATHER, maxAge: '1h' };

/** A project of its own, with the documents applied one after the other. */
async function projectWith(...applies: readonly (readonly unknown[])[]): Promise<Project> {
  projects += 1;
  const name = `v${projects}`;
  for (const documents of applies) await service.post(`/v1/projects/${name}/apply`, { documents });
  return { name, base: `/v1/projects/${name}` };
}

type Project = { readonly name: string; readonly base: string };

const states = async ({ base }: Project, path: string): Promise<readonly string[]> => {
  const { body } = await service.get(`${base}/${path}`);
  return body.items.map(({ version, state }: { version: number; state: string }) => `${version} ${state}`);
};

const remove = (url: string) => service.request('DELETE', url);

/** Activates every feature set version of a project, as the pipelines do. */
async function activateSets({ name }: Project): Promise<void> {
  const sets = catalogs.current().activeFeatureSetsOf(name, 'observations');
  const activations = service.app.get(Activations);
  for (const { id } of sets) await activations.renew(id, { sequence: 41n, visibleUs: 1_000_000n });
}

describe('the versions of a definition', () => {
  it('are listed with states and everything that rests on each, directly or through others', async () => {
    const project = await projectWith(ALL, [WEATHER_2]);
    await activateSets(project);
    const { body } = await service.get(`${project.base}/feature-sets/weather/versions`);
    expect(body.items).toMatchObject([
      {
        version: 1,
        state: 'active',
        activation: { sequence: 41, visibleAt: '1970-01-01T00:00:01Z' },
        dependants: [
          { kind: 'FeatureService', name: 'origin_weather', version: 1, state: 'active' },
          { kind: 'Model', name: 'delay', version: 1, state: 'active' },
        ],
      },
      { version: 2, state: 'active', dependants: [] },
    ]);
    expect(body.items[0].createdAt).toMatch(/^\d{4}-/);
    expect(body.items[0].fingerprint).not.toBe(body.items[1].fingerprint);
  });

  it('include training sets and trained models that were made with them', async () => {
    const project = await projectWith(ALL);
    await service.app
      .get(TrainingSets)
      .insert(project.name, 'kept', { query: { featureService: 'origin_weather', version: 1 } });
    await service.app
      .get(ModelVersions)
      .insert(project.name, 'delay', () => ({ record: { definition: { name: 'delay', version: 1 } } }));
    const { body } = await service.get(`${project.base}/sources/observations/dependants`);
    expect(body.items).toEqual([
      { kind: 'FeatureSet', name: 'weather', version: 1, state: 'active' },
      { kind: 'FeatureService', name: 'origin_weather', version: 1, state: 'active' },
      { kind: 'Model', name: 'delay', version: 1, state: 'active' },
      { kind: 'TrainingSet', name: 'kept' },
      { kind: 'TrainedModel', name: 'delay', version: 1 },
    ]);
    const models = await service.get(`${project.base}/models/delay/definitions`);
    expect(models.body.items[0].dependants).toEqual([{ kind: 'TrainedModel', name: 'delay', version: 1 }]);
  });

  it('of a feature set are priming until they have an activation', async () => {
    const project = await projectWith(ALL);
    const [set] = catalogs.current().activeFeatureSetsOf(project.name, 'observations');
    await service.app.get(Activations).forget(set!.id);
    expect(await states(project, 'feature-sets/weather/versions')).toEqual(['1 priming']);
    expect(await states(project, 'sources/observations/versions')).toEqual(['1 active']);
    await activateSets(project);
    expect(await states(project, 'feature-sets/weather/versions')).toEqual(['1 active']);
  });

  it('of a source or entity are rested on in the latest version alone', async () => {
    const columns = [...OBSERVATIONS.columns, { name: 'gust', type: 'FLOAT64' }];
    const { base } = await projectWith([AIRPORT, OBSERVATIONS, WEATHER], [{ ...OBSERVATIONS, columns }]);
    const { items } = (await service.get(`${base}/sources/observations/versions`)).body;
    expect(items.map(({ dependants }: { dependants: [] }) => dependants.length)).toEqual([0, 1]);
  });

  it('of what does not exist are NOT_FOUND', async () => {
    const { base } = await projectWith(ALL);
    for (const path of ['feature-sets/wether/versions', 'entities/x/dependants', 'models/x/definitions']) {
      expect(await service.get(`${base}/${path}`)).toMatchObject({ status: 404 });
    }
    const { status, body } = await service.get(`${base}/feature-sets/weather/dependants?version=7`);
    expect([status, body.error.message]).toEqual([404, expect.stringContaining('latest is 1')]);
  });
});

describe('a deprecated version', () => {
  it('says why and what to use, serves on, and is active again when it is activated', async () => {
    const project = await projectWith(ALL, [WEATHER_2]);
    const url = `${project.base}/feature-sets/weather/versions/1`;
    const said = { reason: 'too old for \u0000 planes', use: 'weather@2' };
    const deprecated = await service.post(`${url}/deprecate`, said);
    expect(deprecated).toMatchObject({ status: 200, body: { version: 1, state: 'deprecated', ...said } });
    const active = catalogs.current().activeFeatureSetsOf(project.name, 'observations');
    expect(active.map(({ version }) => version)).toEqual([1, 2]);
    expect((await service.get(`${project.base}/feature-sets/weather?version=1`)).body.state).toBe(
      'deprecated',
    );
    await activateSets(project);
    const activated = await service.post(`${url}/activate`, {});
    expect(activated.body).toMatchObject({ version: 1, state: 'active' });
    expect(activated.body).not.toHaveProperty('reason');
  });

  it('needs neither reason nor body', async () => {
    const { base } = await projectWith(ALL);
    const url = `${base}/feature-services/origin_weather/versions/1/deprecate`;
    const { status, body } = await service.request('POST', url);
    expect([status, body.state]).toEqual([200, 'deprecated']);
  });

  it.each([
    ['what is no version', 'weather', 'is no registered version'],
    ['an unknown version', 'weather@7', 'is no registered version'],
    ['itself', 'weather@1', 'is the version itself'],
    ['an inactive version', 'weather@2', 'is inactive'],
  ])('cannot point to %s', async (_, use, says) => {
    const { base } = await projectWith(ALL, [WEATHER_2]);
    await service.post(`${base}/feature-sets/weather/versions/2/deactivate`, {});
    const { status, body } = await service.post(`${base}/feature-sets/weather/versions/1/deprecate`, { use });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'INVALID_REQUEST', path: '/use' });
    expect(body.error.message).toContain(says);
  });

  it('is what an open reference is not pinned to while another is active', async () => {
    const { base } = await projectWith(ALL, [WEATHER_2]);
    await service.post(`${base}/feature-sets/weather/versions/2/deprecate`, {});
    const documents = [{ ...ORIGIN_WEATHER, name: 'other' }];
    await service.post(`${base}/apply`, { documents });
    const { body } = await service.get(`${base}/feature-services/other`);
    expect(body.pins).toEqual({ '/entries/0/version': 1 });
  });
});

describe('an inactive feature set version', () => {
  it('has no online state, and is primed anew once it is active again', async () => {
    const project = await projectWith([AIRPORT, OBSERVATIONS, WEATHER]);
    await activateSets(project);
    const url = `${project.base}/feature-sets/weather/versions/1`;
    const id = catalogs.current().featureSet(project.name, 'weather').id;
    expect((await service.post(`${url}/deactivate`, {})).body.state).toBe('inactive');
    expect(catalogs.current().activeFeatureSetsOf(project.name, 'observations')).toEqual([]);
    expect(catalogs.current().featureSetsOf(project.name, 'observations')).toHaveLength(1);
    expect(await service.app.get(Activations).of([id])).toEqual(new Map());
    const again = await service.post(`${url}/deactivate`, {});
    expect([again.status, again.body.state]).toEqual([200, 'inactive']);
    await service.post(`${url}/activate`, {});
    const active = catalogs.current().activeFeatureSetsOf(project.name, 'observations');
    expect(active.map((set) => set.id)).toEqual([id]);
  });

  it('is refused while an active service or model rests on it, and not once those are deprecated', async () => {
    const { base } = await projectWith(ALL);
    const url = `${base}/feature-sets/weather/versions/1/deactivate`;
    const { status, body } = await service.post(url, {});
    expect([status, body.error.code]).toEqual([409, 'IN_USE']);
    expect(body.error.message).toContain('feature service "origin_weather" version 1');
    expect(body.error.dependants).toHaveLength(2);
    await service.post(`${base}/models/delay/definitions/1/deprecate`, {});
    expect((await service.post(url, {})).status).toBe(409);
    await service.post(`${base}/feature-services/origin_weather/versions/1/deprecate`, {});
    expect((await service.post(url, {})).status).toBe(200);
  });

  it('cannot be deprecated', async () => {
    const { base } = await projectWith([AIRPORT, OBSERVATIONS, WEATHER]);
    await service.post(`${base}/feature-sets/weather/versions/1/deactivate`, {});
    const { status, body } = await service.post(`${base}/feature-sets/weather/versions/1/deprecate`, {});
    expect([status, body.error.code]).toEqual([409, 'CONFLICT']);
  });

  it('is a state of feature sets alone', async () => {
    const { base } = await projectWith(ALL);
    const { status } = await service.post(`${base}/models/delay/definitions/1/deactivate`, {});
    expect(status).toBe(404);
  });
});

describe('a change of state', () => {
  it('is heard of before it is answered, and compiles nothing again', async () => {
    const project = await projectWith(ALL);
    const before = catalogs.current().featureService(project.name, 'origin_weather');
    const heard: (readonly string[])[] = [];
    catalogs.onChange(async (catalog) => {
      const sets = catalog.activeFeatureSetsOf(project.name, 'observations');
      heard.push(sets.map(({ name, version }) => `${name}@${version}`));
    });
    await service.post(`${project.base}/models/delay/definitions/1/deprecate`, {});
    await service.post(`${project.base}/feature-services/origin_weather/versions/1/deprecate`, {});
    await service.post(`${project.base}/feature-sets/weather/versions/1/deactivate`, {});
    expect(heard).toEqual([['weather@1'], ['weather@1'], []]);
    expect(catalogs.current().featureService(project.name, 'origin_weather')).toBe(before);
  });

  it('is still there after a restart', async () => {
    const before = await startTestApp();
    await before.post('/v1/projects/p/apply', { documents: ALL });
    await before.post('/v1/projects/p/models/delay/definitions/1/deprecate', { reason: 'old' });
    await before.stop();
    const after = await startTestApp({ dataDir: before.dataDir });
    const { body } = await after.get('/v1/projects/p/models/delay/definitions');
    expect(body.items).toMatchObject([{ state: 'deprecated', reason: 'old' }]);
    await after.close();
  });

  it.each(['0', 'x', '1.5', '-1', '99999999999'])('of version %s is INVALID_REQUEST', async (version) => {
    const { base } = await projectWith(ALL);
    const url = `${base}/feature-sets/weather/versions/${version}/activate`;
    const { status, body } = await service.post(url, {});
    expect([status, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
  });
});

describe('deleting', () => {
  it('is refused while anything rests on a version, by name', async () => {
    const { base } = await projectWith(ALL);
    for (const path of [
      'entities/airport',
      'sources/observations/versions/1',
      'feature-sets/weather',
      'feature-services/origin_weather/versions/1',
    ]) {
      const { status, body } = await remove(`${base}/${path}`);
      expect([path, status, body.error.code]).toEqual([path, 409, 'IN_USE']);
      expect(body.error.message).toContain('model "delay" version 1');
    }
  });

  it('takes what nothing rests on, and never gives its number again', async () => {
    const { base } = await projectWith(ALL, [WEATHER_2]);
    expect(await remove(`${base}/feature-sets/weather/versions/2`)).toMatchObject({
      status: 200,
      body: { deleted: [{ kind: 'FeatureSet', name: 'weather', version: 2 }] },
    });
    expect((await service.get(`${base}/feature-sets/weather`)).body.version).toBe(1);
    const again = await service.post(`${base}/apply`, { documents: [WEATHER_2] });
    expect(again.body.changes[0]).toMatchObject({ action: 'newVersion', version: 3 });
  });

  it('of every version leaves nothing but their numbers', async () => {
    const { name, base } = await projectWith([AIRPORT, OBSERVATIONS, WEATHER], [WEATHER_2]);
    const { body } = await remove(`${base}/feature-sets/weather`);
    expect(body.deleted.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
    expect((await service.get(`${base}/feature-sets/weather`)).status).toBe(404);
    expect(catalogs.current().featureSetsOf(name, 'observations')).toEqual([]);
    const again = await service.post(`${base}/apply`, { documents: [WEATHER] });
    expect(again.body.changes[0]).toMatchObject({ action: 'created', version: 3 });
  });

  it('is refused while a training set or a trained model was made with a version', async () => {
    const { name, base } = await projectWith(ALL);
    await service.app
      .get(TrainingSets)
      .insert(name, 'kept', { query: { featureService: 'origin_weather', version: 1 } });
    await service.app
      .get(ModelVersions)
      .insert(name, 'delay', () => ({ record: { definition: { name: 'delay', version: 1 } } }));
    const model = await remove(`${base}/models/delay`);
    expect(model.body.error).toMatchObject({ code: 'IN_USE' });
    expect(model.body.error.message).toContain('trained version 1 of model "delay"');
    const { body } = await remove(`${base}/feature-services/origin_weather/versions/1`);
    expect(body.error.message).toContain('training set "kept"');
  });

  it('takes an old version of a grown source, and the last one only without rows', async () => {
    const columns = [...OBSERVATIONS.columns, { name: 'gust', type: 'FLOAT64' }];
    const { base } = await projectWith(
      [OBSERVATIONS, { ...OBSERVATIONS, name: 'empty' }],
      [{ ...OBSERVATIONS, columns }],
    );
    const row = { event_ts: '2013-01-01T00:00:00Z', created_ts: '2013-01-01T00:00:00Z', gust: 1.5 };
    const pushed = await service.post(`${base}/sources/observations/rows`, { rows: [row, row] });
    expect(pushed).toMatchObject({ status: 200 });
    expect((await remove(`${base}/sources/observations/versions/1`)).status).toBe(200);
    for (const path of ['sources/observations', 'sources/observations/versions/2']) {
      const { body } = await remove(`${base}/${path}`);
      expect(body.error).toMatchObject({ code: 'IN_USE' });
      expect(body.error.message).toContain('its log holds 2 rows');
    }
    expect((await remove(`${base}/sources/empty`)).status).toBe(200);
  });

  it('of a source is refused where nobody knows whether it has rows', async () => {
    const publishing = service.app.get(Publishing);
    const deletions = new DeleteVersions(publishing, new SourceRows());
    const { name: project } = await projectWith([OBSERVATIONS]);
    const deleted = deletions.delete({ project, kind: 'Source', name: 'observations' });
    await expect(deleted).rejects.toMatchObject({
      code: 'IN_USE',
      message: expect.stringContaining('not known whether it has rows; deprecate it instead'),
    });
  });

  it('of what is not there is NOT_FOUND', async () => {
    const { base } = await projectWith(ALL);
    for (const path of ['models/x', 'models/delay/definitions/2', 'sources/x/versions/1']) {
      expect(await remove(`${base}/${path}`)).toMatchObject({ status: 404 });
    }
  });

  it('all the way down empties a project', async () => {
    const { base } = await projectWith(ALL);
    const order = ['models/delay', 'feature-services/origin_weather', 'feature-sets/weather'];
    for (const path of [...order, 'sources/observations', 'entities/airport']) {
      expect([path, (await remove(`${base}/${path}`)).status]).toEqual([path, 200]);
    }
    expect((await service.get(`${base}/entities`)).body.items).toEqual([]);
    const { body } = await service.post(`${base}/plan`, { documents: [DELAY, ...ALL.slice(1)] });
    expect(body.changes.map(({ version }: { version: number }) => version)).toEqual([2, 2, 2, 2, 2]);
  });
});
