import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, OBSERVATIONS, WEATHER } from './definitions.js';

let service: TestApp;
let projects = 0;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

const withColumns = (...columns: readonly object[]) => [...OBSERVATIONS.columns, ...columns];
const FLAG = { name: 'gone', type: 'BOOL' };
const ORDER = { name: 'version', type: 'INT64' };
const UNTIMED = { ...OBSERVATIONS, createdTime: undefined, knownAfter: '1h' };
const KEYED = { ...OBSERVATIONS, eventId: 'wind_dir', dedupeFor: '1d' };

type Growth = readonly [what: string, before: object, after: object];

/** What a source may become: another version, with the feature sets of before as they were. */
const GROWTHS: readonly Growth[] = [
  ['a column', OBSERVATIONS, { ...OBSERVATIONS, columns: withColumns(FLAG) }],
  ['a column in front', OBSERVATIONS, { ...OBSERVATIONS, columns: [FLAG, ...OBSERVATIONS.columns] }],
  [
    'a tombstone with its column',
    OBSERVATIONS,
    { ...OBSERVATIONS, columns: withColumns(FLAG), tombstone: 'gone' },
  ],
  ['an event id', OBSERVATIONS, { ...OBSERVATIONS, eventId: 'wind_dir' }],
  [
    'an event id in a new column',
    OBSERVATIONS,
    { ...OBSERVATIONS, columns: withColumns(ORDER), eventId: 'version' },
  ],
  ['another event id', KEYED, { ...KEYED, eventId: 'origin' }],
  ['no event id', KEYED, OBSERVATIONS],
  ['another dedupeFor', KEYED, { ...KEYED, dedupeFor: '2d' }],
  ['held rows', OBSERVATIONS, { ...OBSERVATIONS, future: 'hold' }],
  ['no held rows', { ...OBSERVATIONS, future: 'hold' }, OBSERVATIONS],
  ['a history that ends', OBSERVATIONS, { ...OBSERVATIONS, historyRetention: '30d' }],
  ['a longer history', { ...OBSERVATIONS, historyRetention: '30d' }, OBSERVATIONS],
  ['another knownAfter', UNTIMED, { ...UNTIMED, knownAfter: '2h' }],
];

/** What would change the meaning of rows that are there. */
const REFUSALS: readonly (readonly [...Growth, path: string])[] = [
  [
    'a tombstone in a column of before',
    { ...OBSERVATIONS, columns: withColumns(FLAG) },
    { ...OBSERVATIONS, columns: withColumns(FLAG), tombstone: 'gone' },
    '/tombstone',
  ],
  [
    'another tombstone',
    { ...OBSERVATIONS, columns: withColumns(FLAG), tombstone: 'gone' },
    { ...OBSERVATIONS, columns: withColumns(FLAG, { name: 'left', type: 'BOOL' }), tombstone: 'left' },
    '/tombstone',
  ],
  [
    'no tombstone',
    { ...OBSERVATIONS, columns: withColumns(FLAG), tombstone: 'gone' },
    { ...OBSERVATIONS, columns: withColumns(FLAG) },
    '/tombstone',
  ],
  ['an order column', OBSERVATIONS, { ...OBSERVATIONS, orderColumn: 'wind_dir' }, '/orderColumn'],
  ['a created time', UNTIMED, OBSERVATIONS, '/createdTime'],
  [
    'another dimension',
    { ...OBSERVATIONS, columns: withColumns({ name: 'v', type: 'ARRAY<FLOAT64>', dimension: 2 }) },
    { ...OBSERVATIONS, columns: withColumns({ name: 'v', type: 'ARRAY<FLOAT64>', dimension: 3 }) },
    '/columns/5/type',
  ],
];

/** The same meaning written otherwise. */
const SAME: readonly Growth[] = [
  ['future spelled out', OBSERVATIONS, { ...OBSERVATIONS, future: 'refuse' }],
  ['the default dedupeFor', { ...KEYED, dedupeFor: undefined }, { ...KEYED, dedupeFor: '168h' }],
  ['the default knownAfter', { ...UNTIMED, knownAfter: undefined }, { ...UNTIMED, knownAfter: '0s' }],
  ['columns in another order', OBSERVATIONS, { ...OBSERVATIONS, columns: OBSERVATIONS.columns.toReversed() }],
  [
    'history in another unit',
    { ...OBSERVATIONS, historyRetention: '2d' },
    { ...OBSERVATIONS, historyRetention: '48h' },
  ],
];

async function grow(before: object, after: object) {
  projects += 1;
  const apply = `/v1/projects/g${projects}/apply`;
  const first = await service.post(apply, { documents: [AIRPORT, before, WEATHER] });
  expect(first, JSON.stringify(first.body)).toMatchObject({ status: 200 });
  return service.post(apply, { documents: [after, WEATHER] });
}

describe('a source', () => {
  it.each(GROWTHS)('may get %s', async (_, before, after) => {
    const { status, body } = await grow(before, after);
    expect({ status, body }).toMatchObject({ status: 200 });
    expect(body.changes).toMatchObject([
      { action: 'newVersion', version: 2 },
      { action: 'unchanged', version: 1 },
    ]);
    expect(body.changes[0].differences.length).toBeGreaterThan(0);
  });

  it.each(REFUSALS)('may not get %s', async (_, before, after, path) => {
    const { status, body } = await grow(before, after);
    expect([status, body.error.code]).toEqual([409, 'SCHEMA_CHANGE_REFUSED']);
    expect(body.error.problems.map((problem: { path: string }) => problem.path)).toEqual([
      `/documents/0${path}`,
    ]);
  });

  it.each(SAME)('means the same with %s', async (_, before, after) => {
    const { body } = await grow(before, after);
    expect(body.changes[0]).toMatchObject({ action: 'updated', version: 1 });
  });

  it.each([
    ['shorter than maxAge', { maxAge: '90d' }],
    ['shorter than retention', { retention: '90d' }],
    ['and no retention at all', { maxAge: undefined }],
  ])('may keep less history than its feature sets reach back: %s', async (_, lifetime) => {
    // The newest row of each key before the horizon stays, so that every T which is still answered is answered by S15.
    projects += 1;
    const documents = [
      AIRPORT,
      { ...OBSERVATIONS, historyRetention: '30d' },
      { ...WEATHER, maxAge: undefined, ...lifetime },
    ];
    const { status } = await service.post(`/v1/projects/g${projects}/apply`, { documents });
    expect(status).toBe(200);
  });
});
