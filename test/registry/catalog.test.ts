import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOG_HOLDER, type Catalog, type CatalogHolder } from '../../src/registry/catalog.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ALL, OBSERVATIONS, WEATHER } from './definitions.js';

let service: TestApp;
let holder: CatalogHolder;
beforeAll(async () => {
  service = await startTestApp();
  holder = service.app.get<CatalogHolder>(CATALOG_HOLDER);
  await apply('p', ALL);
});
afterAll(() => service.close());

async function apply(project: string, documents: readonly unknown[]): Promise<void> {
  const { status } = await service.post(`/v1/projects/${project}/apply`, { documents });
  expect(status).toBe(200);
}

describe('the catalog', () => {
  it('is a snapshot: who holds one sees no later apply', async () => {
    const held = holder.current();
    await apply('p', [{ ...WEATHER, maxAge: '1h' }]);
    expect(held.featureSet('p', 'weather').version).toBe(1);
    expect(holder.current().featureSet('p', 'weather').version).toBe(2);
    expect(holder.current().featureSet('p', 'weather', 1)).toBe(held.featureSet('p', 'weather'));
  });

  it('compiles again only what changed', async () => {
    await apply('q', ALL);
    const before = holder.current();
    await apply('q', [{ ...WEATHER, name: 'other' }]);
    const after = holder.current();
    expect(after.featureService('q', 'origin_weather')).toBe(before.featureService('q', 'origin_weather'));
    expect(after.featureSet('p', 'weather')).toBe(before.featureSet('p', 'weather'));
  });

  it('shows every feature set version the grown source', async () => {
    const columns = [...OBSERVATIONS.columns, { name: 'gust', type: 'FLOAT64' }];
    await apply('p', [{ ...OBSERVATIONS, columns }]);
    const sets = holder.current().featureSetsOf('p', 'observations');
    expect(sets.map(({ name, version }) => `${name} ${version}`)).toEqual(['weather 1', 'weather 2']);
    expect(sets.every(({ source }) => source.columns.length === columns.length)).toBe(true);
    expect(new Set(sets.map(({ id }) => id)).size).toBe(2);
  });

  it('is heard of before an apply is answered, and not for a plan or a refusal', async () => {
    const heard: Catalog[] = [];
    let done = false;
    holder.onChange(async (catalog) => {
      heard.push(catalog);
      await new Promise((resolve) => setTimeout(resolve, 20));
      done = true;
    });
    await service.post('/v1/projects/r/plan', { documents: ALL });
    await service.post('/v1/projects/r/apply', { documents: [{ kind: 'Entity' }] });
    expect(heard).toEqual([]);
    await apply('r', ALL);
    expect(done).toBe(true);
    expect(heard).toEqual([holder.current()]);
  });
});
