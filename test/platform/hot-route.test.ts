import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

const ENTITY = { kind: 'Entity', name: 'airport', keys: [{ name: 'origin', type: 'STRING' }] };
const SOURCE = {
  kind: 'Source',
  name: 'weather',
  eventTime: 'at',
  columns: [
    { name: 'origin', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'note', type: 'STRING' },
  ],
};
const SET = {
  kind: 'FeatureSet',
  name: 'weather',
  entity: 'airport',
  source: 'weather',
  features: [{ name: 'note' }],
};
const NOTE = 'é\u{1F6EB}"\u0000';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  for (const [kind, document] of [
    ['entities', ENTITY],
    ['sources', SOURCE],
    ['feature-sets', SET],
  ] as const) {
    const { status, body } = await service.post(`/v1/projects/p/${kind}`, document);
    expect(status, JSON.stringify(body)).toBeLessThan(300);
  }
  const row = { origin: 'EWR', at: '2013-07-01T00:00:00Z', note: NOTE };
  await service.app.listen(0, '127.0.0.1');
  const { status } = await service.post('/v1/projects/p/sources/weather/rows', { rows: [row] });
  expect(status).toBe(200);
});
afterAll(() => service.close());

const ASKED = { features: ['weather:note'], entities: [{ origin: 'EWR' }] };
type Answer = Awaited<ReturnType<TestApp['post']>>;

/** Over a socket usual requests do not come to the framework at all. */
async function overSocket(path: string, json: unknown): Promise<Answer> {
  const answer = await fetch((await service.app.getUrl()) + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
  });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() };
}

/** What the framework would do on every other route. */
describe.each([
  ['by the framework', (path: string, json: unknown) => service.post(path, json)],
  ['over a socket', overSocket],
])('a hot route %s', (_way, post) => {
  const lookup = (body: unknown, project = 'p') => post(`/v1/projects/${project}/online/lookup`, body);

  it('answers JSON in UTF-8 with the id of its request', async () => {
    const { status, headers, body } = await lookup(ASKED);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.results[0].values).toEqual([NOTE]);
  });

  const invalid = { status: 400, code: 'INVALID_REQUEST' };
  const unknown = { status: 404, code: 'UNKNOWN_FEATURE', path: '/features/0' };
  it.each([
    ['no JSON object', [1], 'p', { ...invalid, path: '' }],
    ['an unknown member', { ...ASKED, colour: 1 }, 'p', { ...invalid, path: '/colour' }],
    ['a member of another type', { ...ASKED, entities: 1 }, 'p', { ...invalid, path: '/entities' }],
    ['no name for a project', ASKED, '1x', { ...invalid, path: 'project' }],
    ['U+0000 in its path', ASKED, 'p%00', { ...invalid, path: '/project' }],
    ['no project at all', ASKED, '', { status: 404, code: 'NOT_FOUND', path: undefined }],
    ['a feature that nobody knows', { ...ASKED, features: ['weather:x'] }, 'p', unknown],
  ])('refuses %s as every route does', async (_, body, project, { status, code, path }) => {
    const answer = await lookup(body, project);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body.error).toMatchObject({ code, requestId: answer.headers['x-request-id'] });
    expect(answer.body.error.path).toBe(path);
  });

  it('takes rows, and refuses what is none of its members', async () => {
    const row = { origin: 'JFK', at: '2013-07-01T00:00:00Z', note: NOTE };
    const pushed = await post('/v1/projects/p/sources/weather/rows', { rows: [row] });
    expect([pushed.status, pushed.body]).toMatchObject([200, { accepted: 1, duplicates: 0 }]);
    const queried = await post('/v1/projects/p/sources/weather/rows?ack=never', { rows: [row] });
    expect([queried.status, queried.body.error.path]).toEqual([400, '/ack']);
    const other = await post('/v1/projects/p/sources/weather/rows', { rows: [row], colour: 1 });
    expect([other.status, other.body.error.path]).toEqual([400, '/colour']);
  });

  it('does not read YAML', async () => {
    const { status, body } = await service.yaml('/v1/projects/p/online/lookup', 'entities: []');
    expect([status, body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});
