import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import type { Document } from '../../src/definition/document.js';
import { ALL, WEATHER } from '../registry/definitions.js';
import { startTestApp, type TestApp } from '../support/app.js';

let service: TestApp;
let client: PlumblineClient;
beforeAll(async () => {
  service = await startTestApp();
  await service.app.listen(0, '127.0.0.1');
  const { port } = service.app.getHttpServer().address() as AddressInfo;
  client = new PlumblineClient({ baseUrl: `http://127.0.0.1:${port}`, project: 'sdk' });
});
afterAll(() => service.close());

const documents = ALL as readonly unknown[] as readonly Document[];
const WEATHER_1 = { kind: 'FeatureSet', name: 'weather', version: 1 } as const;

describe('the client', () => {
  it('plans, applies, decides of versions and deletes them', async () => {
    const { definitions } = client;
    const planned = await definitions.plan(documents);
    expect(planned.map(({ action }) => action)).toEqual(ALL.map(() => 'created'));
    expect(await definitions.planText(documents)).toContain('plan of project "sdk": 5 created\n');
    expect(await client.apply(documents)).toEqual(planned);
    const next = { ...WEATHER, maxAge: '1h', owner: 'ops' } as unknown as Document;
    await client.apply([next]);

    expect((await definitions.list('FeatureSet', { owner: 'ops' })).items).toMatchObject([{ version: 2 }]);
    expect(await definitions.dependants('FeatureSet', 'weather')).toEqual([]);
    expect(await definitions.dependants('FeatureSet', 'weather', 1)).toHaveLength(2);
    const said = { reason: 'coarse', use: 'weather@2' };
    expect(await definitions.deprecate(WEATHER_1, said)).toMatchObject({ state: 'deprecated', ...said });
    await definitions.activate(WEATHER_1);
    await expect(definitions.deactivate(WEATHER_1)).rejects.toMatchObject({ code: 'IN_USE' });
    await expect(definitions.delete(WEATHER_1)).rejects.toMatchObject({ code: 'IN_USE', status: 409 });
    const second = { ...WEATHER_1, version: 2 };
    expect(await definitions.deactivate(second)).toMatchObject({ state: 'inactive' });
    expect(await definitions.delete(second)).toEqual([second]);
    expect((await definitions.versions('Model', 'delay')).map(({ state }) => state)).toEqual(['active']);
    expect(await definitions.delete({ kind: 'Model', name: 'delay' })).toHaveLength(1);
  });
});
