import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const NOON_US = 1_700_000_000_000_000n;
const AT = '2023-11-14T22:13:20Z';

const dataDir = join(temporaryFolder('intake'), 'data');
const clock = new ManualClock(NOON_US);
let app: TestApp;
let projects = 0;

beforeAll(async () => {
  mkdirSync(join(dataDir, 'uploads'), { recursive: true });
  app = await startTestApp({ dataDir, clock });
});
afterAll(() => app.stop());

describe('a keyed push (S11)', () => {
  it('is taken once, and its first answer is given again, also to one that comes meanwhile and after a restart', async () => {
    const readings = await Readings.register();
    const rows = [row('a', 1), row('b', 2)];
    const together = await Promise.all([readings.keyed('k', rows), readings.keyed('k', rows)]);
    const again = await readings.keyed('k', rows);
    expect(together.map(({ body }) => body)).toEqual([again.body, again.body]);
    expect(again.body).toMatchObject({ accepted: 2, firstSequence: 0, lastSequence: 1 });
    await restart();
    expect((await readings.keyed('k', rows)).body).toEqual(again.body);
    expect((await readings.push([row('c', 3)])).body.firstSequence).toBe(2);
  });

  it('refuses the key with another body, and takes it again after seven days', async () => {
    const readings = await Readings.register();
    await readings.keyed('k', [row('a', 1)]);
    const other = await readings.keyed('k', [row('a', 2)]);
    expect([other.status, other.body.error.code]).toEqual([409, 'CONFLICT']);
    clock.advance(7n * DAY_US + 1n);
    expect((await readings.keyed('k', [row('a', 2)])).body.accepted).toBe(1);
  });

  it('is taken once however soon it comes again', async () => {
    const readings = await Readings.register();
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push((await readings.keyed('k', [row('a', 1)], '?ack=logged')).body);
    expect(answers.map(({ firstSequence }) => firstSequence)).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps the refused rows of a key that is used again after its time', async () => {
    const readings = await Readings.register();
    await readings.keyed('daily', [{ k: 'a' }], '?invalid=quarantine');
    clock.advance(8n * DAY_US);
    await readings.keyed('daily', [{ k: 'b' }], '?invalid=quarantine');
    expect(await readings.quarantined()).toEqual([{ k: 'a' }, { k: 'b' }]);
  });

  it('is not used up by a refusal', async () => {
    const readings = await Readings.register();
    expect((await readings.keyed('k', [{ k: 'a' }])).status).toBe(422);
    expect((await readings.keyed('k', [row('a', 1)])).status).toBe(200);
  });

  it('is known also where none of its rows was logged', async () => {
    const readings = await Readings.register();
    const bad = [{ k: 'a' }];
    const first = await readings.keyed('k', bad, '?invalid=quarantine');
    expect(first.body).toMatchObject({ accepted: 0, quarantined: 1, firstSequence: null });
    await restart();
    expect((await readings.keyed('k', bad, '?invalid=quarantine')).body).toEqual(first.body);
    expect((await readings.keyed('k', [row('a', 1)])).status).toBe(409);
  });
});

describe('event ids (S11)', () => {
  const MORE = { eventId: 'id', dedupeFor: '1d' };

  it('take the same event once, by any door, within a push too and after a restart', async () => {
    const readings = await Readings.register(MORE);
    const event = { ...row('a', 1), id: 'e1' };
    expect((await readings.push([event, event, { ...event, id: 'e2' }])).body).toMatchObject({
      accepted: 2,
      duplicates: 1,
    });
    await restart();
    expect((await readings.push([event, row('a', 5)])).body).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  it('quarantine other content under the same id', async () => {
    const readings = await Readings.register(MORE);
    await readings.push([{ ...row('a', 1), id: 'e1' }]);
    const { body } = await readings.push([{ ...row('a', 2), id: 'e1' }]);
    expect(body).toMatchObject({ accepted: 0, quarantined: 1, duplicates: 0 });
    expect(await readings.latest('a')).toBe(1);
  });

  it('are forgotten after dedupeFor, measured between arrivals', async () => {
    const readings = await Readings.register(MORE);
    const event = { ...row('a', 1), id: 'e1' };
    await readings.push([event]);
    clock.advance(DAY_US);
    expect((await readings.push([event])).body.duplicates).toBe(1);
    clock.advance(1n);
    expect((await readings.push([event])).body.accepted).toBe(1);
  });
});

describe('rows ahead of the clock of a source that holds them (S14)', () => {
  const MORE = { future: 'hold' };

  it('wait, also over a restart, and are logged when they are due', async () => {
    const readings = await Readings.register(MORE);
    const { body } = await readings.push([row('a', 1), { ...row('a', 2), at: inSeconds(60) }]);
    expect(body).toMatchObject({ accepted: 1, held: 1 });
    await restart();
    expect(await readings.latest('a')).toBe(1);
    clock.advance(60_000_000n);
    await until(async () => (await readings.latest('a')) === 2);
    expect((await readings.push([row('b', 1)])).body.firstSequence).toBe(2);
  });

  it('are logged once when a file of them is loaded again after they were due', async () => {
    const readings = await Readings.register(MORE);
    writeFileSync(
      join(dataDir, 'uploads', 'ahead.ndjson'),
      JSON.stringify({ ...row('a', 2), at: inSeconds(60) }),
    );
    expect(await readings.load('ahead.ndjson')).toMatchObject({ rows: 0, held: 1 });
    clock.advance(60_000_000n);
    await until(async () => (await readings.latest('a')) === 2);
    expect(await readings.load('ahead.ndjson')).toMatchObject({ rows: 0, skipped: 1 });
    expect((await readings.push([row('b', 1)])).body.firstSequence).toBe(1);
  });

  it('are held once when their keyed push is made again, before and after they were due', async () => {
    const readings = await Readings.register(MORE);
    const rows = [{ ...row('a', 2), at: inSeconds(60) }];
    const first = await readings.keyed('k', rows);
    expect(first.body).toMatchObject({ accepted: 0, held: 1 });
    expect((await readings.keyed('k', rows)).body).toEqual(first.body);
    clock.advance(60_000_000n);
    await until(async () => (await readings.latest('a')) === 2);
    expect((await readings.keyed('k', rows)).body).toEqual(first.body);
    expect((await readings.push([row('b', 1)])).body.firstSequence).toBe(1);
  });
});

describe('a deletion row (S13)', () => {
  it('takes the latest value away until a newer row comes', async () => {
    const readings = await Readings.register({ tombstone: 'gone' });
    await readings.push([row('a', 1)]);
    await readings.push([{ ...row('a', 2), at: '2023-11-14T22:13:20.5Z', gone: true }]);
    expect(await readings.answer('a')).toMatchObject({ values: [null], statuses: ['NOT_FOUND'] });
    await readings.push([row('a', 3)]);
    expect(await readings.answer('a')).toMatchObject({ statuses: ['NOT_FOUND'] });
    await readings.push([{ ...row('a', 4), at: '2023-11-14T22:13:20.6Z', gone: false }]);
    expect(await readings.latest('a')).toBe(4);
  });
});

describe('acknowledgement (S12)', () => {
  it('logged: is durable, and visible soon after', async () => {
    const readings = await Readings.register();
    const { body } = await readings.push([row('a', 1)], '?ack=logged');
    expect(body.lastSequence).toBe(0);
    await until(async () => (await readings.latest('a')) === 1);
  });

  it('takes JSON lines, with the wrong ones quarantined where that is asked for', async () => {
    const readings = await Readings.register();
    const text = `${JSON.stringify(row('a', 1))}\nno json\n${JSON.stringify(row('b', 2))}\n`;
    const refused = await readings.lines(text);
    expect([refused.status, refused.body.error.path]).toEqual([422, '/rows/1']);
    const taken = await readings.lines(text, '?invalid=quarantine');
    expect(taken.body).toMatchObject({ accepted: 2, quarantined: 1 });
  });
});

describe('a rebuild over HTTP', () => {
  it('is a job, and what is served stays the same', async () => {
    const readings = await Readings.register();
    await readings.push([row('a', 1), row('b', 2)]);
    const { status, body } = await readings.rebuild();
    expect(status).toBe(202);
    await until(async () => (await readings.jobState(body.id)) === 'succeeded');
    expect([await readings.latest('a'), await readings.latest('b')]).toEqual([1, 2]);
  });
});

const DAY_US = 86_400_000_000n;

function row(k: string, v: number) {
  return { k, at: AT, v };
}

/** A source of its own, in a project of its own, of the one service. */
class Readings {
  private readonly project = `/v1/projects/p${projects++}`;
  private readonly source = `${this.project}/sources/readings`;

  static async register(source: object = {}): Promise<Readings> {
    const readings = new Readings();
    const { status, body } = await app.post(`${readings.project}/apply`, { documents: documents(source) });
    expect(status, JSON.stringify(body)).toBe(200);
    return readings;
  }

  push(rows: readonly object[], query = '') {
    return app.post(`${this.source}/rows${query}`, { rows });
  }

  keyed(key: string, rows: readonly object[], query = '') {
    const headers = { 'idempotency-key': key };
    return app.request('POST', `${this.source}/rows${query}`, { json: { rows }, headers });
  }

  lines(text: string, query = '') {
    return app.request('POST', `${this.source}/rows${query}`, { text, type: 'application/x-ndjson' });
  }

  rebuild() {
    return app.post(`${this.source}/rebuild`, {});
  }

  async quarantined(): Promise<readonly unknown[]> {
    const { body } = await app.get(`${this.source}/quarantine`);
    return body.items.map(({ row: kept }: { readonly row: unknown }) => kept);
  }

  async load(name: string) {
    const { body } = await app.post(`${this.source}/loads`, { path: join(dataDir, 'uploads', name) });
    await until(async () => (await this.jobState(body.id)) === 'succeeded');
    return (await app.get(`${this.project}/jobs/${body.id}`)).body.result;
  }

  async jobState(id: string): Promise<string> {
    return (await app.get(`${this.project}/jobs/${id}`)).body.state;
  }

  async answer(k: string) {
    const asked = { featureService: 'all', entities: [{ k }] };
    return (await app.post(`${this.project}/online/lookup`, asked)).body.results[0];
  }

  async latest(k: string): Promise<unknown> {
    return (await this.answer(k)).values[0];
  }
}

async function restart(): Promise<void> {
  await app.stop();
  app = await startTestApp({ dataDir, clock });
}

/** RFC 3339, so many seconds from now. */
function inSeconds(seconds: number): string {
  return new Date(Number(clock.nowUs() / 1000n) + seconds * 1000).toISOString();
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

/** Waits for what happens by itself; the test's own deadline ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
