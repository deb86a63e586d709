import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { TestApp } from '../support/app.js';

const BASE = '/v1/projects/p';

/** Latest values, tiles, exact windows, chained and computed values; event ids, deletions, rows that wait for their time. */
export const MOVED_DOCUMENTS = `
{ kind: Entity, name: airport, keys: [{ name: airport, type: STRING }] }
---
{ kind: Entity, name: carrier, keys: [{ name: carrier, type: INT64 }] }
---
kind: Source
name: departures
eventTime: at
tombstone: gone
eventId: id
future: hold
columns:
  - { name: airport, type: STRING }
  - { name: carrier, type: INT64 }
  - { name: id, type: STRING }
  - { name: at, type: TIMESTAMP }
  - { name: delay, type: INT64 }
  - { name: fare, type: FLOAT64 }
  - { name: gone, type: BOOL }
---
{ kind: FeatureSet, name: newest, entity: airport, source: departures, features: [{ name: delay }, { name: fare }] }
---
kind: FeatureSet
name: past
entity: airport
source: departures
features:
  - { name: delay, aggregate: "SUM(delay)", windows: ["1h", "1d"] }
  - { name: late, aggregate: "COUNT(*)", window: "1h", filter: "delay >= 15" }
  - { name: fare, aggregate: "AVG(fare)", window: lifetime }
---
kind: FeatureSet
name: exact
entity: airport
source: departures
features:
  - { name: some, aggregate: "LAST_N(delay, 3)", window: "1h", hop: "1us", max: 100 }
---
{ kind: FeatureSet, name: carriers, entity: carrier, source: departures, features: [{ name: delay }] }
---
kind: FeatureService
name: all
answerLog: 1
entries: [{ featureSet: newest }, { featureSet: past }, { featureSet: exact }, { featureSet: carriers }]
expressions: [{ name: over, expression: newest__fare - past__fare }]
`;

/**
 * Five rows are logged: an hour's by one key, sent twice, then late ones and a deletion; others are refused, or wait for
 * their time. Gives the sequence of the first.
 */
export async function pushSome(service: TestApp, life: string): Promise<number> {
  const first = await pushKeyed(service, life);
  expect(await pushKeyed(service, life)).toEqual(first);
  const hour = rowOf(life, 1, '11:30:00.000001');
  const others = [
    rowOf(life, 3, '11:00:30'),
    { ...rowOf(life, 4, '09:00:00'), airport: 'JFK', fare: -0 },
    { ...rowOf(life, 5, '11:45:00'), airport: 'LGA', gone: true },
    // The same id again, the same with other content, one that is wrong, and one whose time has not come.
    hour,
    { ...hour, delay: 99 },
    { ...rowOf(life, 6, '11:00:00'), delay: 'much' },
    { ...rowOf(life, 7, '23:00:00'), airport: life },
  ];
  const more = await accepted(service.post(`${ROWS_IN}?invalid=quarantine`, { rows: others }));
  expect(more).toMatchObject({ accepted: 3, quarantined: 2, duplicates: 1, held: 1 });
  return first.firstSequence;
}

/** The value of the row of a life that waits until 23:00; null before. */
export async function heldValue(service: TestApp, life: string): Promise<unknown> {
  const lookup = { features: ['newest:delay'], entities: [{ airport: life }] };
  return (await accepted(service.post(`${BASE}/online/lookup`, lookup))).results[0].values[0];
}

const ROWS_IN = `${BASE}/sources/departures/rows`;

function rowOf(life: string, n: number, at: string): object {
  const time = `2026-03-02T${at}Z`;
  return { airport: 'EWR', carrier: n, id: `${life}-${n}`, at: time, delay: 10 * n, fare: 0.1 * n };
}

function pushKeyed(service: TestApp, life: string) {
  const rows = [rowOf(life, 1, '11:30:00.000001'), rowOf(life, 2, '11:59:59.999999')];
  return accepted(service.request('POST', ROWS_IN, { headers: { 'idempotency-key': life }, json: { rows } }));
}

/** What an installation answers, as of now; each retrieval by its very text. */
export async function pictureOf(service: TestApp): Promise<object> {
  const frames: Record<string, unknown> = {};
  for (const knowledge of ['known', 'event', 'served'])
    frames[knowledge] = await retrieved(service, knowledge, `${FRAME_COLUMNS}\n${FRAME}`);
  frames['record'] = await retrieved(service, 'served', `${FRAME_COLUMNS},${RECORD_COLUMNS}\n${RECORD}`);
  const entity = { airport: 'EWR', carrier: 1 };
  const explained = { featureService: 'all', feature: 'past__delay_1h', entity };
  const include = ['statuses', 'eventTimes', 'sequences'];
  return {
    answer: await accepted(
      service.post(`${BASE}/online/lookup`, { featureService: 'all', entities: ENTITIES, include }),
    ),
    frames,
    redelivered: await pushKeyed(service, 'first'),
    explained: await accepted(service.post(`${BASE}/explain`, explained)),
    quarantine: await accepted(service.get(`${BASE}/sources/departures/quarantine`)),
    versions: await accepted(service.get(`${BASE}/feature-sets/past/versions`)),
    audited: await audited(service),
  };
}

const ENTITIES = ['EWR', 'JFK', 'LGA', 'none', null].map((airport, carrier) => ({ airport, carrier }));
const FRAME_COLUMNS = 'airport,carrier,event_timestamp';
const FRAME = ['11:30:00', '11:59:59.999999', '12:00:00']
  .flatMap((at) => ['EWR', 'JFK', 'LGA'].map((airport) => `${airport},1,2026-03-02T${at}Z\n`))
  .join('');
/** As a lookup was answered that knew the first three rows of EWR. */
const RECORD_COLUMNS = 'newest__sequence,past__sequence,exact__sequence,carriers__sequence';
const RECORD = 'EWR,1,2026-03-02T12:00:00Z,2,2,2,0\n';

async function retrieved(service: TestApp, knowledge: string, frame: string): Promise<unknown> {
  const url = `${BASE}/retrievals?featureService=all&include=status&knowledge=${knowledge}`;
  const { status, body } = await service.request('POST', url, { text: frame, type: 'text/csv' });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Every answer that was ever logged, replayed: nothing differs. */
async function audited(service: TestApp): Promise<object> {
  const { id } = await accepted(service.post(`${BASE}/audits`, {}));
  for (;;) {
    const { body } = await service.get(`${BASE}/jobs/${id}`);
    if (body.state === 'queued' || body.state === 'running') {
      await sleep(10);
      continue;
    }
    expect(body.state, JSON.stringify(body.error)).toBe('succeeded');
    const { answers, differences, skipped } = (await service.get(`${BASE}/jobs/${id}/result`)).body;
    expect(answers).toBeGreaterThan(0);
    return { differences, skipped };
  }
}

async function accepted(answer: ReturnType<TestApp['get']>) {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
}
