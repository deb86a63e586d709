import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/definition/time.js';
import { type Clock, ManualClock } from '../../src/platform/clock.js';
import type { ProcessSettings } from '../../src/platform/process-settings.js';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { REDIS } from '../counterparts/redis.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type SharedEngines, startSharedEngines } from '../support/shared-engines.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCES = ['s0', 's1', 's2', 's3'];
const PROJECT = '/v1/projects/p';
const AT = '2024-01-01T00:00:00Z';

/** A lease, some looks, and a busy machine. */
const SHARED_OUT = { timeout: 60_000, interval: 100 };

type Installation = Awaited<ReturnType<SharedEngines['installation']>>;

describe.skipIf(![POSTGRES, REDIS, KAFKA].every(isAsked))('several processes of one installation', () => {
  let engines: SharedEngines;
  const running = new Set<TestApp>();
  beforeAll(async () => {
    engines = await startSharedEngines();
  }, 120_000);
  afterEach(async () => {
    await Promise.all([...running].map(stopped));
  });
  afterAll(async () => {
    await engines?.close();
  });

  const started = async (
    of: Installation,
    settings: Partial<ProcessSettings> = {},
    clock?: Clock,
  ): Promise<TestApp> => {
    const dataDir = temporaryFolder('process');
    const configuration = { ...of.configuration(dataDir, settings), feastProject: 'p' };
    const app = await startTestApp({ dataDir, configuration, ...(clock !== undefined && { clock }) });
    running.add(app);
    return app;
  };
  const stopped = async (app: TestApp): Promise<void> => {
    running.delete(app);
    await app.stop();
  };

  it('share sources out, take rows at any door once, and answer the same', async () => {
    const of = await engines.installation();
    const a = await started(of);
    const b = await started(of);
    await applied(
      a,
      SOURCES.flatMap((source) => documentsOf(source)),
    );
    // Each hears of it before the apply is answered.
    expect([await ownedBy(a), await ownedBy(b)].map((owned) => owned.length)).toEqual([2, 2]);
    expect([...(await ownedBy(a)), ...(await ownedBy(b))].sort()).toEqual(SOURCES.map((name) => `p/${name}`));

    for (const [i, source] of SOURCES.entries()) {
      const first = await push(a, source, [row('x', i)], `key${i}`);
      expect(first).toMatchObject({ accepted: 1, firstSequence: 0 });
      expect(await push(b, source, [row('x', i)], `key${i}`)).toEqual(first);
      expect(await push(b, source, [row('y', 10 + i)])).toMatchObject({ firstSequence: 1 });
    }
    for (const app of [a, b]) {
      for (const [i, source] of SOURCES.entries()) {
        expect(await lookedUp(app, source, ['x', 'y', 'z'])).toEqual([i, 10 + i, null]);
        expect(await rowsInHistory(app, source)).toBe(2);
      }
    }
    const refused = await b.post(`${PROJECT}/sources/none/rows`, { rows: [row('x', 1)] });
    expect(refused).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  }, 120_000);

  it('serve what one of them registers, and go on where one stops', async () => {
    const of = await engines.installation();
    const a = await started(of);
    const b = await started(of);
    await applied(a, documentsOf('s0'));
    await push(a, 's0', [row('x', 7)]);
    await applied(b, [featureSet('s0', 'more', 'w'), service('more')]);
    expect(await lookedUp(a, 'more', ['x'])).toEqual([107]);

    const [owner, other] = (await ownedBy(a)).length === 1 ? [a, b] : [b, a];
    expect(await ownedBy(other)).toEqual([]);
    await stopped(owner);
    const next = await pushedSoon(other, 's0', [row('x', 8)]);
    expect(next).toMatchObject({ accepted: 1, firstSequence: 1 });
    expect(await lookedUp(other, 's0', ['x'])).toEqual([8]);
    expect(await rowsInHistory(other, 's0')).toBe(2);
  }, 120_000);

  it('of role lookup answer lookups and lead the rest to others; of role ingest refuse lookups', async () => {
    const of = await engines.installation();
    const ingest = await started(of, { role: 'ingest' });
    const lookup = await started(of, { role: 'lookup' });
    await applied(lookup, documentsOf('s0'));
    expect(await ownedBy(lookup)).toEqual([]);
    expect(await push(lookup, 's0', [row('x', 3)])).toMatchObject({ accepted: 1, firstSequence: 0 });
    expect(await lookedUp(lookup, 's0', ['x'])).toEqual([3]);
    expect(await rowsInHistory(lookup, 's0')).toBe(1);
    const refused = await lookupOf(ingest, 's0', ['x']);
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } });
    await stopped(ingest);
    const nobody = await lookup.post(`${PROJECT}/sources/s0/rows`, { rows: [row('x', 1)] });
    expect(nobody).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(await lookedUp(lookup, 's0', ['x'])).toEqual([3]);
  }, 120_000);

  it('log what another one held, once, when it is due (S14)', async () => {
    const of = await engines.installation();
    const clock = new ManualClock(parseTimestamp('2024-01-02T00:00:00Z')!);
    const a = await started(of, {}, clock);
    const b = await started(of, {}, clock);
    await applied(a, documentsOf('s0', { future: 'hold' }));
    const [owner, other] = (await ownedBy(a)).length === 1 ? [a, b] : [b, a];
    const due = { ...row('x', 2), at: '2024-01-02T00:01:00Z' };
    const later = { ...row('x', 3), at: '2024-01-02T00:02:00Z' };
    expect(await push(other, 's0', [row('x', 1), due], 'some')).toMatchObject({ accepted: 1, held: 1 });
    expect(await push(other, 's0', [later], 'one')).toMatchObject({ accepted: 0, held: 1 });
    await stopped(owner);
    // Sent again to who owns the source now.
    expect(await pushedSoon(other, 's0', [row('y', 1)])).toMatchObject({ firstSequence: 1 });
    expect(await push(other, 's0', [row('x', 1), due], 'some')).toMatchObject({ accepted: 1, held: 1 });
    clock.advance(60_000_000n);
    await expect.poll(() => lookedUp(other, 's0', ['x']), SHARED_OUT).toEqual([2]);

    // The next owner has never seen the source, and comes when a row is due already.
    clock.advance(60_000_000n);
    const third = await started(of, {}, clock);
    await stopped(other);
    expect(await answeredSoon(() => keyed(third, 's0', [later], 'one'))).toMatchObject({ status: 200 });
    await expect.poll(() => lookedUp(third, 's0', ['x']), SHARED_OUT).toEqual([3]);
    expect(await pushedSoon(third, 's0', [row('y', 2)])).toMatchObject({ firstSequence: 4 });
    expect(await rowsInHistory(third, 's0')).toBe(5);
  }, 120_000);

  it('lead what Feast pushes to the owner of its source, as exact as it came', async () => {
    const of = await engines.installation();
    const a = await started(of);
    const b = await started(of);
    const lookup = await started(of, { role: 'lookup' });
    await applied(
      a,
      SOURCES.flatMap((source) => documentsOf(source)),
    );
    for (const [i, app] of [a, b, lookup].entries()) {
      for (const [j, source] of SOURCES.entries()) {
        const route = j % 2 === 0 ? '/push' : `${PROJECT}/feast/push`;
        // No double has this value.
        const df = `{"k":["x"],"at":["2024-01-0${i + 1}T00:00:00"],"v":[922337203685477580${i}],"w":[0]}`;
        const text = `{"push_source_name":"${source}","df":${df},"to":"online"}`;
        const answer = await answeredSoon(() => app.request('POST', route, { text }));
        expect(answer).toMatchObject({ status: 200, body: null });
        expect(await lookedUp(app, source, ['x'])).toEqual([`922337203685477580${i}`]);
      }
      const nothing = { push_source_name: 'none', df: { k: ['x'] } };
      expect((await app.post('/push', nothing)).status).toBe(404);
    }
    for (const source of SOURCES) expect(await rowsInHistory(b, source)).toBe(3);
  }, 120_000);

  it('share sources out anew when one more comes, and when one goes', async () => {
    const of = await engines.installation();
    const all: TestApp[] = [await started(of)];
    await applied(
      all[0]!,
      SOURCES.flatMap((source) => documentsOf(source)),
    );
    const shares = async () => (await Promise.all(all.map(ownedBy))).map((owned) => owned.length).sort();
    const pushed = async (v: number): Promise<void> => {
      const each = all.flatMap((app) => SOURCES.map((source) => ({ app, source })));
      for (const { app, source } of each) await pushedSoon(app, source, [row('x', v)]);
      for (const { app, source } of each) expect(await lookedUp(app, source, ['x'])).toEqual([v]);
    };
    expect(await shares()).toEqual([4]);
    await pushed(1);
    all.push(await started(of));
    await expect.poll(shares, SHARED_OUT).toEqual([2, 2]);
    await pushed(2);
    all.push(await started(of));
    await expect.poll(shares, SHARED_OUT).toEqual([1, 1, 2]);
    await pushed(3);
    await stopped(all.shift()!);
    await expect.poll(shares, SHARED_OUT).toEqual([2, 2]);
    await pushed(4);
    for (const app of all)
      for (const source of SOURCES) expect(await rowsInHistory(app, source)).toBe(1 + 2 + 3 + 2);
  }, 180_000);

  it('do the jobs of a source where its owner is, and show them everywhere', async () => {
    const of = await engines.installation();
    const a = await started(of);
    const b = await started(of);
    await applied(a, documentsOf('s0'));
    await push(a, 's0', [row('x', 7)]);
    for (const app of [a, b]) {
      const { status, body } = await app.post(`${PROJECT}/sources/s0/rebuild`, undefined);
      expect(status).toBe(202);
      for (const seen of [a, b]) {
        const job = async (): Promise<unknown> => (await seen.get(`${PROJECT}/jobs/${body.id}`)).body;
        await expect
          .poll(job, { timeout: 20_000 })
          .toMatchObject({ state: 'succeeded', result: { rows: 1 } });
      }
    }
  }, 120_000);
});

function row(k: string, v: number) {
  return { k, at: AT, v, w: 100 + v };
}

function documentsOf(source: string, more: object = {}): readonly object[] {
  const columns = [
    { name: 'k', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'v', type: 'INT64' },
    { name: 'w', type: 'INT64' },
  ];
  return [
    ...(source === 's0' ? [{ kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] }] : []),
    { kind: 'Source', name: source, eventTime: 'at', columns, ...more },
    featureSet(source, source, 'v'),
    service(source),
  ];
}

function featureSet(source: string, name: string, feature: string): object {
  return { kind: 'FeatureSet', name, entity: 'thing', source, features: [{ name: feature }] };
}

function service(name: string): object {
  return { kind: 'FeatureService', name, entries: [{ featureSet: name }] };
}

async function applied(app: TestApp, documents: readonly object[]): Promise<void> {
  const { status, body } = await app.post(`${PROJECT}/apply`, { documents });
  expect(body).not.toHaveProperty('error');
  expect(status).toBe(200);
}

async function ownedBy(app: TestApp): Promise<readonly string[]> {
  return (await app.get('/ready')).body.sources;
}

async function push(app: TestApp, source: string, rows: readonly object[], key?: string): Promise<object> {
  const answer = await keyed(app, source, rows, key);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

function keyed(app: TestApp, source: string, rows: readonly object[], key?: string) {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return app.request('POST', `${PROJECT}/sources/${source}/rows`, { json: { rows }, headers });
}

async function pushedSoon(app: TestApp, source: string, rows: readonly object[]): Promise<object> {
  const answer = await answeredSoon(() => app.post(`${PROJECT}/sources/${source}/rows`, { rows }));
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

/** As a client that is told to come again does. */
async function answeredSoon(ask: () => ReturnType<TestApp['post']>): ReturnType<TestApp['post']> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    expect(answer).toMatchObject({ headers: { 'retry-after': '1' } });
    await sleep(100);
  }
}

function lookupOf(app: TestApp, featureService: string, keys: readonly string[]) {
  return app.post(`${PROJECT}/online/lookup`, { featureService, entities: keys.map((k) => ({ k })) });
}

/** The only feature of a service, key by key. */
async function lookedUp(app: TestApp, name: string, keys: readonly string[]): Promise<readonly unknown[]> {
  const { status, body } = await lookupOf(app, name, keys);
  expect(body).not.toHaveProperty('error');
  expect(status).toBe(200);
  return body.results.map(({ values }: { readonly values: readonly unknown[] }) => values[0]);
}

async function rowsInHistory(app: TestApp, featureSet: string): Promise<number> {
  const { status, body } = await app.get(`${PROJECT}/feature-sets/${featureSet}/statistics`);
  expect(body).not.toHaveProperty('error');
  expect(status).toBe(200);
  return body.rows;
}
