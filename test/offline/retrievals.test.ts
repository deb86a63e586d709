import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../src/definition/column-batch.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { MEDIA_TYPE_OF } from '../../src/offline/frame-media.js';
import { OFFLINE_STORE, type OfflineStore } from '../../src/offline/store.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../src/registry/catalog.js';
import { startTestApp, type TestApp } from '../support/app.js';

const FORMATS = ['parquet', 'arrow', 'csv', 'json', 'ndjson'] as const;
type Format = (typeof FORMATS)[number];

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
    ],
  },
  {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'thing',
    source: 'readings',
    features: [{ name: 'v' }],
    maxAge: '1h',
  },
  { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set', alias: 's' }] },
];

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  expect((await service.post(`${PROJECT}/apply`, { documents: DOCUMENTS })).status).toBe(200);
  await push([
    { k: 'a', at: at('06:00:00'), known: at('06:00:00'), v: 1 },
    { k: 'a', at: at('06:10:00'), known: at('08:00:00'), v: 2 },
    { k: 'b', at: at('06:20:00'), known: at('06:20:00'), v: 3 },
  ]);
});
afterAll(() => service.close());

describe('a snapshot', () => {
  it('gives the same bytes in every format after more rows, compaction and a restart, by parameter or header (S19)', async () => {
    const first = await Promise.all(FORMATS.map((format) => retrieve({ accept: format })));
    const { snapshot } = reportOf(first[0]!);
    expect(snapshot).toEqual({ readings: '2' });
    await push([{ k: 'a', at: at('06:05:00'), known: at('06:05:00'), v: 9 }]);
    expect((await retrieve({ accept: 'csv' })).payload).not.toBe(first[2]!.payload);
    const text = JSON.stringify(snapshot);
    const again = () => Promise.all(FORMATS.map((accept) => retrieve({ accept, snapshot: text })));
    expect((await again()).map(hashOf)).toEqual(first.map(hashOf));
    const source = service.app.get<CatalogHolder>(CATALOG_HOLDER).current().source('p', 'readings');
    await service.app.get<OfflineStore>(OFFLINE_STORE).compact({ project: 'p', source, keys: [['k']] });
    expect((await again()).map(hashOf)).toEqual(first.map(hashOf));
    await service.stop();
    service = await startTestApp({ dataDir: service.dataDir });
    expect((await again()).map(hashOf)).toEqual(first.map(hashOf));
    const byHeader = await retrieve({ accept: 'csv', headers: { 'plumbline-snapshot': text } });
    expect(byHeader.payload).toBe(first[2]!.payload);
  });

  it.each([
    ['no JSON', '{', 'snapshot'],
    ['a list', '[1]', 'snapshot'],
    ['a number', '{"readings":1}', 'snapshot/readings'],
    ['a fraction', '{"readings":"1.5"}', 'snapshot/readings'],
    ['another source', '{"readings":"1","others":"1"}', 'snapshot/others'],
    ['a list of no source', '{}', 'snapshot/readings'],
    ['a position beyond history', '{"readings":"1000"}', 'snapshot/readings'],
    ['a position below none', '{"readings":"-2"}', 'snapshot/readings'],
    ['__proto__', '{"__proto__":"1"}', 'snapshot/__proto__'],
  ])('that is %s is refused', async (_, snapshot, path) => {
    const answer = await retrieve({ snapshot });
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.payload).error).toMatchObject({ code: 'INVALID_REQUEST', path });
  });
});

describe('the features of a retrieval', () => {
  it('may be named one by one', async () => {
    const answer = await retrieve({ features: 'x=set@1:v' });
    expect(JSON.parse(answer.payload).rows[0]).toHaveProperty('x__v');
    expect(answer.statusCode).toBe(200);
  });

  it.each(['', '&featureService=all&features=set:v', '&features=set:v&version=1'])(
    'must be named in one way, not by "%s"',
    async (query) => {
      const { statusCode, payload } = await send('retrievals?x', frame(), { query });
      expect(statusCode).toBe(400);
      expect(JSON.parse(payload).error.code).toBe('INVALID_REQUEST');
    },
  );
});

describe('history without a frame', () => {
  const span = { from: at('05:00:00'), to: at('09:00:00') };

  it('has a row for every row, every change, or a grid of times', async () => {
    const rows = await history({ featureService: 'all', mode: 'rows', ...span, knowledge: 'event' });
    expect(rows.map(({ k, event_timestamp: t, s__v: v }) => [k, t, v])).toEqual([
      ['a', at('06:00:00'), 1],
      ['a', at('06:05:00'), 9],
      ['a', at('06:10:00'), 2],
      ['b', at('06:20:00'), 3],
    ]);
    const changes = await history({
      features: ['set:v'],
      mode: 'changes',
      ...span,
      entities: [{ k: 'a' }],
      include: ['status'],
      time: 't',
    });
    expect(changes.map(({ t, set__v: v, set__v__status: status }) => [t, v, status])).toEqual([
      [at('06:00:00'), 1, 'PRESENT'],
      [at('06:05:00'), 9, 'PRESENT'],
      ['2013-11-03T07:05:00.000001Z', null, 'EXPIRED'],
      [at('08:00:00'), null, 'EXPIRED'],
    ]);
    const grid = await history({
      featureService: 'all',
      mode: 'grid',
      ...span,
      every: '2h',
      knowledge: 'event',
    });
    expect(grid.map(({ k, event_timestamp: t }) => [k, t])).toEqual(
      ['a', 'b'].flatMap((k) => ['05:00:00', '07:00:00', '09:00:00'].map((time) => [k, at(time)])),
    );
  });

  it('answers in every format, JSON unless asked otherwise, and from a snapshot', async () => {
    const asked = { featureService: 'all', mode: 'rows', ...span, snapshot: { readings: '2' } };
    for (const accept of [undefined, ...FORMATS]) {
      const answer = await sendHistory(asked, accept);
      expect(answer.statusCode, answer.payload).toBe(200);
      expect(answer.headers['content-type']).toContain(MEDIA_TYPE_OF[accept ?? 'json']);
      expect(reportOf(answer)).toMatchObject({ rows: 3, snapshot: { readings: '2' } });
    }
    await expect.poll(() => readdirSync(join(service.dataDir, 'tmp'))).toEqual([]);
  });

  it.each([
    ['an unknown mode', { mode: 'all' }, 400, 'INVALID_REQUEST'],
    ['a grid without distance', { mode: 'grid' }, 400, 'INVALID_REQUEST'],
    ['a grid of distance 0', { mode: 'grid', every: '0s' }, 400, 'INVALID_REQUEST'],
    ['rows with a distance', { every: '1h' }, 400, 'INVALID_REQUEST'],
    ['a grid of too many rows', { mode: 'grid', every: '1us' }, 400, 'INVALID_REQUEST'],
    ['an instant without a zone', { from: '2013-11-03T05:00:00' }, 400, 'INVALID_REQUEST'],
    ['times the wrong way round', { to: at('04:00:00') }, 400, 'INVALID_REQUEST'],
    ['times that have not come', { to: '2999-01-01T00:00:00Z' }, 422, 'FUTURE_TIME'],
    ['an entity of another key', { entities: [{ k: 'a', x: 1 }] }, 400, 'INVALID_REQUEST'],
    ['an entity without its key', { entities: [{}] }, 400, 'INVALID_REQUEST'],
    ['a key of another type', { entities: [{ k: 1 }] }, 400, 'INVALID_REQUEST'],
    ['a time column named as a key', { time: 'K' }, 400, 'INVALID_REQUEST'],
    ['an unknown member', { limit: 1 }, 400, 'INVALID_REQUEST'],
    ['a snapshot of numbers', { snapshot: { readings: 1 } }, 400, 'INVALID_REQUEST'],
  ])('refuses %s', async (_, change, status, code) => {
    const answer = await sendHistory({ featureService: 'all', mode: 'rows', ...span, ...change });
    expect(answer.statusCode, answer.payload).toBe(status);
    expect(JSON.parse(answer.payload).error.code).toBe(code);
  });
});

describe('a retrieval as a job', () => {
  it('leaves the answer as a file, the same as without a job', async () => {
    for (const accept of FORMATS) {
      const now = await retrieve({ accept });
      const { id } = JSON.parse((await retrieve({ accept, query: '&async=true' }, 202)).payload);
      const job = await ended(id);
      expect(job).toMatchObject({ kind: 'retrieval', state: 'succeeded', progress: { done: 3, total: 3 } });
      expect(job.result).toEqual({ rows: 3, report: reportOf(now) });
      const result = await service.app.inject({ url: `${PROJECT}/jobs/${id}/result` });
      expect(hashOf(result)).toBe(hashOf(now));
      expect(result.headers['content-type']).toContain(MEDIA_TYPE_OF[accept]);
      expect(reportOf(result)).toEqual(reportOf(now));
    }
    await expect.poll(() => readdirSync(join(service.dataDir, 'tmp'))).toEqual([]);
  });

  it('that begins again after a restart rests on what was known when it was taken', async () => {
    const asked = {
      featureService: 'all',
      mode: 'rows',
      from: at('05:00:00'),
      to: at('09:00:00'),
      entities: [{ k: 'a' }],
    };
    const bodies = [await sendHistory(asked, 'parquet'), await retrieve({ accept: 'parquet' })];
    const store = service.app.get<OfflineStore>(OFFLINE_STORE);
    // Nothing is retrieved any more, as if the service stopped just then.
    store.retrieve = (query) =>
      new Promise((_, reject) => query.signal?.addEventListener('abort', () => reject(new Error('stopped'))));
    const started = [
      await sendHistory(asked, 'parquet', '?async=true'),
      await retrieve({ accept: 'parquet', query: '&async=true' }, 202),
    ];
    const ids = started.map(({ payload }) => JSON.parse(payload).id as string);
    await push([{ k: 'a', at: at('06:01:00'), known: at('06:01:00'), v: 10 }]);
    await service.stop();
    service = await startTestApp({ dataDir: service.dataDir });
    for (const [i, id] of ids.entries()) {
      expect(await ended(id)).toMatchObject({ state: 'succeeded' });
      const result = await service.app.inject({ url: `${PROJECT}/jobs/${id}/result` });
      expect(hashOf(result)).toBe(hashOf(bodies[i]!));
    }
  });

  it('that is cancelled ends so, and one that fails says why', async () => {
    const { id } = JSON.parse((await retrieve({ query: '&async=true&time=when' }, 202)).payload);
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'INVALID_FRAME', path: 'when' },
    });
    const store = service.app.get<OfflineStore>(OFFLINE_STORE);
    const { retrieve: proper } = store;
    store.retrieve = (query) =>
      new Promise((_, reject) => query.signal?.addEventListener('abort', () => reject(new Error('stopped'))));
    const waiting = JSON.parse((await retrieve({ query: '&async=true' }, 202)).payload).id;
    await expect.poll(async () => (await jobOf(waiting)).state).toBe('running');
    expect((await service.post(`${PROJECT}/jobs/${waiting}/cancel`, {})).status).toBe(200);
    expect(await ended(waiting)).toMatchObject({ state: 'cancelled' });
    store.retrieve = proper;
  });

  it('is refused at once when its snapshot is none', async () => {
    const answer = await retrieve({ snapshot: '{}', query: '&async=true' }, 400);
    expect(JSON.parse(answer.payload).error.code).toBe('INVALID_REQUEST');
  });
});

describe('what was served', () => {
  it.each(['json', 'ndjson', 'csv'] as const)(
    'is found again by the record of an answer, as %s (S18)',
    async (format) => {
      const now = new Date().toISOString();
      await push([{ k: format, at: now, known: now, v: 42 }]);
      const asked = { featureService: 'all', entities: [{ k: format }, { k: 'a' }, { k: 'nobody' }] };
      const served = (await service.post(`${PROJECT}/online/lookup`, asked)).body;
      await push([{ k: format, at: now, known: now, v: 43 }]);
      const rows = asked.entities.map(({ k }, i) => ({
        k,
        t: served.asOf,
        s__sequence: served.sequences[i].s,
      }));
      const lines = rows.map((row) =>
        format === 'csv' ? Object.values(row).join(',') : JSON.stringify(row),
      );
      const body = {
        json: `{"rows":[${lines}]}`,
        ndjson: lines.join('\n'),
        csv: ['k,t,s__sequence', ...lines].join('\n'),
      };
      const answer = await send('retrievals?featureService=all', Buffer.from(body[format]), {
        accept: 'json',
        query: '&knowledge=served&time=t&include=status',
        headers: { 'content-type': MEDIA_TYPE_OF[format] },
      });
      expect(answer.statusCode, answer.payload).toBe(200);
      const found = JSON.parse(answer.payload).rows as readonly Record<string, unknown>[];
      expect(found.map((row) => [[row['s__v']], [row['s__v__status']]])).toEqual(
        served.results.map(({ values, statuses }: Record<string, unknown>) => [values, statuses]),
      );
      expect(found[0]).toMatchObject({ s__v: 42 });
    },
  );

  it('is refused by a record that is no sequence', async () => {
    const rows = [{ k: 'a', event_timestamp: at('06:30:00'), s__sequence: '1.5' }];
    const answer = await send(
      'retrievals?featureService=all&knowledge=served',
      Buffer.from(JSON.stringify({ rows })),
      {},
    );
    expect(JSON.parse(answer.payload).error).toMatchObject({
      code: 'INVALID_FRAME',
      path: '/rows/0/s__sequence',
    });
  });
});

describe('a large answer that is read slowly', () => {
  const rowCount = 300_000;
  const made = { rows: 0 };
  let port = 0;
  let body: Uint8Array;

  beforeAll(async () => {
    body = arrowBytes(largeFrame(rowCount));
    countRows(service.app.get<OfflineStore>(OFFLINE_STORE), made);
    await service.app.listen(0, '127.0.0.1');
    ({ port } = service.app.getHttpServer().address() as AddressInfo);
  });

  it.each(['arrow', 'csv', 'json', 'ndjson'] as const)(
    'is made no faster than it is read: %s',
    async (format) => {
      made.rows = 0;
      const path = `${PROJECT}/retrievals?featureService=all`;
      const headers = { 'content-type': MEDIA_TYPE_OF.arrow, accept: MEDIA_TYPE_OF[format] };
      const sent = request({ port, path, method: 'POST', headers, host: '127.0.0.1' });
      const bytes = await new Promise<number>((resolve, reject) => {
        sent.on('error', reject);
        sent.on('response', async (answer) => {
          answer.pause();
          let before = -1;
          while (made.rows !== before) {
            before = made.rows;
            await delay(100);
          }
          // What lies in the buffers of the two sockets is all that was made: 36 MB where a system lets them grow.
          expect(made.rows).toBeLessThan(rowCount / 2);
          let size = 0;
          for await (const chunk of answer) size += chunk.length;
          resolve(size);
        });
        sent.end(body);
      });
      expect(made.rows).toBe(rowCount);
      expect(bytes).toBeGreaterThan(rowCount * 300);
    },
  );

  it('ends abnormally when it fails half-way', async () => {
    const store = service.app.get<OfflineStore>(OFFLINE_STORE);
    const { retrieve: proper } = store;
    store.retrieve = async (query) => {
      const result = await proper.call(store, query);
      async function* broken() {
        let batches = 0;
        for await (const batch of result.batches()) {
          if (batches++ === 10) throw new Error('the disk is gone');
          yield batch;
        }
      }
      return { ...result, batches: broken };
    };
    const { port } = service.app.getHttpServer().address() as AddressInfo;
    const body = arrowBytes(largeFrame(100_000));
    for (const format of ['arrow', 'csv', 'json', 'ndjson'] as const) {
      const answer = await fetch(`http://127.0.0.1:${port}${PROJECT}/retrievals?featureService=all`, {
        method: 'POST',
        headers: { 'content-type': MEDIA_TYPE_OF.arrow, accept: MEDIA_TYPE_OF[format] },
        body: new Uint8Array(body),
      });
      expect(answer.status).toBe(200);
      await expect(answer.arrayBuffer()).rejects.toThrow();
    }
    store.retrieve = proper;
  });
});

function largeFrame(rowCount: number) {
  const columns = new Map([
    [
      'k',
      columnOf(
        'STRING',
        Array.from({ length: rowCount }, () => 'a'.repeat(300)),
      ),
    ],
    [
      'event_timestamp',
      columnOf(
        'TIMESTAMP',
        Array.from({ length: rowCount }, () => 0n),
      ),
    ],
  ]);
  return { rowCount, columns };
}

function countRows(store: OfflineStore, made: { rows: number }): void {
  const { retrieve: proper } = store;
  store.retrieve = async (query) => {
    const result = await proper.call(store, query);
    async function* counted() {
      for await (const batch of result.batches()) {
        made.rows += batch.rowCount;
        yield batch;
      }
    }
    return { ...result, batches: counted };
  };
}

function at(time: string): string {
  return `2013-11-03T${time}Z`;
}

function frame(): Buffer {
  const rows = [
    ['a', '06:30:00'],
    ['b', '06:30:00'],
    ['a', '08:00:00'],
  ].map(([k, time]) => ({ k, event_timestamp: at(time!), beside: 1 }));
  return Buffer.from(JSON.stringify({ rows }));
}

async function push(rows: readonly unknown[]): Promise<void> {
  const answer = await service.post(`${PROJECT}/sources/readings/rows`, { rows });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

type Asked = {
  readonly accept?: Format;
  readonly snapshot?: string;
  readonly features?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

async function retrieve(asked: Asked, status?: number) {
  const features = asked.features === undefined ? 'featureService=all' : `features=${asked.features}`;
  const answer = await send(`retrievals?${features}`, frame(), asked);
  if (status !== undefined) expect(answer.statusCode, answer.payload).toBe(status);
  return answer;
}

function send(path: string, payload: Buffer, asked: Asked) {
  const snapshot = asked.snapshot === undefined ? '' : `&snapshot=${encodeURIComponent(asked.snapshot)}`;
  return service.app.inject({
    method: 'POST',
    url: `${PROJECT}/${path}${asked.query ?? ''}${snapshot}`,
    payload,
    headers: {
      'content-type': 'application/json',
      ...(asked.accept !== undefined && { accept: MEDIA_TYPE_OF[asked.accept] }),
      ...asked.headers,
    },
  });
}

function sendHistory(body: object, accept?: Format, query = '') {
  return service.app.inject({
    method: 'POST',
    url: `${PROJECT}/retrievals/history${query}`,
    payload: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      ...(accept !== undefined && { accept: MEDIA_TYPE_OF[accept] }),
    },
  });
}

async function history(body: object): Promise<readonly Record<string, unknown>[]> {
  const answer = await sendHistory(body);
  expect(answer.statusCode, answer.payload).toBe(200);
  return JSON.parse(answer.payload).rows;
}

type Injected = Awaited<ReturnType<typeof sendHistory>>;

function reportOf(answer: Injected) {
  return JSON.parse(String(answer.headers['plumbline-report']));
}

function hashOf(answer: Injected): string {
  expect(answer.statusCode, answer.payload).toBe(200);
  return createHash('sha256').update(answer.rawPayload).digest('hex');
}

const jobOf = async (id: string) => (await service.get(`${PROJECT}/jobs/${id}`)).body;

async function ended(id: string) {
  await expect.poll(async () => (await jobOf(id)).finishedAt, { timeout: 20_000 }).not.toBeNull();
  return jobOf(id);
}
