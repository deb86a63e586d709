import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCE = '/v1/projects/p/sources/readings';
const NOON_US = 1_700_000_000_000_000n;
const AT = '2023-11-14T22:13:20Z';

const running: TestApp[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

describe('a keyed push (S11)', () => {
  it('is taken once, and its first answer is given again, also to one that comes meanwhile and after a restart', async () => {
    const service = await started();
    const rows = [row('a', 1), row('b', 2)];
    const together = await Promise.all([keyed(service, 'k', rows), keyed(service, 'k', rows)]);
    const again = await keyed(service, 'k', rows);
    expect(together.map(({ body }) => body)).toEqual([again.body, again.body]);
    expect(again.body).toMatchObject({ accepted: 2, firstSequence: 0, lastSequence: 1 });
    const later = await restarted(service);
    expect((await keyed(later, 'k', rows)).body).toEqual(again.body);
    expect((await push(later, [row('c', 3)])).body.firstSequence).toBe(2);
  });

  it('refuses the key with another body, and takes it again after seven days', async () => {
    const clock = new ManualClock(NOON_US);
    const service = await started({ clock });
    await keyed(service, 'k', [row('a', 1)]);
    const other = await keyed(service, 'k', [row('a', 2)]);
    expect([other.status, other.body.error.code]).toEqual([409, 'CONFLICT']);
    clock.advance(7n * DAY_US + 1n);
    expect((await keyed(service, 'k', [row('a', 2)])).body.accepted).toBe(1);
  });

  it('is not used up by a refusal', async () => {
    const service = await started();
    expect((await keyed(service, 'k', [{ k: 'a' }])).status).toBe(422);
    expect((await keyed(service, 'k', [row('a', 1)])).status).toBe(200);
  });

  it('is known also where none of its rows was logged', async () => {
    const service = await started();
    const bad = [{ k: 'a' }];
    const first = await keyed(service, 'k', bad, '?invalid=quarantine');
    expect(first.body).toMatchObject({ accepted: 0, quarantined: 1, firstSequence: null });
    const later = await restarted(service);
    expect((await keyed(later, 'k', bad, '?invalid=quarantine')).body).toEqual(first.body);
    expect((await keyed(later, 'k', [row('a', 1)])).status).toBe(409);
  });
});

describe('event ids (S11)', () => {
  const MORE = { eventId: 'id', dedupeFor: '1d' };

  it('take the same event once, by any door, within a push too and after a restart', async () => {
    const service = await started({ source: MORE });
    const event = { ...row('a', 1), id: 'e1' };
    expect((await push(service, [event, event, { ...event, id: 'e2' }])).body).toMatchObject({
      accepted: 2,
      duplicates: 1,
    });
    const later = await restarted(service);
    expect((await push(later, [event, row('a', 5)])).body).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  it('quarantine other content under the same id', async () => {
    const service = await started({ source: MORE });
    await push(service, [{ ...row('a', 1), id: 'e1' }]);
    const { body } = await push(service, [{ ...row('a', 2), id: 'e1' }]);
    expect(body).toMatchObject({ accepted: 0, quarantined: 1, duplicates: 0 });
    expect(await latest(service, 'a')).toBe(1);
  });

  it('are forgotten after dedupeFor, measured between arrivals', async () => {
    const clock = new ManualClock(NOON_US);
    const service = await started({ source: MORE, clock });
    const event = { ...row('a', 1), id: 'e1' };
    await push(service, [event]);
    clock.advance(DAY_US);
    expect((await push(service, [event])).body.duplicates).toBe(1);
    clock.advance(1n);
    expect((await push(service, [event])).body.accepted).toBe(1);
  });
});

describe('rows ahead of the clock of a source that holds them (S14)', () => {
  const MORE = { future: 'hold' };
  const LATER = '2023-11-14T22:14:20Z';

  it('wait, also over a restart, and are logged when they are due', async () => {
    const clock = new ManualClock(NOON_US);
    const service = await started({ source: MORE, clock });
    const { body } = await push(service, [row('a', 1), { ...row('a', 2), at: LATER }]);
    expect(body).toMatchObject({ accepted: 1, held: 1 });
    const later = await restarted(service, clock);
    expect(await latest(later, 'a')).toBe(1);
    clock.advance(60_000_000n);
    await until(async () => (await latest(later, 'a')) === 2);
    expect((await push(later, [row('b', 1)])).body.firstSequence).toBe(2);
  });

  it('are held once when their keyed push is made again, before and after they were due', async () => {
    const clock = new ManualClock(NOON_US);
    const service = await started({ source: MORE, clock });
    const rows = [{ ...row('a', 2), at: LATER }];
    const first = await keyed(service, 'k', rows);
    expect(first.body).toMatchObject({ accepted: 0, held: 1 });
    expect((await keyed(service, 'k', rows)).body).toEqual(first.body);
    clock.advance(60_000_000n);
    await until(async () => (await latest(service, 'a')) === 2);
    expect((await keyed(service, 'k', rows)).body).toEqual(first.body);
    expect((await push(service, [row('b', 1)])).body.firstSequence).toBe(1);
  });
});

describe('a deletion row (S13)', () => {
  it('takes the latest value away until a newer row comes', async () => {
    const service = await started({ source: { tombstone: 'gone' } });
    await push(service, [row('a', 1)]);
    await push(service, [{ ...row('a', 2), at: '2023-11-14T22:13:20.5Z', gone: true }]);
    expect(await answer(service, 'a')).toMatchObject({ values: [null], statuses: ['NOT_FOUND'] });
    await push(service, [row('a', 3)]);
    expect(await answer(service, 'a')).toMatchObject({ statuses: ['NOT_FOUND'] });
    await push(service, [{ ...row('a', 4), at: '2023-11-14T22:13:20.6Z', gone: false }]);
    expect(await latest(service, 'a')).toBe(4);
  });
});

describe('acknowledgement (S12)', () => {
  it('logged: is durable, and visible soon after', async () => {
    const service = await started();
    const { body } = await service.request('POST', `${SOURCE}/rows?ack=logged`, {
      json: { rows: [row('a', 1)] },
    });
    expect(body.lastSequence).toBe(0);
    await until(async () => (await latest(service, 'a')) === 1);
  });

  it('takes JSON lines, with the wrong ones quarantined where that is asked for', async () => {
    const service = await started();
    const text = `${JSON.stringify(row('a', 1))}\nno json\n${JSON.stringify(row('b', 2))}\n`;
    const refused = await service.request('POST', `${SOURCE}/rows`, { text, type: 'application/x-ndjson' });
    expect([refused.status, refused.body.error.path]).toEqual([422, '/rows/1']);
    const taken = await service.request('POST', `${SOURCE}/rows?invalid=quarantine`, {
      text,
      type: 'application/x-ndjson',
    });
    expect(taken.body).toMatchObject({ accepted: 2, quarantined: 1 });
  });
});

describe('a rebuild over HTTP', () => {
  it('is a job, and what is served stays the same', async () => {
    const service = await started();
    await push(service, [row('a', 1), row('b', 2)]);
    const { status, body } = await service.post(`${SOURCE}/rebuild`, {});
    expect(status).toBe(202);
    await until(async () => (await service.get(`/v1/projects/p/jobs/${body.id}`)).body.state === 'succeeded');
    expect([await latest(service, 'a'), await latest(service, 'b')]).toEqual([1, 2]);
  });
});

const DAY_US = 86_400_000_000n;

function row(k: string, v: number) {
  return { k, at: AT, v };
}

type Options = { readonly source?: object; readonly clock?: ManualClock };

async function started({ source = {}, clock = new ManualClock(NOON_US) }: Options = {}): Promise<TestApp> {
  const dataDir = join(temporaryFolder('intake'), 'data');
  mkdirSync(dataDir);
  const service = await startTestApp({ dataDir, clock });
  running.push(service);
  const { status, body } = await service.post('/v1/projects/p/apply', { documents: documents(source) });
  expect(status, JSON.stringify(body)).toBe(200);
  return service;
}

async function restarted(service: TestApp, clock = new ManualClock(NOON_US)): Promise<TestApp> {
  running.splice(running.indexOf(service), 1);
  await service.stop();
  const later = await startTestApp({ dataDir: service.dataDir, clock });
  running.push(later);
  return later;
}

function documents(source: object): readonly object[] {
  return [
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
    {
      kind: 'Source',
      name: 'readings',
      eventTime: 'at',
      columns: [
        { name: 'k', type: 'STRING' },
        { name: 'at', type: 'TIMESTAMP' },
        { name: 'v', type: 'INT64' },
        { name: 'id', type: 'STRING' },
        { name: 'gone', type: 'BOOL' },
      ],
      ...source,
    },
    { kind: 'FeatureSet', name: 'set', entity: 'thing', source: 'readings', features: [{ name: 'v' }] },
    { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }] },
  ];
}

function push(service: TestApp, rows: readonly object[]) {
  return service.post(`${SOURCE}/rows`, { rows });
}

function keyed(service: TestApp, key: string, rows: readonly object[], query = '') {
  return service.request('POST', `${SOURCE}/rows${query}`, {
    json: { rows },
    headers: { 'idempotency-key': key },
  });
}

async function answer(service: TestApp, k: string) {
  const { body } = await service.post('/v1/projects/p/online/lookup', {
    featureService: 'all',
    entities: [{ k }],
  });
  return body.results[0];
}

async function latest(service: TestApp, k: string): Promise<unknown> {
  return (await answer(service, k)).values[0];
}

/** Waits for what happens by itself; the test's own deadline ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
