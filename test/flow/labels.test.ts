import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const FIRST_US = parseTimestamp('2026-03-01T00:00:00Z')!;
const HOUR_US = 3_600_000_000n;
const HOURS = 60;
const BASE = '/v1/projects/p';

const DOCUMENTS = `
{ kind: Entity, name: airport, keys: [{ name: airport, type: STRING }] }
---
kind: Source
name: departures
eventTime: at
columns:
  - { name: airport, type: STRING }
  - { name: at, type: TIMESTAMP }
  - { name: delay, type: INT64 }
---
kind: FeatureSet
name: past
entity: airport
source: departures
features: [{ name: delay, aggregate: "AVG(delay)", window: "3h" }]
---
kind: FeatureSet
name: next
entity: airport
source: departures
features:
  - { name: late, aggregate: "COUNT(*)", window: "2h", direction: following, maturity: "1h", filter: "delay >= 15" }
  - { name: worst, aggregate: "MAX(delay)", window: "2h", direction: following }
---
{ kind: FeatureService, name: trained, entries: [{ featureSet: past }, { featureSet: next, alias: then }] }
---
{ kind: FeatureService, name: served, entries: [{ featureSet: past }] }
---
kind: Model
name: trouble
featureService: trained
label: { expression: "then__late > 0", columns: [] }
transform: [{ name: delay, expression: "IFNULL(past__delay, 0.0)" }]
split: { evaluateFrom: "2026-03-02T12:00:00Z" }
trainer: { kind: logisticRegression, epochs: 1 }
`;

/** The departure of every full hour. */
const ROWS = Array.from({ length: HOURS + 1 }, (_, hour) => ({
  airport: 'EWR',
  at: at(hour),
  delay: delayOf(hour),
}));

describe('labels', () => {
  const clock = new ManualClock(FIRST_US + BigInt(HOURS) * HOUR_US);
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp({ clock });
    const applied = await service.yaml(`${BASE}/apply`, DOCUMENTS);
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    const pushed = await service.post(`${BASE}/sources/departures/rows`, { rows: ROWS });
    expect(pushed.status, JSON.stringify(pushed.body)).toBeLessThan(300);
  });
  afterAll(() => service.close());

  /** A frame as of every full hour, its label as it was computed, and what the report says. */
  async function retrieved(query = '') {
    const rows = ROWS.map(({ airport, at: event_timestamp }) => ({ airport, event_timestamp }));
    const path = `${BASE}/retrievals?featureService=trained&include=status&knowledge=event${query}`;
    const { status, body, headers } = await service.request('POST', path, {
      json: { rows },
      headers: { accept: 'application/json' },
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return { rows: body.rows, report: JSON.parse(String(headers['plumbline-report'])) };
  }

  it('stand beside features in a retrieval, whole or not at all', async () => {
    const { rows, report } = await retrieved();
    rows.forEach((row: Readonly<Record<string, unknown>>, hour: number) => {
      const next = [hour + 1, hour + 2];
      const isLate = hour + 3 <= HOURS;
      const late = next.filter((each) => delayOf(each) >= 15).length;
      expect([row['then__late'], row['then__late__status']]).toEqual(
        isLate ? [late, 'PRESENT'] : [null, 'NOT_FOUND'],
      );
      const worst = Math.max(...next.map(delayOf));
      expect([row['then__worst'], row['then__worst__status']]).toEqual(
        hour + 2 <= HOURS ? [worst, 'PRESENT'] : [null, 'NOT_FOUND'],
      );
    });
    expect(report.immature).toBe(5);
  });

  it('of one snapshot stay as they were when time and rows have gone on (S19)', async () => {
    const { rows, report } = await retrieved();
    clock.set(clock.nowUs() + HOUR_US);
    const more = { rows: [{ airport: 'EWR', at: at(HOURS + 1), delay: 99 }] };
    expect((await service.post(`${BASE}/sources/departures/rows`, more)).status).toBeLessThan(300);
    const snapshot = encodeURIComponent(JSON.stringify(report.snapshot));
    const again = await retrieved(`&snapshot=${snapshot}`);
    expect(again.rows).toEqual(rows);
    expect((await retrieved()).report.immature).toBe(3);
  });

  it('stand beside what was served by its record, which knew nothing of them (S18)', async () => {
    const rows = [{ airport: 'EWR', event_timestamp: at(50), past__sequence: 50 }];
    const path = `${BASE}/retrievals?featureService=trained&knowledge=served`;
    const { status, body } = await service.request('POST', path, { json: { rows } });
    expect(status, JSON.stringify(body)).toBe(200);
    const past = [48, 49, 50].map(delayOf).reduce((sum, each) => sum + each) / 3;
    const next = Math.max(delayOf(51), delayOf(52));
    expect([body.rows[0].past__delay, body.rows[0].then__worst]).toEqual([past, next]);
  });

  it('train a model, which predicts and is looked up without them', async () => {
    const rows = ROWS.map(({ airport, at: event_timestamp }) => ({ airport, event_timestamp }));
    const set = await service.post(`${BASE}/training-sets?featureService=trained&knowledge=event`, { rows });
    expect(set.status, JSON.stringify(set.body)).toBe(201);
    const job = await service.post(`${BASE}/models/trouble/train`, { trainingSet: set.body.id });
    await finished(`${BASE}/jobs/${job.body.id}`);
    const { signature, metrics } = (await service.get(`${BASE}/models/trouble/versions/1`)).body;
    expect(signature.features.map(({ name }: { name: string }) => name)).toEqual(['past__delay']);
    // From noon of the second day on, but for the labels that are not complete.
    expect(metrics.evaluation.rows).toBe(HOURS - 36 + 1 - 2);
    const inputs = [{ name: 'airport', shape: [1], datatype: 'BYTES', data: ['EWR'] }];
    const answer = await service.post(`${BASE}/v2/models/trouble/infer`, { inputs });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const again = await service.post(`${BASE}/models/trouble/versions/1/reproduce`, {});
    expect(again.status, JSON.stringify(again.body)).toBe(202);
    await finished(`${BASE}/jobs/${again.body.id}`);
  });

  it('are never looked up, and have no online state', async () => {
    const entities = [{ airport: 'EWR' }];
    for (const asked of [{ featureService: 'trained' }, { features: ['next:worst'] }]) {
      const { status, body } = await service.post(`${BASE}/online/lookup`, { ...asked, entities });
      expect([status, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(body.error.message).toContain('"next" version 1 looks forward from T');
    }
    const explained = await service.post(`${BASE}/explain`, {
      features: ['next:worst'],
      entity: entities[0],
    });
    expect([explained.status, explained.body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    const served = await service.post(`${BASE}/online/lookup`, { featureService: 'served', entities });
    expect(served.status).toBe(200);
  });

  it.each([
    ['a transform', model('then__late + 1'), '/transform/0/expression', 'no prediction can know it'],
    [
      'an expression of a service',
      `{ kind: FeatureService, name: s, entries: [{ featureSet: next }], expressions: [{ name: x, expression: next__late + 1 }] }`,
      '/expressions/0/expression',
      'which looks forward from T',
    ],
    [
      'a chained set',
      `{ kind: FeatureSet, name: c, entity: airport, inputs: [{ featureSet: next }], features: [{ name: x, expression: next__late + 1 }] }`,
      '/inputs/0',
      'nothing that is served may read it',
    ],
    ['a set that looks back too', set('window: "1h"', true), '/features/0/direction', 'of its own'],
    [
      'folds',
      model('past__delay', ', folds: { count: 2, labelKnownAfter: 2h }'),
      '/trainer/folds/labelKnownAfter',
      'after T',
    ],
    ['a hop', set('window: "1h", hop: "1m"'), '/features/0/hop', 'which is exact'],
    ['an offset', set('window: "1h", offset: "1h"'), '/features/0/offset', 'begins at T'],
    ['no end', set('window: "lifetime"'), '/features/0/window', 'never be complete'],
  ])('are refused to %s', async (_, document, path, message) => {
    const { status, body } = await service.yaml(`${BASE}/apply?dryRun=true`, document);
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining(message)]);
    expect(body.error.path).toBe(`/documents/0${path}`);
  });

  async function finished(url: string): Promise<void> {
    for (;;) {
      const { state, error } = (await service.get(url)).body;
      if (state === 'succeeded') return;
      if (state === 'failed') throw new Error(JSON.stringify(error));
      await delay(20);
    }
  }
});

function at(hour: number): string {
  return formatTimestamp(FIRST_US + BigInt(hour) * HOUR_US);
}

function delayOf(hour: number): number {
  return (hour * 7) % 24;
}

function model(expression: string, more = ''): string {
  return `{ kind: Model, name: leak, featureService: trained, label: { expression: then__late > 0, columns: [] }, transform: [{ name: x, expression: ${expression} }], split: { evaluateFrom: "2026-03-02T12:00:00Z" }, trainer: { kind: logisticRegression${more} } }`;
}

function set(window: string, isMixed = false): string {
  const back = isMixed ? ', { name: y, aggregate: "COUNT(*)", window: "1h" }' : '';
  return `{ kind: FeatureSet, name: f, entity: airport, source: departures, features: [{ name: x, aggregate: "COUNT(*)", direction: following, ${window} }${back}] }`;
}
