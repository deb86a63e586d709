import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const AT = '2013-11-03T06:00:00Z';
const folder = temporaryFolder('quarantine');
let service: TestApp;
let sources = 0;
/** Of the source of one test. */
let url = '';

beforeAll(async () => {
  service = await startTestApp({ configuration: { dataRoots: [folder] } });
});
afterAll(() => service.close());
beforeEach(async () => {
  url = await newSource(`s${sources++}`);
});

describe('quarantine keeps what the doors refuse', () => {
  it('keeps each refused row of a push as it came, with every reason by path, and takes the others', async () => {
    const text = `{"rows":[
      {"k":"a","at":"${AT}","i":1},
      {"k":"b","at":"yesterday","i":0.99999999999999999999,"x":"\\u0000","__proto__":{"y":-0.0}},
      [1e999, 18446744073709551616],
      {"k":null,"at":"${AT}"}]}`;
    const pushed = await service.request('POST', `${url}/rows?invalid=quarantine`, { text });
    expect(pushed).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 3 } });
    const { items, next } = (await service.get(`${url}/quarantine`)).body;
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { ordinal: 1, state: 'waiting', sequence: null, row: { k: 'b', at: 'yesterday', x: '\u0000' } },
      { ordinal: 2, problems: [{ path: '' }] },
      { ordinal: 3, row: { at: AT }, problems: [{ path: '/k' }] },
    ]);
    expect(items[0].problems.map(({ path }: { readonly path: string }) => path)).toEqual([
      '/at',
      '/i',
      '/x',
      '/__proto__',
    ]);
    const exported = await service.app.inject({ method: 'GET', url: `${url}/quarantine/export` });
    expect(exported.payload).toContain('"i":0.99999999999999999999');
    expect(exported.payload.trim().split('\n')).toHaveLength(3);
  });

  it('keeps nothing twice when the same delivery comes again (S11)', async () => {
    const body = { rows: [{ k: 'a', at: AT, i: 'x' }] };
    for (let i = 0; i < 2; i++) {
      const { status } = await service.app
        .inject({
          method: 'POST',
          url: `${url}/rows?invalid=quarantine`,
          headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
          payload: JSON.stringify(body),
        })
        .then(({ statusCode }) => ({ status: statusCode }));
      expect(status).toBe(200);
    }
    expect((await counts()).states.waiting).toBe(1);
  });

  it('counts rows by state, and problems by path and kind', async () => {
    await pushWrong([{ i: 'x' }, { i: 'y"' }, { i: 1.5 }, { at: '2013-11-03T06:00:00' }, { x: 1 }]);
    const { states, problems } = await counts();
    expect(states).toEqual({ waiting: 5, replayed: 0, discarded: 0 });
    expect(problems).toEqual([
      { path: '/i', kind: 'is no INT64', count: 3 },
      { path: '/at', kind: 'is no TIMESTAMP', count: 1 },
      { path: '/x', kind: 'unknown column', count: 1 },
    ]);
  });

  it('lists page by page, by state', async () => {
    await pushWrong([{ i: 'a' }, { i: 'b' }, { i: 'c' }]);
    const first = (await service.get(`${url}/quarantine?limit=2`)).body;
    expect(first.items.map(({ row }: { readonly row: { readonly i: string } }) => row.i)).toEqual(['a', 'b']);
    const rest = (await service.get(`${url}/quarantine?limit=2&after=${first.next}&state=waiting`)).body;
    expect(rest).toMatchObject({ items: [{ row: { i: 'c' } }], next: null });
    expect((await service.get(`${url}/quarantine?state=replayed`)).body.items).toEqual([]);
    expect((await service.get(`${url}/quarantine?state=lost`)).status).toBe(400);
    expect((await service.get(`${url}/quarantine?limit=0`)).status).toBe(400);
  });

  it('cuts a row that is too long, and says so', async () => {
    await pushWrong([{ i: 'x'.repeat(100_000) }]);
    const [item] = (await service.get(`${url}/quarantine`)).body.items;
    expect(item.row.length).toBeLessThan(70_000);
    expect(item.problems.at(-1).message).toContain('send it whole');
    expect((await replay(item.id)).status).toBe(422);
    expect((await replay(item.id, { k: 'a', at: AT, i: 1 })).status).toBe(200);
  });
});

describe('a quarantined row', () => {
  it('is replayed once, corrected, into the log', async () => {
    const id = await pushWrong([{ i: 'x' }]);
    const { status, body } = await replay(id, { k: 'fixed', at: AT, i: 7 });
    expect({ status, body }).toMatchObject({ status: 200, body: { id, state: 'replayed', sequence: 0 } });
    expect(await latest('fixed')).toBe(7);
    expect(await replay(id, { k: 'fixed', at: AT, i: 8 })).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
    expect(await service.request('DELETE', `${url}/quarantine/${id}`)).toMatchObject({ status: 409 });
    expect(await latest('fixed')).toBe(7);
  });

  it('waits on with its new problems while it is still wrong', async () => {
    const id = await pushWrong([{ i: 'x' }]);
    expect(await replay(id, { k: 'a', at: 'noon', i: 1 })).toMatchObject({
      status: 422,
      body: { error: { code: 'INVALID_ROW', path: '/at' } },
    });
    const { body } = await service.get(`${url}/quarantine/${id}`);
    expect(body).toMatchObject({ state: 'waiting', row: { at: 'noon' }, problems: [{ path: '/at' }] });
    expect((await replay(id, { k: 'a', at: AT })).status).toBe(200);
  });

  it('is taken as it was kept once its source has gained the column', async () => {
    await pushWrong([{ x: 1.5 }, { x: 'no' }]);
    await define(url.split('/').at(-1)!, [{ name: 'x', type: 'FLOAT64' }]);
    const { body } = await service.post(`${url}/quarantine/replay`, {});
    expect(body).toMatchObject({ replayed: 1, refused: 1, more: false });
    expect(body.refusals[0].error).toMatchObject({ code: 'INVALID_ROW', problems: [{ path: '/x' }] });
    expect((await counts()).states).toEqual({ waiting: 1, replayed: 1, discarded: 0 });
  });

  it('is replayed among many, each by itself', async () => {
    const first = await pushWrong([{ i: 'x' }, { i: 'y' }]);
    const rows = [{ id: first, row: { k: 'm', at: AT, i: 1 } }, { id: first + 1 }, { id: 999_999 }];
    const { body } = await service.post(`${url}/quarantine/replay`, { rows });
    expect(body).toMatchObject({
      replayed: 1,
      refused: 2,
      refusals: [
        { id: first + 1, error: { code: 'INVALID_ROW' } },
        { id: 999_999, error: { code: 'NOT_FOUND' } },
      ],
    });
    for (const wrong of [{ rows: [{ id: '1' }] }, { rows: [{ id: 1, rwo: {} }] }, { rows: {} }, { x: 1 }])
      expect((await service.post(`${url}/quarantine/replay`, wrong)).status).toBe(400);
  });

  it('is replayed once when it is asked for at the same time', async () => {
    const id = await pushWrong([{ i: 'x' }]);
    const row = { k: 'race', at: AT, i: 1 };
    const answers = await Promise.all([replay(id, row), replay(id, row), replay(id, row)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await service.post(`${url}/rows`, { rows: [row] })).body.firstSequence).toBe(1);
  });

  it('stays listed when it is discarded', async () => {
    const id = await pushWrong([{ i: 'x' }]);
    expect(await service.request('DELETE', `${url}/quarantine/${id}`)).toMatchObject({
      status: 200,
      body: { state: 'discarded' },
    });
    expect((await service.request('DELETE', `${url}/quarantine/${id}`)).status).toBe(200);
    expect((await replay(id, { k: 'a', at: AT })).status).toBe(409);
    expect((await service.get(`${url}/quarantine?state=discarded`)).body.items).toHaveLength(1);
  });

  it('is nobody else’s', async () => {
    const id = await pushWrong([{ i: 'x' }]);
    const other = await newSource(`s${sources++}`);
    for (const [method, path] of [
      ['GET', `${other}/quarantine/${id}`],
      ['DELETE', `${other}/quarantine/${id}`],
      ['POST', `${other}/quarantine/${id}/replay`],
      ['GET', '/v1/projects/p/sources/none/quarantine'],
      ['GET', '/v1/projects/p/sources/none/quarantine/counts'],
    ] as const)
      expect((await service.request(method, path)).status, path).toBe(404);
    expect((await service.get(`${url}/quarantine/1e1`)).status).toBe(400);
  });
});

describe('a load', () => {
  const HEADER = 'k,at,i';

  it('quarantines wrong rows up to its threshold, once', async () => {
    const path = file('wrong.csv', [HEADER, `a,${AT},1`, `b,${AT},1.5`, `c,${AT}`, `d,,4`, `e,${AT},5`]);
    for (const [rows, skipped, quarantined] of [
      [2, 0, 3],
      [0, 5, 0],
    ]) {
      const job = await load({ path, maxInvalid: 0.6 });
      expect(job).toMatchObject({ state: 'succeeded', result: { rows, skipped, quarantined } });
    }
    const { items } = (await service.get(`${url}/quarantine`)).body;
    expect(items).toMatchObject([
      { ordinal: 1, row: { k: 'b', at: AT, i: '1.5' }, problems: [{ path: '/i' }] },
      { ordinal: 2, row: { k: 'c', at: AT }, problems: [{ path: '' }] },
      { ordinal: 3, row: { k: 'd', i: 4 }, problems: [{ path: '/at' }] },
    ]);
    expect((await replay(items[0].id, { k: 'b', at: AT, i: 2 })).status).toBe(200);
  });

  it('takes nothing when more rows are wrong than it allows', async () => {
    const path = file('mostly.csv', [HEADER, `a,${AT},1`, `b,${AT},1.5`]);
    const { error } = await load({ path });
    expect(error).toMatchObject({ code: 'MOSTLY_INVALID', path: '/2/i' });
    expect(error.message).toContain('1 of 2 rows');
    expect((await counts()).states.waiting).toBe(0);
    expect((await service.post(`${url}/rows`, { rows: [{ k: 'p', at: AT }] })).body.firstSequence).toBe(0);
  });

  it('keeps a mapped record in the shape of the source', async () => {
    const line = JSON.stringify({ id: 'n', when: AT, deep: { i: 'x' } });
    const path = file('mapped.ndjson', [line]);
    const columns = { k: 'id', at: 'when', i: '/deep/i' };
    expect(await load({ path, columns, maxInvalid: 1 })).toMatchObject({ result: { quarantined: 1 } });
    const [item] = (await service.get(`${url}/quarantine`)).body.items;
    expect(item).toMatchObject({ row: { k: 'n', at: AT, i: 'x' }, problems: [{ path: '/i' }] });
  });
});

async function newSource(name: string): Promise<string> {
  await define(name, []);
  return `/v1/projects/p/sources/${name}`;
}

async function define(name: string, more: readonly unknown[]): Promise<void> {
  const columns = [
    { name: 'k', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'i', type: 'INT64' },
    ...more,
  ];
  const documents = [
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
    { kind: 'Source', name, eventTime: 'at', columns },
    { kind: 'FeatureSet', name, entity: 'thing', source: name, features: [{ name: 'i' }] },
    { kind: 'FeatureService', name, entries: [{ featureSet: name }] },
  ];
  const { status, body } = await service.post('/v1/projects/p/apply', { documents });
  expect(status, JSON.stringify(body)).toBe(200);
}

/** Pushes rows with something wrong in each; gives the id of the first one in quarantine. */
async function pushWrong(wrong: readonly object[]): Promise<number> {
  const rows = wrong.map((each) => ({ k: 'k', at: AT, ...each }));
  const { status, body } = await service.post(`${url}/rows?invalid=quarantine`, { rows });
  expect({ status, quarantined: body.quarantined }).toEqual({ status: 200, quarantined: wrong.length });
  return (await service.get(`${url}/quarantine`)).body.items[0].id;
}

async function counts() {
  return (await service.get(`${url}/quarantine/counts`)).body;
}

function replay(id: number, row?: object) {
  return service.post(`${url}/quarantine/${id}/replay`, row === undefined ? {} : { row });
}

async function latest(k: string): Promise<unknown> {
  const featureService = url.split('/').at(-1);
  const { body } = await service.post('/v1/projects/p/online/lookup', { featureService, entities: [{ k }] });
  return body.results[0].values[0];
}

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function load(request: object) {
  const { status, body } = await service.post(`${url}/loads`, request);
  expect(status, JSON.stringify(body)).toBe(202);
  for (;;) {
    const job = (await service.get(`/v1/projects/p/jobs/${body.id}`)).body;
    if (job.finishedAt !== null) return job;
    await delay(5);
  }
}
