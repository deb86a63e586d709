import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { AIRPORT, ALL, DELAY, OBSERVATIONS, ORIGIN_WEATHER, WEATHER } from './definitions.js';

const BASE = '/v1/projects/flights';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  await service.post(`${BASE}/apply`, { documents: ALL });
});
afterAll(() => service.close());

type Case = {
  readonly what: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly code?: string;
  readonly status?: number;
  readonly path: string;
  readonly says: string;
};

const weatherWith = (features: readonly unknown[]) => ({ ...WEATHER, features });
const sourceWith = (columns: readonly unknown[]) => ({ ...OBSERVATIONS, name: 'other', columns });
const TIMES = OBSERVATIONS.columns.slice(1, 3);

/** A source with a stream of these members, beside those it needs. */
function streamCases(): readonly Case[] {
  const columns = [...TIMES, { name: 'k', type: 'STRING' }, { name: 'n', type: 'INT64' }];
  const withStream = (stream: Readonly<Record<string, unknown>>) => ({
    ...sourceWith(columns),
    stream: { topic: 't', format: 'json', ...stream },
  });
  const avro = (fields: readonly unknown[]) => ({
    format: 'avro',
    schema: { type: 'record', name: 'r', fields },
  });
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, string, string])[] = [
    ['of a topic that Kafka does not allow', { topic: 'a b' }, '/topic', 'is "a b"'],
    ['of an unknown format', { format: 'xml' }, '/format', 'is "xml"'],
    ['with a column that is not there', { columns: { x: 'y' } }, '/columns/x', 'is no column of the source'],
    ['with a place that is none', { columns: { n: '/a~b' } }, '/columns/n', 'is no JSON pointer'],
    ['with a key without a column', { key: { format: 'text' } }, '/key', 'has "column" alone'],
    [
      'with a JSON key in one column',
      { key: { format: 'json', column: 'k' } },
      '/key',
      'has "columns" alone',
    ],
    ['with a key of another type', { key: { format: 'bytes', column: 'k' } }, '/key/column', 'is BYTES'],
    [
      'with a column in two places',
      { columns: { k: 'x' }, key: { format: 'text', column: 'k' } },
      '/columns/k',
      'another place',
    ],
    ['with a time that is no TIMESTAMP', { timestamp: 'n' }, '/timestamp', 'expected TIMESTAMP'],
    ['whose empty messages delete nothing', { empty: 'delete' }, '/empty', 'needs the source\'s "tombstone"'],
    ['of JSON with a schema', { schema: 'long' }, '/schema', 'belongs to format avro'],
    ['of Avro without a schema', { format: 'avro' }, '/schema', 'is missing'],
    ['of Avro that is no record', { format: 'avro', schema: 'long' }, '/schema', 'is a long'],
    [
      'of Avro with a broken schema',
      avro([{ name: 'k', type: 'strin' }]),
      '/schema/fields/0/type',
      'is no Avro type',
    ],
    ['of Avro of another type', avro([{ name: 'n', type: ['null', 'double'] }]), '/schema', 'an Avro double'],
    ['of Avro with another field', avro([{ name: 'x', type: 'long' }]), '/schema', 'field "x" is no column'],
  ];
  return cases.map(([what, stream, path, says]) => ({
    what: `a stream ${what}`,
    document: withStream(stream),
    path: `/stream${path}`,
    says,
  }));
}

const CASES: readonly Case[] = [
  {
    what: 'an unknown kind',
    document: { ...WEATHER, kind: 'FeatureSett' },
    path: '/kind',
    says: 'did you mean "FeatureSet"?',
  },
  { what: 'no kind', document: { name: 'x' }, path: '/kind', says: 'is missing' },
  {
    what: 'an unknown property',
    document: { ...WEATHER, descripton: 'x' },
    path: '/descripton',
    says: 'did you mean "description"?',
  },
  {
    what: 'an unknown property of a feature',
    document: weatherWith([{ name: 'temp', defualt: 1 }]),
    path: '/features/0/defualt',
    says: 'did you mean "default"?',
  },
  {
    what: 'a property __proto__',
    document: JSON.parse('{"kind":"Entity","name":"x","keys":[{"name":"a","type":"STRING"}],"__proto__":{}}'),
    path: '/__proto__',
    says: 'is no known property',
  },
  { what: 'a missing property', document: { kind: 'Entity', name: 'x' }, path: '/keys', says: 'is missing' },
  {
    what: 'text for a list',
    document: { ...WEATHER, features: 'temp' },
    path: '/features',
    says: 'is "temp"; expected a list',
  },
  { what: 'an empty list', document: weatherWith([]), path: '/features', says: 'is empty' },
  {
    what: 'a name that is none',
    document: { ...AIRPORT, name: 'air__port' },
    path: '/name',
    says: 'single underscores',
  },
  {
    what: 'an unknown type',
    document: { ...AIRPORT, name: 'x', keys: [{ name: 'a', type: 'STRNG' }] },
    path: '/keys/0/type',
    says: 'did you mean "STRING"?',
  },
  {
    what: 'a FLOAT64 key',
    document: { ...AIRPORT, name: 'x', keys: [{ name: 'a', type: 'FLOAT64' }] },
    path: '/keys/0/type',
    says: 'expected one of BOOL',
  },
  {
    what: 'a key twice',
    document: { ...AIRPORT, name: 'x', keys: [...AIRPORT.keys, ...AIRPORT.keys] },
    path: '/keys/1/name',
    says: 'is there twice',
  },
  {
    what: 'a bad duration',
    document: { ...WEATHER, maxAge: '3 hours' },
    path: '/maxAge',
    says: 'such as "3h"',
  },
  {
    what: 'a retention shorter than maxAge',
    document: { ...WEATHER, retention: '1h' },
    path: '/retention',
    says: 'shorter',
  },
  {
    what: 'a column twice',
    document: sourceWith([...OBSERVATIONS.columns, { name: 'temp', type: 'INT64' }]),
    path: '/columns/5/name',
    says: 'is there twice',
  },
  {
    what: 'columns that differ in case only',
    document: sourceWith([...OBSERVATIONS.columns, { name: 'Temp', type: 'INT64' }]),
    path: '/columns/5/name',
    says: 'differs from "temp" in case only',
  },
  {
    what: 'an event time that is no column',
    document: { ...sourceWith(TIMES), eventTime: 'when' },
    path: '/eventTime',
    says: 'TIMESTAMP columns are event_ts, created_ts',
  },
  {
    what: 'an event time of another type',
    document: { ...sourceWith(OBSERVATIONS.columns), eventTime: 'temp' },
    path: '/eventTime',
    says: '"temp" is FLOAT64, expected TIMESTAMP',
  },
  {
    what: 'an order column of another type',
    document: { ...sourceWith(OBSERVATIONS.columns), orderColumn: 'temp' },
    path: '/orderColumn',
    says: 'expected INT64',
  },
  {
    what: 'knownAfter beside createdTime',
    document: { ...sourceWith(TIMES), knownAfter: '1h' },
    path: '/knownAfter',
    says: 'no effect',
  },
  {
    what: 'a tombstone of another type',
    document: { ...sourceWith(OBSERVATIONS.columns), tombstone: 'temp' },
    path: '/tombstone',
    says: '"temp" is FLOAT64, expected BOOL; add a BOOL column',
  },
  {
    what: 'a tombstone that is no column',
    document: { ...sourceWith([...TIMES, { name: 'gone', type: 'BOOL' }]), tombstone: 'deleted' },
    path: '/tombstone',
    says: '"deleted" is no column of the source; BOOL columns are gone',
  },
  {
    what: 'an event id of ARRAY type',
    document: { ...sourceWith([...TIMES, { name: 'ids', type: 'ARRAY<STRING>' }]), eventId: 'ids' },
    path: '/eventId',
    says: '"ids" is ARRAY<STRING>, expected STRING or INT64 or BYTES',
  },
  {
    what: 'an event id of type FLOAT64',
    document: { ...sourceWith(OBSERVATIONS.columns), eventId: 'temp' },
    path: '/eventId',
    says: 'STRING or INT64 or BYTES columns are origin, wind_dir',
  },
  {
    what: 'dedupeFor without eventId',
    document: { ...sourceWith(TIMES), dedupeFor: '7d' },
    path: '/dedupeFor',
    says: 'has no effect without "eventId"',
  },
  {
    what: 'an empty dedupeFor',
    document: { ...sourceWith(OBSERVATIONS.columns), eventId: 'origin', dedupeFor: '0s' },
    path: '/dedupeFor',
    says: 'is empty',
  },
  {
    what: 'an unknown treatment of the future',
    document: { ...sourceWith(TIMES), future: 'Hold' },
    path: '/future',
    says: 'did you mean "hold"?',
  },
  {
    what: 'a future that is no text',
    document: { ...sourceWith(TIMES), future: true },
    path: '/future',
    says: 'expected one of refuse, hold',
  },
  ...streamCases(),
  {
    what: 'an empty historyRetention',
    document: { ...sourceWith(TIMES), historyRetention: '0d' },
    path: '/historyRetention',
    says: 'is empty',
  },
  {
    what: 'a historyRetention that is no duration',
    document: { ...sourceWith(TIMES), historyRetention: '1y' },
    path: '/historyRetention',
    says: 'such as "3h"',
  },
  {
    what: 'a historyRetention within knownAfter',
    document: { ...sourceWith(TIMES), createdTime: undefined, knownAfter: '2d', historyRetention: '48h' },
    path: '/historyRetention',
    says: 'no longer than "knownAfter"',
  },
  {
    what: 'a dimension of a scalar',
    document: sourceWith([...TIMES, { name: 'x', type: 'FLOAT64', dimension: 3 }]),
    path: '/columns/2/dimension',
    says: 'only ARRAY<FLOAT64>',
  },
  {
    what: 'an unknown entity',
    document: { ...WEATHER, entity: 'airprt' },
    path: '/entity',
    says: 'did you mean "airport"?',
  },
  {
    what: 'an unknown source',
    document: { ...WEATHER, source: 'nothing' },
    path: '/source',
    says: 'it has observations',
  },
  {
    what: 'an unknown column',
    document: weatherWith([{ name: 'tmp' }]),
    path: '/features/0/name',
    says: 'has no column "tmp"',
  },
  {
    what: 'an unknown named column',
    document: weatherWith([{ name: 'x', column: 'y' }]),
    path: '/features/0/column',
    says: 'has no column "y"',
  },
  {
    what: 'column and expression',
    document: weatherWith([{ name: 'x', column: 'temp', expression: 'temp' }]),
    path: '/features/0',
    says: 'keep one',
  },
  {
    what: 'a feature twice',
    document: weatherWith([{ name: 'temp' }, { name: 'temp' }]),
    path: '/features/1/name',
    says: 'is there twice',
  },
  {
    what: 'features that differ in case only',
    document: weatherWith([{ name: 'temp' }, { name: 'Temp', column: 'temp' }]),
    path: '/features/1/name',
    says: 'in case only',
  },
  {
    what: 'a default of another type',
    document: weatherWith([{ name: 'temp', default: 'cold' }]),
    path: '/features/0/default',
    says: 'FLOAT64',
  },
  {
    what: 'a key mapped from nothing',
    document: { ...WEATHER, keys: { dest: 'origin' } },
    path: '/keys/dest',
    says: 'has no key "dest"',
  },
  {
    what: 'a key of another type',
    document: { ...WEATHER, keys: { origin: 'wind_dir' } },
    path: '/keys/origin',
    says: 'is INT64',
  },
  {
    what: 'an expression that does not parse',
    document: weatherWith([{ name: 'x', expression: 'temp +' }]),
    code: 'INVALID_EXPRESSION',
    path: '/features/0/expression',
    says: '',
  },
  {
    what: 'an expression that does not type',
    document: weatherWith([{ name: 'x', expression: "temp + 'a'" }]),
    code: 'INVALID_EXPRESSION',
    path: '/features/0/expression',
    says: '',
  },
  {
    what: 'an expression over an unknown column',
    document: weatherWith([{ name: 'x', expression: 'tmp + 1' }]),
    code: 'INVALID_EXPRESSION',
    path: '/features/0/expression',
    says: 'tmp',
  },
  {
    what: 'an unknown feature set',
    document: { ...ORIGIN_WEATHER, entries: [{ featureSet: 'wether' }] },
    path: '/entries/0/featureSet',
    says: 'did you mean "weather"?',
  },
  {
    what: 'an unknown version',
    document: { ...ORIGIN_WEATHER, entries: [{ featureSet: 'weather', version: 9 }] },
    path: '/entries/0/version',
    says: 'has no version 9; latest is 1',
  },
  {
    what: 'an unknown feature',
    document: { ...ORIGIN_WEATHER, entries: [{ featureSet: 'weather', features: ['tmp'] }] },
    path: '/entries/0/features/0',
    says: 'has no feature "tmp"',
  },
  {
    what: 'an alias twice',
    document: { ...ORIGIN_WEATHER, entries: [{ featureSet: 'weather' }, { featureSet: 'weather' }] },
    path: '/entries/1/alias',
    says: 'is there twice',
  },
  {
    what: 'an unknown service',
    document: { ...DELAY, featureService: 'x' },
    path: '/featureService',
    says: 'has no feature service "x"',
  },
  {
    what: 'a label that does not type',
    document: {
      ...DELAY,
      label: { ...DELAY.label, expression: 'arr_delay', columns: [{ name: 'arr_delay', type: 'STRING' }] },
    },
    path: '/label/expression',
    says: '',
  },
  {
    what: 'an unknown trainer setting',
    document: { ...DELAY, trainer: { kind: 'logisticRegression', epoch: 3 } },
    path: '/trainer/epoch',
    says: 'did you mean "epochs"?',
  },
  {
    what: 'a lost column',
    document: { ...OBSERVATIONS, columns: OBSERVATIONS.columns.slice(0, 4) },
    code: 'SCHEMA_CHANGE_REFUSED',
    status: 409,
    path: '/columns',
    says: 'column "wind_dir" is lost',
  },
  {
    what: 'a retyped column',
    document: {
      ...OBSERVATIONS,
      columns: [...OBSERVATIONS.columns.slice(0, 4), { name: 'wind_dir', type: 'FLOAT64' }],
    },
    code: 'SCHEMA_CHANGE_REFUSED',
    status: 409,
    path: '/columns/4/type',
    says: 'was INT64 and would be FLOAT64',
  },
  {
    what: 'another event time',
    document: { ...OBSERVATIONS, eventTime: 'created_ts' },
    code: 'SCHEMA_CHANGE_REFUSED',
    status: 409,
    path: '/eventTime',
    says: 'was event_ts',
  },
  {
    what: 'a lost created time',
    document: { ...OBSERVATIONS, createdTime: undefined },
    code: 'SCHEMA_CHANGE_REFUSED',
    status: 409,
    path: '/createdTime',
    says: 'would be absent',
  },
  {
    what: 'other keys of a used entity',
    document: { ...AIRPORT, keys: [{ name: 'origin', type: 'BYTES' }] },
    code: 'SCHEMA_CHANGE_REFUSED',
    status: 409,
    path: '/keys',
    says: 'feature set "weather" version 1',
  },
];

describe('a document', () => {
  it.each(CASES)('with $what is refused by code and path, and nothing is written', async (bad) => {
    const good = { kind: 'Entity', name: 'untouched', keys: [{ name: 'id', type: 'INT64' }] };
    const { status, body } = await service.post(`${BASE}/apply`, { documents: [good, bad.document] });
    expect(body.error).toMatchObject({ code: bad.code ?? 'INVALID_DOCUMENT' });
    expect(status).toBe(bad.status ?? 422);
    const at = body.error.problems.find(({ path }: { path: string }) => path === `/documents/1${bad.path}`);
    expect(at, JSON.stringify(body.error)).toBeDefined();
    expect(at.message).toContain(bad.says);
    const listed = (await service.get(`${BASE}/entities`)).body.items;
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(['airport']);
    expect((await service.get(`${BASE}/feature-sets/weather`)).body.version).toBe(1);
  });
});

describe('a request', () => {
  it('names every problem of every document at once', async () => {
    const documents = [{ ...WEATHER, maxAge: 'x', owners: 1 }, { kind: 'Entity' }];
    const { body } = await service.post(`${BASE}/apply`, { documents });
    const paths = body.error.problems.map(({ path }: { path: string }) => path).sort();
    expect(paths).toEqual([
      '/documents/0/maxAge',
      '/documents/0/owners',
      '/documents/1/keys',
      '/documents/1/name',
    ]);
  });

  it('does not repeat a problem for what refers to the refused document', async () => {
    const broken = { ...WEATHER, name: 'broken', features: [{ name: 'nope' }] };
    const follower = { ...ORIGIN_WEATHER, name: 'follower', entries: [{ featureSet: 'broken' }] };
    const { body } = await service.post(`${BASE}/apply`, { documents: [follower, broken] });
    expect(body.error).toMatchObject({ path: '/documents/1/features/0/name' });
  });

  it('with one name twice is refused', async () => {
    const { status, body } = await service.post(`${BASE}/apply`, { documents: [WEATHER, WEATHER] });
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'INVALID_DOCUMENT', path: '/documents/1/name' });
  });

  it.each([
    ['no documents', {}, '/documents'],
    ['no list', { documents: {} }, '/documents'],
    ['an empty list', { documents: [] }, '/documents'],
    ['an unknown property', { documents: [AIRPORT], dryRun: true }, '/dryRun'],
    ['a property that every object has', { documents: [AIRPORT], constructor: 1 }, '/constructor'],
    ['a property __proto__', JSON.parse('{"documents":[],"__proto__":{"documents":[1]}}'), '/__proto__'],
  ])('with %s is INVALID_REQUEST', async (_, json, path) => {
    const { status, body } = await service.post(`${BASE}/apply`, json);
    expect(status).toBe(400);
    expect(body.error.code).toBe('INVALID_REQUEST');
    expect(body.error.problems.map((problem: { path: string }) => problem.path)).toContain(path);
  });

  it('in YAML gets lines and columns', async () => {
    const text = 'kind: Entity\nname: x\nkeys:\n  - name: a\n    type: STRNG\n---\nkind: Entity\nname: y\n';
    const { status, body } = await service.yaml(`${BASE}/apply`, text);
    expect(status).toBe(422);
    expect(body.error.problems).toMatchObject([
      { path: '/documents/0/keys/0/type', line: 5, column: 11 },
      { path: '/documents/1/keys', line: 7 },
    ]);
  });

  it.each([
    ['broken', 'kind: [Entity', 1],
    ['with a key twice', 'kind: Entity\nkind: Source\n', 2],
  ])('in YAML that is %s is INVALID_REQUEST', async (_, text, line) => {
    const { status, body } = await service.yaml(`${BASE}/apply`, text);
    expect(status).toBe(400);
    expect(body.error.problems[0].line).toBe(line);
  });

  it('in YAML that unfolds without end is refused', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`,
    );
    const { status } = await service.yaml(`${BASE}/apply`, ['a0: &a0 [x]', ...levels].join('\n'));
    expect(status).toBe(400);
  });

  it('for one kind refuses another', async () => {
    const { status, body } = await service.post(`${BASE}/entities`, WEATHER);
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'INVALID_DOCUMENT', path: '/kind' });
  });

  it('of a project that is no name is refused', async () => {
    for (const project of ['a__b', '1a', 'a b', 'x'.repeat(64)]) {
      const { status, body } = await service.get(`/v1/projects/${encodeURIComponent(project)}/entities`);
      expect([status, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    }
  });

  it.each(['0', '-1', 'x', '1.5', '1e99'])('for version %s is refused', async (version) => {
    const { status, body } = await service.get(`${BASE}/entities/airport?version=${version}`);
    expect([status, body.error.code, body.error.problems[0].path]).toEqual([
      400,
      'INVALID_REQUEST',
      '/version',
    ]);
  });
});
