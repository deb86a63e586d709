import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const NOW = '2026-03-02T12:00:00Z';
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
  - { name: fare, type: FLOAT64, scale: "0.01" }
  - { name: carrier, type: STRING }
---
{ kind: FeatureSet, name: newest, entity: airport, source: departures, features: [{ name: delay }] }
---
kind: FeatureSet
name: past
entity: airport
source: departures
features:
  - { name: delay, aggregate: "AVG(delay)", windows: ["1h", "1d"] }
  - { name: late, aggregate: "COUNT(*)", window: "1h", filter: "delay >= 15" }
  - { name: fares, aggregate: "SUM(fare)", window: "lifetime" }
  - { name: before, aggregate: "COUNT(*)", window: "1h", offset: "1h" }
  - { name: of, aggregate: "MAX(delay)", window: "1d", by: "carrier" }
  - { name: recent, aggregate: "LAST_N(delay, 2)", window: "1d", hop: "1us", max: 2 }
  - { name: worst, aggregate: "MAX(delay)", window: "1h", default: -1 }
---
kind: FeatureSet
name: trend
entity: airport
inputs: [{ featureSet: past }]
features: [{ name: worse, expression: past__delay_1h - past__delay_1d }]
---
kind: FeatureService
name: all
entries: [{ featureSet: newest }, { featureSet: past }, { featureSet: trend }]
expressions: [{ name: unusual, expression: newest__delay - past__worst }]
`;

const ROWS = [
  ['2026-03-01T11:30:00Z', 90, 0.1, 'AA'],
  ['2026-03-01T12:00:00Z', 40, 0.1, 'AA'],
  ['2026-03-02T10:30:00Z', 10, 0.1, 'UA'],
  ['2026-03-02T11:00:00Z', 30, 0.2, 'UA'],
  ['2026-03-02T11:00:00.000001Z', 20, null, 'AA'],
  ['2026-03-02T11:59:59.999999Z', null, 0.3, 'B6'],
  ['2026-03-02T12:00:00Z', 16, 0.4, 'UA'],
].map(([at, delay, fare, carrier]) => ({ airport: 'EWR', at, delay, fare, carrier }));

type Cells = Readonly<Record<string, readonly [value: unknown, status: string]>>;

/** At noon: an hour is what is behind 11:00 and a day what is behind noon, both tails being on a hop. */
const NOON: Cells = {
  newest__delay: [16, 'PRESENT'],
  past__delay_1h: [18, 'PRESENT'],
  past__delay_1d: [19, 'PRESENT'],
  past__late: [2, 'PRESENT'],
  past__fares: [1.2, 'PRESENT'],
  past__before: [2, 'PRESENT'],
  past__of_keys: [['AA', 'UA'], 'PRESENT'],
  past__of_values: [[20, 30], 'PRESENT'],
  past__recent: [[16], 'PRESENT'],
  past__worst: [20, 'PRESENT'],
  trend__worse: [-1, 'PRESENT'],
  unusual: [-4, 'PRESENT'],
};

const NOTHING: Cells = {
  newest__delay: [null, 'NOT_FOUND'],
  past__delay_1h: [null, 'NULL'],
  past__delay_1d: [null, 'NULL'],
  past__late: [0, 'PRESENT'],
  past__fares: [null, 'NULL'],
  past__before: [0, 'PRESENT'],
  past__of_keys: [[], 'PRESENT'],
  past__of_values: [[], 'PRESENT'],
  past__recent: [[], 'PRESENT'],
  past__worst: [-1, 'NULL'],
  trend__worse: [null, 'NULL'],
  unusual: [null, 'NULL'],
};

const ASKED: readonly (readonly [airport: string | null, cells: Cells])[] = [
  ['EWR', NOON],
  ['XXX', NOTHING],
  [null, NOTHING],
];

describe('windowed features', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp({ clock: new ManualClock(parseTimestamp(NOW)!) });
    const applied = await service.yaml(`${BASE}/apply`, DOCUMENTS);
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    for (const rows of [ROWS.slice(4), ROWS.slice(0, 4)]) {
      const pushed = await service.post(`${BASE}/sources/departures/rows`, { rows });
      expect(pushed.status, JSON.stringify(pushed.body)).toBeLessThan(300);
    }
  });
  afterAll(() => service.close());

  it('are looked up beside newest values, chained sets and expressions, of nothing where nothing is (S15, S20, S21)', async () => {
    const entities = ASKED.map(([airport]) => ({ airport }));
    const include = ['statuses', 'eventTimes'];
    const { body } = await service.post(`${BASE}/online/lookup`, {
      featureService: 'all',
      entities,
      include,
    });
    expect(body.features, JSON.stringify(body)).toEqual(Object.keys(NOON));
    const found = body.results.map(({ values, statuses }: { values: unknown[]; statuses: string[] }) =>
      Object.fromEntries(body.features.map((name: string, i: number) => [name, [values[i], statuses[i]]])),
    );
    expect(found).toEqual(ASKED.map(([, cells]) => cells));
    expect(body.results[0].eventTimes.slice(0, 2)).toEqual([NOW, null]);
  });

  it('are the same in a retrieval (S14 to S17)', async () => {
    const rows = ASKED.map(([airport]) => ({ airport, event_timestamp: NOW }));
    const { body } = await service.request(
      'POST',
      `${BASE}/retrievals?featureService=all&include=status&knowledge=event`,
      {
        json: { rows },
        headers: { accept: 'application/json' },
      },
    );
    const found = body.rows.map((row: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.keys(NOON).map((name) => [name, [row[name], row[`${name}__status`]]])),
    );
    expect(found).toEqual(ASKED.map(([, cells]) => cells));
  });

  it('have no statistics of their own', async () => {
    const { status, body } = await service.get(`${BASE}/feature-sets/past/statistics`);
    expect([status, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.error.message).toContain('newest rows of source "departures"');
  });
});
