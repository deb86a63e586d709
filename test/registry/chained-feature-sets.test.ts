import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  AIRPORT,
  ALL,
  FLIGHT,
  NOTED,
  OBSERVATIONS,
  PRESSURE,
  ROUND_TRIP,
  ROUTE,
  WEATHER,
} from '../support/route-documents.js';

let service: TestApp;
let projects = 0;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

/** A project of its own, with the documents applied one after the other; its address. */
async function projectWith(...applies: readonly (readonly unknown[])[]): Promise<string> {
  projects += 1;
  const base = `/v1/projects/c${projects}`;
  for (const documents of applies) {
    const { status, body } = await service.post(`${base}/apply`, { documents });
    expect(status, JSON.stringify(body)).toBe(200);
  }
  return base;
}

const WEATHER_2 = { ...WEATHER, maxAge: '1h' };

type Described = { readonly kind: string; readonly name: string; readonly version: number };

const named = (items: readonly Described[]) =>
  items.map(({ kind, name, version }) => `${kind} ${name} ${version}`);

describe('a chained feature set', () => {
  it('is registered before or behind its inputs in one request, and keeps its versions when they change (S26)', async () => {
    const base = await projectWith(ALL, [WEATHER_2]);
    expect((await service.get(`${base}/feature-sets/pressure`)).body).toMatchObject({
      version: 1,
      state: 'active',
      pins: { '/inputs/0/version': 1, '/inputs/1/version': 1 },
    });
    const versions = (await service.get(`${base}/feature-sets/pressure/versions`)).body.items;
    expect(versions).toMatchObject([{ version: 1, state: 'active' }]);
    const again = await service.post(`${base}/plan`, { documents: [PRESSURE, { ...PRESSURE, owner: 'me' }] });
    expect(again.status).toBe(422);
    const { body } = await service.post(`${base}/plan`, { documents: [ROUND_TRIP, PRESSURE] });
    expect(body.changes).toMatchObject([
      { name: 'round_trip', action: 'newVersion', version: 2 },
      { name: 'pressure', action: 'newVersion', version: 2 },
    ]);
    expect(body.changes[1].differences).toEqual([
      { path: '/inputs/0/version', from: 1, to: 2 },
      { path: '/inputs/1/version', from: 1, to: 2 },
    ]);
    const pinned = { ...PRESSURE, inputs: PRESSURE.inputs.map((input) => ({ ...input, version: 1 })) };
    const same = await service.post(`${base}/plan`, { documents: [pinned] });
    expect(same.body.changes).toMatchObject([{ action: 'updated', version: 1 }]);
  });

  it('is shown as a dependant of what it reads, with everything above it', async () => {
    const base = await projectWith(ALL);
    const { body } = await service.post(`${base}/plan`, { documents: [WEATHER_2] });
    expect(body.changes[0].dependants).toMatchObject([
      { kind: 'FeatureSet', name: 'pressure', version: 1, pinned: true },
      { kind: 'FeatureSet', name: 'round_trip', version: 1, pinned: true },
      { kind: 'FeatureService', name: 'flight', version: 1, pinned: true },
    ]);
    const { body: noted } = await service.get(`${base}/feature-sets/noted/dependants`);
    expect(named(noted.items)).toEqual(['FeatureSet round_trip 1', 'FeatureService flight 1']);
    const text = await service.post(`${base}/plan?format=text`, { documents: [WEATHER_2, PRESSURE] });
    expect(text.body).toContain(
      'feature set "pressure" version 1 stays on the version before; version 2 of this plan',
    );
  });

  it('keeps its inputs from being deleted and deactivated, and has no state of its own', async () => {
    const base = await projectWith([...ALL].filter((each) => each !== FLIGHT));
    const deleted = await service.request('DELETE', `${base}/feature-sets/weather`);
    expect([deleted.status, deleted.body.error.code]).toEqual([409, 'IN_USE']);
    const off = await service.post(`${base}/feature-sets/weather/versions/1/deactivate`, {});
    expect([off.status, off.body.error.code]).toEqual([409, 'IN_USE']);
    const chained = await service.request('POST', `${base}/feature-sets/pressure/versions/1/deactivate`);
    expect([chained.status, chained.body.error.code]).toEqual([409, 'CONFLICT']);
    expect(chained.body.error.message).toContain('has no online state of its own');
    const statistics = await service.get(`${base}/feature-sets/pressure/statistics`);
    expect([statistics.status, statistics.body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(statistics.body.error.message).toContain('is computed from "weather", "weather"');
    const gone = await service.request('DELETE', `${base}/feature-sets/round_trip`);
    expect(gone.status).toBe(200);
  });

  it('warns of what is deprecated below it, in plans and answers', async () => {
    const base = await projectWith(ALL);
    const url = `${base}/feature-sets/weather/versions/1/deprecate`;
    await service.post(url, { reason: 'rounded' });
    const warning = 'feature set "weather" version 1 is deprecated: rounded';
    const entities = [{ origin: 'a', destination: 'b' }];
    const { body } = await service.post(`${base}/online/lookup`, { features: ['round_trip:sum'], entities });
    expect(body.warnings).toEqual([warning]);
    const plan = await service.post(`${base}/plan`, { documents: [PRESSURE] });
    expect(plan.body.changes[0].warnings).toContain(warning);
  });

  it('serves again after a restart', async () => {
    const first = await startTestApp();
    expect((await first.post('/v1/projects/p/apply', { documents: ALL })).status).toBe(200);
    await first.stop();
    const second = await startTestApp({ dataDir: first.dataDir });
    const { body } = await second.get('/v1/projects/p/feature-sets/round_trip');
    expect(body.version).toBe(1);
    const entities = [{ origin: 'a', destination: 'b' }];
    const answer = await second.post('/v1/projects/p/online/lookup', {
      features: ['pressure:wind'],
      entities,
    });
    expect(answer.body.results[0]).toMatchObject({ values: [-1], statuses: ['NULL'] });
    await second.close();
  });
});

const chained = (more: object) => ({ ...PRESSURE, name: 'other', ...more });
const over = (name: string, ...sets: readonly string[]) => ({
  kind: 'FeatureSet',
  name,
  entity: 'airport',
  inputs: sets.map((featureSet) => ({ featureSet })),
  features: [{ name: 'x', expression: `${sets[0]}__x` }],
});

type Refused = {
  readonly what: string;
  readonly documents: readonly unknown[];
  readonly problems: readonly (readonly [path: string, says: string])[];
};

const REFUSED: readonly Refused[] = [
  {
    what: 'a circle',
    documents: [over('a', 'b'), over('b', 'c'), over('c', 'a')],
    problems: [
      ['/documents/2/inputs/0/featureSet', 'a → b → c → a; pin one of them to a registered version'],
    ],
  },
  {
    what: 'a set that reads itself',
    documents: [over('a', 'a')],
    problems: [['/documents/0/inputs/0/featureSet', 'a → a;']],
  },
  {
    what: 'two circles that share a set',
    documents: [over('a', 'b', 'c'), over('b', 'a'), over('c', 'a')],
    problems: [
      ['/documents/1/inputs/0/featureSet', 'a → b → a'],
      ['/documents/2/inputs/0/featureSet', 'a → c → a'],
    ],
  },
  {
    what: 'an unknown input',
    documents: [chained({ inputs: [{ featureSet: 'wether' }] })],
    problems: [['/documents/0/inputs/0/featureSet', 'did you mean "weather"?']],
  },
  {
    what: 'an unknown version',
    documents: [chained({ inputs: [{ featureSet: 'weather', version: 7 }] })],
    problems: [['/documents/0/inputs/0/version', 'has no version 7; latest is 1']],
  },
  {
    what: 'neither source nor inputs',
    documents: [chained({ inputs: undefined })],
    problems: [['/documents/0/source', 'name the source of its rows']],
  },
  {
    what: 'members of sets over sources',
    documents: [
      chained({
        source: 'observations',
        keys: { origin: 'code' },
        maxAge: '1h',
        retention: '1h',
        freshness: '1h',
      }),
    ],
    problems: ['source', 'keys', 'maxAge', 'retention', 'freshness'].map((member) => [
      `/documents/0/${member}`,
      '',
    ]),
  },
  {
    what: 'a copied column',
    documents: [chained({ features: [{ name: 'wind' }, { name: 'a', column: 'b', expression: '1' }] })],
    problems: [
      ['/documents/0/features/0', 'write an "expression"'],
      ['/documents/0/features/1', 'copies no column'],
    ],
  },
  {
    what: 'keys that do not fit',
    documents: [
      chained({
        inputs: [
          { featureSet: 'weather', keys: { origin: 'code' } },
          { featureSet: 'sensors', keys: { id: 'origin' } },
        ],
        features: [{ name: 'x', expression: 'weather__wind' }],
      }),
      { kind: 'Entity', name: 'sensor', keys: [{ name: 'id', type: 'INT64' }] },
      {
        ...OBSERVATIONS,
        name: 'readings',
        columns: [...OBSERVATIONS.columns, { name: 'id', type: 'INT64' }],
      },
      {
        kind: 'FeatureSet',
        name: 'sensors',
        entity: 'sensor',
        source: 'readings',
        features: [{ name: 'wind' }],
      },
    ],
    problems: [
      ['/documents/0/inputs/0/keys/origin', 'entity "airport" has no key "origin"; write its keys (code)'],
      ['/documents/0/inputs/0/keys/code', 'entity "route" has no key "code" for it; map it under "keys"'],
      ['/documents/0/inputs/1/keys/id', 'key "origin" of entity "route" is STRING'],
    ],
  },
  {
    what: 'several wrong expressions, each with its place',
    documents: [
      chained({
        features: [
          { name: 'a', expression: 'from__wnd + 1' },
          { name: 'b', expression: '1 +' },
          { name: 'c', expression: 'from__wind + to__note' },
          { name: 'd', expression: 'AS_OF()' },
          { name: 'e', expression: 'from__temp', default: 'x' },
          { name: 'f', expression: 'a' },
        ],
      }),
    ],
    problems: [
      [
        '/documents/0/features/0/expression',
        '1:1 there is no column "from__wnd"; did you mean "from__wind"?',
      ],
      ['/documents/0/features/1/expression', '1:'],
      ['/documents/0/features/2/expression', '1:'],
      ['/documents/0/features/4/default', ''],
      ['/documents/0/features/5/expression', 'there is no column "a"'],
      ['/documents/0/features/3/expression', 'reads no feature of an input'],
    ],
  },
  {
    what: 'an alias twice, whatever its case',
    documents: [
      chained({
        inputs: [PRESSURE.inputs[0], { ...PRESSURE.inputs[1], alias: 'FROM' }],
        features: [{ name: 'x', expression: 'from__wind' }],
      }),
    ],
    problems: [['/documents/0/inputs/1/alias', '"FROM" is there twice']],
  },
];

describe('a chained feature set is refused for', () => {
  let base: string;
  beforeAll(async () => {
    base = await projectWith([AIRPORT, ROUTE, OBSERVATIONS, WEATHER, NOTED]);
  });

  it.each(REFUSED)('$what', async ({ documents, problems }) => {
    const { status, body } = await service.post(`${base}/apply`, { documents });
    expect(status, JSON.stringify(body)).toBe(422);
    const found = body.error.problems as readonly { readonly path: string; readonly message: string }[];
    expect(found.map(({ path }) => path)).toEqual(problems.map(([path]) => path));
    problems.forEach(([, says], i) => {
      expect(found[i]!.message).toContain(says);
    });
    expect((await service.get(`${base}/feature-sets`)).body.items).toHaveLength(2);
  });

  it('more levels than eight, and more rows than a hundred', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => ({
      ...over(`level${i + 1}`, i === 0 ? 'weather' : `level${i}`),
      features: [{ name: 'wind', expression: `${i === 0 ? 'weather' : `level${i}`}__wind` }],
    }));
    const deep = await service.post(`${base}/plan`, { documents: levels });
    expect(deep.body.error.problems).toMatchObject([
      {
        path: '/documents/8/inputs',
        message: 'are 9 levels of chained feature sets, 8 at most; read the deeper ones here directly',
      },
    ]);
    const eight = await service.post(`${base}/plan`, { documents: levels.slice(0, 8) });
    expect(eight.status).toBe(200);
    const wide = {
      ...over('wide', 'weather'),
      inputs: Array.from({ length: 101 }, (_, i) => ({ featureSet: 'weather', alias: `w${i}` })),
      features: [{ name: 'wind', expression: 'w0__wind' }],
    };
    const { body } = await service.post(`${base}/plan`, { documents: [wide] });
    expect(body.error.message).toContain('need 101 rows for one answer, 100 at most');
  });
});

describe('read expressions of a feature service', () => {
  let base: string;
  beforeAll(async () => {
    base = await projectWith(ALL);
  });

  it('make a new version when their meaning changes, and are shown with their types', async () => {
    const [share, ...rest] = FLIGHT.expressions;
    const changed = {
      ...FLIGHT,
      expressions: [{ ...share!, expression: 'here__temp' }, ...rest.filter(({ name }) => name !== 'score')],
    };
    const { body } = await service.post(`${base}/plan?format=text`, { documents: [changed] });
    expect(body).toContain('new version: feature service "flight" version 2');
    expect(body).toContain(
      '/expressions/0/expression "share": here__wind / speed (FLOAT64) → here__temp (INT64)',
    );
    const documented = {
      ...FLIGHT,
      requestInputs: FLIGHT.requestInputs.toReversed(),
      expressions: FLIGHT.expressions.map((each) => ({
        ...each,
        description: each.name,
        expression: `(${each.expression})`,
      })),
    };
    const plan = await service.post(`${base}/plan`, { documents: [documented] });
    expect(plan.body.changes).toMatchObject([{ action: 'updated', version: 1 }]);
  });

  it('are refused with every mistake, its path and place at once', async () => {
    const wrong = {
      ...FLIGHT,
      requestInputs: [
        { name: 'speed', type: 'FLOAT64' },
        { name: 'Origin', type: 'STRING' },
      ],
      expressions: [{ name: 'SPEED', expression: 'speed' }],
    };
    const names = await service.post(`${base}/plan`, { documents: [wrong] });
    expect(names.body.error.problems).toMatchObject([
      { path: '/documents/0/requestInputs/1/name', message: '"Origin" is a key column already; rename it' },
      { path: '/documents/0/expressions/0/name', message: '"SPEED" is a request input already; rename it' },
    ]);
    const expressions = [
      { name: 'a', expression: 'here__wind +\n  speeed' },
      { name: 'b', expression: 'a + c' },
      { name: 'c', expression: 'c + 1' },
      { name: 'd', expression: 'CURRENT_TIMESTAMP()' },
      { name: 'e', expression: 'origin' },
      { name: 'f', expression: 'speed', default: '1' },
      { name: 'g', expression: 'f + b' },
    ];
    const { body } = await service.post(`${base}/plan`, { documents: [{ ...FLIGHT, expressions }] });
    expect(body.error.code).toBe('INVALID_DOCUMENT');
    const problems = body.error.problems as readonly { path: string; message: string; position?: number }[];
    expect(problems.map(({ path }) => path)).toEqual(
      ['0/expression', '1/expression', '2/expression', '3/expression', '4/expression', '5/default'].map(
        (place) => `/documents/0/expressions/${place}`,
      ),
    );
    expect(problems[0]).toMatchObject({ position: 15, line: 2, column: 3, found: 'speeed' });
    expect(problems[0]!.message).toContain('did you mean "speed"?');
    expect(problems[1]!.message).toContain('it stands further down; move "c" up');
    expect(problems[2]!.message).toContain('cannot read itself');
  });

  it('may not be called as an alias, whose status would have the same column', async () => {
    const expressions = [{ name: 'here', expression: '1' }];
    const { body } = await service.post(`${base}/plan`, { documents: [{ ...FLIGHT, expressions }] });
    expect(body.error.message).toContain('"here" is an alias already');
  });
});
