import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

const ENTITIES = '/v1/projects/p/entities';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  const keys = [{ name: 'id', type: 'INT64' }];
  const documents = [
    { kind: 'Entity', name: 'flight', keys, owner: 'ops', tags: ['air', 'core'] },
    { kind: 'Entity', name: 'airport', keys, owner: 'geo', tags: ['air'], description: 'By IATA code' },
    { kind: 'Entity', name: 'Zone', keys },
    { kind: 'Entity', name: 'card', keys, owner: 'ops', tags: [''] },
  ];
  await service.post('/v1/projects/p/apply', { documents });
  await service.post(`${ENTITIES}/card/versions/1/deprecate`, {});
});
afterAll(() => service.close());

async function names(query: string): Promise<readonly string[]> {
  const { status, body } = await service.get(`${ENTITIES}${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.items.map(({ name }: { name: string }) => name);
}

describe('the list of definitions', () => {
  it.each([
    ['', ['Zone', 'airport', 'card', 'flight']],
    ['?owner=ops', ['card', 'flight']],
    ['?owner=op', []],
    ['?tag=air', ['airport', 'flight']],
    ['?tag=', ['card']],
    ['?state=deprecated', ['card']],
    ['?state=active&owner=ops', ['flight']],
    ['?search=iata', ['airport']],
    ['?search=AIR', ['airport']],
    ['?search=zone', ['Zone']],
    ['?after=card', ['flight']],
  ])('with %s has %j', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('comes in pages, each name once', async () => {
    const pages: string[][] = [];
    let url = `${ENTITIES}?limit=2`;
    for (;;) {
      const { body } = await service.get(url);
      pages.push(body.items.map(({ name }: { name: string }) => name));
      if (body.next === undefined) break;
      url = `${ENTITIES}?limit=2&after=${body.next}`;
    }
    expect(pages).toEqual([
      ['Zone', 'airport'],
      ['card', 'flight'],
    ]);
  });

  it.each(['?limit=0', '?limit=x', '?state=old', '?owned=ops'])('refuses %s', async (query) => {
    const { status, body } = await service.get(`${ENTITIES}${query}`);
    expect([status, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
  });
});
