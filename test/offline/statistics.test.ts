import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

const PROJECT = '/v1/projects/p';
const DOCUMENTS = [
  { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
  {
    kind: 'Source',
    name: 'readings',
    eventTime: 'at',
    createdTime: 'known',
    columns: [
      { name: 'k', type: 'STRING' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'known', type: 'TIMESTAMP' },
      { name: 'v', type: 'INT64' },
      { name: 'list', type: 'ARRAY<INT64>' },
    ],
  },
  {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'thing',
    source: 'readings',
    features: [{ name: 'v' }, { name: 'list' }, { name: 'at' }],
  },
];

const BIG = '9007199254740993';

describe('statistics of a feature set', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp();
    await service.post(`${PROJECT}/apply`, { documents: DOCUMENTS });
    const rows = [
      { k: 'a', at: '2020-01-01T00:00:00Z', known: '2020-01-01T00:00:01Z', v: BIG, list: [1, 2] },
      { k: 'b', at: '2020-01-02T00:00:00Z', known: '2020-01-02T00:00:00Z', v: null, list: null },
      { k: 'a', at: '2020-01-03T00:00:00Z', known: '2020-01-05T00:00:00Z', v: 1, list: [1, 2] },
    ];
    expect((await service.post(`${PROJECT}/sources/readings/rows`, { rows })).status).toBe(200);
  });
  afterAll(() => service.close());

  const read = (query: string) => service.get(`${PROJECT}/feature-sets/set/statistics${query}`);

  it('are of all rows, values as in every JSON answer', async () => {
    const { status, body } = await read('');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      featureSet: 'set',
      version: 1,
      rows: 3,
      deletions: 0,
      entities: 2,
      firstEvent: '2020-01-01T00:00:00Z',
      lastEvent: '2020-01-03T00:00:00Z',
      features: [
        { name: 'v', count: 2, nulls: 1, distinct: { count: 2, exact: true }, min: 1, max: BIG },
        { name: 'list', count: 2, distinct: { count: 1 }, min: null, max: null, quantiles: [], top: [] },
        { name: 'at', min: '2020-01-01T00:00:00Z', mean: null },
      ],
    });
  });

  it('are of the rows in range that were known by then', async () => {
    const { body } = await read('?from=2020-01-02T00:00:00Z&to=2020-01-03T00:00:00Z');
    expect(body).toMatchObject({ rows: 1, features: [{ count: 0, nulls: 1, min: null }, {}, {}] });
    const known = await read('?asOf=2020-01-04T00:00:00Z');
    expect(known.body).toMatchObject({ rows: 2, lastEvent: '2020-01-02T00:00:00Z' });
  });

  it('refuse what they do not know', async () => {
    const bad: readonly [string, number, string][] = [
      ['?from=yesterday', 400, 'INVALID_REQUEST'],
      ['?asOf=9000-01-01T00:00:00Z', 422, 'FUTURE_TIME'],
      ['?version=9', 404, 'NOT_FOUND'],
      ['?until=now', 400, 'INVALID_REQUEST'],
    ];
    for (const [query, status, code] of bad) {
      expect(await read(query)).toMatchObject({ status, body: { error: { code } } });
    }
  });
});
