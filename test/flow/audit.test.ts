import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AuditReport } from '../../sdk/typescript/src/audits.js';
import { audit } from '../../src/cli/audit.js';
import { parseTimestamp } from '../../src/definition/time.js';
import { OFFLINE_STORE, type OfflineStore } from '../../src/offline/store.js';
import { ManualClock } from '../../src/platform/clock.js';
import { configurationIn } from '../../src/platform/configuration.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../src/registry/catalog.js';
import { AuditSchedule } from '../../src/serving/audit/audit-schedule.js';
import { startTestApp, type TestApp } from '../support/app.js';

const NOW = '2026-03-02T12:00:00Z';
const BASE = '/v1/projects/p';

const DOCUMENTS = `
{ kind: Entity, name: airport, keys: [{ name: airport, type: STRING }] }
---
kind: Source
name: departures
eventTime: at
tombstone: gone
columns:
  - { name: airport, type: STRING }
  - { name: at, type: TIMESTAMP }
  - { name: delay, type: INT64 }
  - { name: fare, type: FLOAT64 }
  - { name: gone, type: BOOL }
---
{ kind: FeatureSet, name: newest, entity: airport, source: departures, features: [{ name: delay }, { name: fare }] }
---
{ kind: FeatureSet, name: odd, entity: airport, source: departures, features: [{ name: event_time, expression: delay }] }
---
kind: FeatureSet
name: past
entity: airport
source: departures
features:
  - { name: delay, aggregate: "SUM(delay)", windows: ["1h", "1d"] }
  - { name: late, aggregate: "COUNT(*)", window: "1h", filter: "delay >= 15" }
  - { name: worst, aggregate: "MAX(delay)", window: "1h", default: -1 }
---
kind: FeatureService
name: all
answerLog: 1
entries: [{ featureSet: newest }, { featureSet: past }]
requestInputs: [{ name: most, type: FLOAT64 }]
expressions: [{ name: over, expression: newest__fare - most }]
---
{ kind: FeatureService, name: silent, answerLog: 0, entries: [{ featureSet: newest }] }
`;

const ROWS = [
  ['2026-03-02T10:30:00Z', 10, -0.0],
  ['2026-03-02T11:00:30Z', 30, 0.2],
  ['2026-03-02T11:00:31Z', 20, null],
  ['2026-03-02T11:59:59.999999Z', 16, 0.1],
].map(([at, delay, fare]) => ({ airport: 'EWR', at, delay, fare }));

type Lookup = Readonly<Record<string, unknown>>;

/** Answers of every kind: of a service and of a list, unknown, NULL and known keys, exact and odd values. */
const LOOKUPS: readonly Lookup[] = [
  {
    featureService: 'all',
    entities: ['EWR', 'XXX', null].map((airport) => ({ airport, most: 0.1 })),
  },
  { features: ['past:late', 'n=newest@1:fare'], entities: [{ airport: 'EWR' }] },
  { features: ['odd:event_time'], entities: [{ airport: 'EWR' }] },
  { featureService: 'silent', entities: [{ airport: 'EWR' }] },
];

/** The tail of the hour stands at 11:00 for the first two, at 11:01 for the third. */
const INSTANTS = ['2026-03-02T12:00:00Z', '2026-03-02T12:00:30Z', '2026-03-02T12:01:00Z'] as const;

const HOUR_US = 3_600_000_000n;

const ANSWERS = INSTANTS.length * 5;
const VALUES = INSTANTS.length * (3 * 7 + 2 + 1);

describe('an audit', () => {
  const clock = new ManualClock(parseTimestamp(NOW)!);
  let service: TestApp;
  beforeAll(async () => {
    service = await start();
    await accepted(service.yaml(`${BASE}/apply`, DOCUMENTS));
    await accepted(service.post(`${BASE}/sources/departures/rows`, { rows: ROWS }));
    for (const instant of INSTANTS) {
      clock.set(parseTimestamp(instant)!);
      for (const lookup of LOOKUPS) await accepted(service.post(`${BASE}/online/lookup`, lookup));
    }
    // Rows that no answer knew, some of them in its windows.
    const late = ROWS.map((row, i) => ({ ...row, delay: 500 + i, fare: 7 }));
    await accepted(service.post(`${BASE}/sources/departures/rows`, { rows: late }));
  });
  afterAll(() => service.close());

  function start(dataDir?: string): Promise<TestApp> {
    const { answerLog } = configurationIn('.');
    const configuration = { answerLog: { ...answerLog, share: 1 }, auditEveryUs: HOUR_US };
    return startTestApp({ clock, configuration, ...(dataDir !== undefined && { dataDir }) });
  }

  async function audited(body: object = {}): Promise<AuditReport> {
    const job = await accepted(service.post(`${BASE}/audits`, body));
    return resultOf(service, job.id);
  }

  it('finds nothing where history is what was served, whatever came later', async () => {
    const { answers, compared, differences, skipped, logged, dropped, listed } = await audited();
    expect({ answers, compared, differences, skipped }).toEqual({
      answers: ANSWERS,
      compared: VALUES,
      differences: 0,
      skipped: {},
    });
    expect({ logged, dropped, listed }).toEqual({ logged: ANSWERS, dropped: 0, listed: [] });
  });

  it('is of the service and of the times that are asked for', async () => {
    const [, second, third] = INSTANTS;
    expect(await audited({ featureService: 'all', from: second, to: third })).toMatchObject({ answers: 3 });
    const { body } = await service.get(`${BASE}/audits`);
    expect(body).toMatchObject({ audits: 2, differences: 0, logged: ANSWERS, last: { answers: 3 } });
    const health = await service.get('/health');
    expect(health.body.info).toMatchObject({ answers: { logged: ANSWERS }, audits: { audits: 2 } });
  });

  it.each([
    ['an unknown service', { featureService: 'none' }, 404, 'none'],
    ['no instant', { from: 'noon' }, 400, 'write an instant'],
    ['times the wrong way round', { from: NOW, to: NOW }, 400, 'not later than'],
    ['an unknown member', { until: NOW }, 400, 'until'],
  ])('refuses %s', async (_, body, status, message) => {
    const answer = await service.post(`${BASE}/audits`, body);
    expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringContaining(message)]);
  });

  it('names the row of history that was changed, and what was changed in it', async () => {
    await inHistory('UPDATE "#" SET delay = 31 WHERE "~sequence" = 1');
    const { differences, listed } = await audited({ featureService: 'all' });
    expect(featuresOf(listed)).toEqual([
      ...Array(2).fill('past__delay_1h'),
      ...Array(3).fill('past__delay_1d'),
      ...Array(2).fill('past__worst'),
    ]);
    expect(differences).toBe(7);
    expect(listed[0]).toEqual({
      feature: 'past__delay_1h',
      featureService: 'all',
      version: 1,
      asOf: INSTANTS[0],
      keys: { airport: 'EWR' },
      served: { value: 66, status: 'PRESENT' },
      replayed: { value: 67, status: 'PRESENT' },
      cause: {
        kind: 'row',
        what: 'changed in history',
        source: 'departures',
        sequence: '1',
        eventTime: '2026-03-02T11:00:30Z',
        columns: [{ name: 'delay', log: 30, history: 31 }],
      },
    });
    await inHistory('UPDATE "#" SET delay = 30 WHERE "~sequence" = 1');
  });

  it('names rows that are in history alone, and rows that it has lost', async () => {
    await inHistory(
      'INSERT INTO "#" SELECT * REPLACE (-5::BIGINT AS "~sequence") FROM "#" WHERE "~sequence" = 1',
    );
    expect(causesOf((await audited({ featureService: 'all', to: INSTANTS[1] })).listed)).toEqual([
      ['past__delay_1h', 'not in the log', '-5'],
      ['past__delay_1d', 'not in the log', '-5'],
      ['past__late', 'not in the log', '-5'],
    ]);
    await inHistory('DELETE FROM "#" WHERE "~sequence" = -5');
    expect((await audited()).differences).toBe(0);
    await inHistory(
      'CREATE TABLE lost AS FROM "#" WHERE "~sequence" = 3',
      'DELETE FROM "#" WHERE "~sequence" = 3',
    );
    expect(causesOf((await audited({ featureService: 'all', from: INSTANTS[2] })).listed)).toEqual([
      ['newest__delay', 'missing in history', '3'],
      ['newest__fare', 'missing in history', '3'],
      ['past__delay_1h', 'missing in history', '3'],
      ['past__delay_1d', 'missing in history', '3'],
      ['past__late', 'missing in history', '3'],
      ['past__worst', 'missing in history', '3'],
      ['over', 'missing in history', '3'],
    ]);
    await inHistory('INSERT INTO "#" FROM lost', 'DROP TABLE lost');
  });

  it('names the row or tile that an answer counted otherwise, where history is what the log says', async () => {
    await service.stop();
    const older = { newest: '2026-03-02T11:00:31Z' };
    tamper({
      [INSTANTS[0]]: { values: { 2: 16, 3: 77 }, eventTimes: null },
      [INSTANTS[1]]: { values: { 0: 20, 2: 46 }, eventTimes: older },
      [INSTANTS[2]]: { values: { 2: 519 } },
    });
    service = await start(service.dataDir);
    const { listed } = await audited();
    const at = { eventTime: '2026-03-02T11:59:59.999999Z' };
    expect(listed.slice(0, 2).map(({ served, replayed }) => [served, replayed])).toEqual([
      [
        { value: 20, status: 'PRESENT', eventTime: older.newest },
        { value: 16, status: 'PRESENT', ...at },
      ],
      [
        { value: 0.1, status: 'PRESENT', eventTime: older.newest },
        { value: 0.1, status: 'PRESENT', ...at },
      ],
    ]);
    expect(listed.map(({ asOf, feature, cause }) => [asOf, feature, cause])).toEqual([
      [INSTANTS[1], 'newest__delay', rowOf(2, older.newest, 'the newest online')],
      [INSTANTS[1], 'newest__fare', { kind: 'unknown', what: expect.stringContaining('no single row') }],
      [
        INSTANTS[0],
        'past__delay_1h',
        {
          kind: 'tile',
          what: 'counted in history only',
          source: 'departures',
          after: '2026-03-02T11:00:00Z',
          through: '2026-03-02T11:01:00Z',
          rows: 4,
        },
      ],
      [INSTANTS[1], 'past__delay_1h', rowOf(2, older.newest, 'counted in history only')],
      [INSTANTS[2], 'past__delay_1h', rowOf(7, '2026-03-02T11:59:59.999999Z', 'counted online only')],
      [INSTANTS[0], 'past__delay_1d', { kind: 'unknown', what: expect.stringContaining('no single row') }],
    ]);
  });

  it('is made by the clock, of the answers since the last one', async () => {
    const schedule = service.app.get(AuditSchedule, { strict: false });
    const seen = async (): Promise<readonly number[]> => {
      await schedule.look();
      const { body } = await service.get(`${BASE}/jobs?kind=audit`);
      const reports = body.items.map(({ id }: { readonly id: string }) => resultOf(service, id));
      return (await Promise.all<AuditReport>(reports)).map(({ answers }) => answers);
    };
    const before = (await seen()).length;
    const ask = () => accepted(service.post(`${BASE}/online/lookup`, LOOKUPS[1]!));
    const counts: (readonly number[])[] = [];
    for (const answers of [1, 2, 0, 1]) {
      for (let i = 0; i < answers; i++) await ask();
      clock.advance(HOUR_US);
      counts.push((await seen()).slice(0, -before));
    }
    // The first one is of all there are. Each is of those with a T before it began.
    expect(counts).toEqual([[ANSWERS + 1], [2, ANSWERS + 1], [2, ANSWERS + 1], [1, 2, ANSWERS + 1]]);
  });

  it('is a command, which tells each difference and fails for it', async () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await service.app.listen(0, '127.0.0.1');
    const options = { url: await service.app.getUrl(), project: 'p', json: false };
    expect(await audit({ ...options, service: 'all', from: INSTANTS[2] })).toEqual({ ok: false });
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      'past__delay_1h of {"airport":"EWR"} at 2026-03-02T12:01:00Z: served 519 (PRESENT), replayed 16 (PRESENT); row 7 of "departures" at 2026-03-02T11:59:59.999999Z: counted online only',
      '21 values of 3 answers compared: 1 difference',
    ]);
    said.mockRestore();
    const report = await audit({ ...options, json: true, to: '2026-01-01T00:00:00Z' });
    expect(report).toMatchObject({ ok: true, answers: 0, compared: 0, differences: 0, listed: [] });
    await expect(audit({ ...options, service: 'none' })).rejects.toThrow('none');
  });

  /** Changes history behind the service's back; `#` is its table. */
  async function inHistory(...statements: readonly string[]): Promise<void> {
    await service.stop();
    const instance = await DuckDBInstance.create(join(service.dataDir, 'history.duckdb'));
    const connection = await instance.connect();
    const found = await connection.runAndReadAll(
      "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'history_p_departures%'",
    );
    const table = String(found.getRowsJS()[0]![0]);
    for (const sql of statements) await connection.run(sql.replaceAll('#', table));
    connection.closeSync();
    instance.closeSync();
    service = await start(service.dataDir);
  }

  /** Rewrites what was logged as served for EWR, by T: values by the place of the feature, and event times, null as if there were none. */
  function tamper(changes: Readonly<Record<string, Tampered>>): void {
    const folder = join(service.dataDir, 'answers');
    const rewritten = (text: string): string => {
      const line = JSON.parse(text);
      if (line.featureService !== 'all' || line.keys.airport !== 'EWR') return text;
      const { values, eventTimes = line.eventTimes } = changes[line.asOf]!;
      Object.assign(line.values, values);
      return JSON.stringify({ ...line, eventTimes });
    };
    for (const name of readdirSync(folder)) {
      const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
      writeFileSync(join(folder, name), `${lines.map(rewritten).join('\n')}\n`);
    }
  }
});

describe('an audit of answers that cannot be replayed any more', () => {
  it('replays the others, and says how many were left out and why', async () => {
    const clock = new ManualClock(parseTimestamp(NOW)!);
    const service = await startTestApp({ clock });
    const source = DOCUMENTS.replace('eventTime: at', 'eventTime: at\nhistoryRetention: 2d');
    await accepted(service.yaml(`${BASE}/apply`, source));
    await accepted(service.post(`${BASE}/sources/departures/rows`, { rows: ROWS }));
    const gone = { kind: 'FeatureService', name: 'gone', answerLog: 1, entries: [{ featureSet: 'newest' }] };
    await accepted(service.post(`${BASE}/feature-services`, gone));
    const nowUs = clock.nowUs();
    for (let hour = 0n; hour < 10n; hour++) {
      clock.set(nowUs + hour * HOUR_US);
      const entities = [{ airport: 'EWR', most: null }];
      await accepted(service.post(`${BASE}/online/lookup`, { featureService: 'all', entities }));
    }
    const entities = [{ airport: 'EWR' }];
    await accepted(service.post(`${BASE}/online/lookup`, { featureService: 'gone', entities }));
    await accepted(service.request('DELETE', `${BASE}/feature-services/gone`));
    const compiled = service.app.get<CatalogHolder>(CATALOG_HOLDER, { strict: false }).current();
    const ref = { project: 'p', source: compiled.source('p', 'departures'), keys: [['airport']] };
    const store = service.app.get<OfflineStore>(OFFLINE_STORE, { strict: false });
    // Windows of a day reach back an hour more at most: those of the first six hours are incomplete.
    const { rowsRemoved } = await store.retain(ref, nowUs - 24n * HOUR_US + 6n * HOUR_US);
    expect(rowsRemoved).toBe(0);
    const { id } = await accepted(service.post(`${BASE}/audits`, {}));
    expect(await resultOf(service, id)).toMatchObject({
      answers: 4,
      compared: 28,
      differences: 0,
      skipped: { HISTORY_EXPIRED: 6, NOT_FOUND: 1 },
    });
    await service.close();
  });
});

type Tampered = { readonly values: Readonly<Record<number, number>>; readonly eventTimes?: object | null };

type Listed = AuditReport['listed'];

function featuresOf(listed: Listed): readonly string[] {
  return listed.map(({ feature }) => feature);
}

function causesOf(listed: Listed): readonly unknown[] {
  return listed.map(({ feature, cause }) => [feature, cause.what, cause.kind === 'row' && cause.sequence]);
}

function rowOf(sequence: number, eventTime: string, what: string): object {
  return { kind: 'row', what, source: 'departures', sequence: String(sequence), eventTime };
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of several routes
async function accepted(answer: Promise<{ readonly status: number; readonly body: any }>): Promise<any> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
}

async function resultOf(service: TestApp, id: string): Promise<AuditReport> {
  for (;;) {
    const { body } = await service.get(`${BASE}/jobs/${id}`);
    if (body.state === 'queued' || body.state === 'running') {
      await sleep(10);
      continue;
    }
    expect(body.state, JSON.stringify(body.error)).toBe('succeeded');
    return (await service.get(`${BASE}/jobs/${id}/result`)).body;
  }
}
