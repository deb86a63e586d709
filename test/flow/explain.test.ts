import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import { formatTimestamp, parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const NOW = '2026-03-02T12:00:30Z';
const BASE = '/v1/projects/p';

const DOCUMENTS = `
{ kind: Entity, name: airport, keys: [{ name: airport, type: STRING }] }
---
kind: Source
name: departures
eventTime: at
createdTime: known
tombstone: gone
columns:
  - { name: airport, type: STRING }
  - { name: at, type: TIMESTAMP }
  - { name: known, type: TIMESTAMP }
  - { name: delay, type: INT64 }
  - { name: carrier, type: STRING }
  - { name: gone, type: BOOL }
---
{ kind: FeatureSet, name: newest, entity: airport, source: departures, maxAge: 1h, features: [{ name: delay }] }
---
kind: FeatureSet
name: past
entity: airport
source: departures
features:
  - { name: delay, aggregate: "SUM(delay)", windows: ["1h", "1d"] }
  - { name: late, aggregate: "COUNT(*)", window: "1h", filter: "delay >= 15" }
  - { name: ago, aggregate: "COUNT(*)", window: "1h", offset: "30m" }
  - { name: of, aggregate: "MAX(delay)", window: "lifetime", by: "carrier" }
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
requestInputs: [{ name: factor, type: INT64 }]
expressions: [{ name: unusual, expression: newest__delay * factor + trend__worse }]
`;

/** Sequence 0 to 7; the fourth is late, the sixth a deletion. */
const ROWS = (
  [
    ['10:59:00', '10:59:00', 5, 'AA'],
    ['11:00:00', '11:00:00', 10, 'AA'],
    ['11:00:00.000001', '11:00:01', 20, 'UA'],
    ['11:30:00', '11:59:59.999999', 40, 'AA'],
    ['11:45:00', '11:45:00', null, 'B6'],
    ['11:50:00', '11:50:00', 99, 'AA', true],
    ['11:59:59', '12:00:00.000001', 15, 'UA'],
    ['12:00:00', '12:00:00', 30, 'UA'],
  ] as const
).map(([at, known, delay, carrier, gone = false]) => ({
  airport: 'EWR',
  at: `2026-03-02T${at}Z`,
  known: `2026-03-02T${known}Z`,
  delay,
  carrier,
  gone,
}));

const WINDOWED = ['delay_1h', 'delay_1d', 'late', 'ago', 'of_keys', 'of_values', 'recent', 'worst'].map(
  (name) => `past__${name}`,
);

const DEFAULTS: ReadonlyMap<string, unknown> = new Map([['past__worst', -1]]);

/** Features whose tiles add up to their value. */
const ADDED = /delay|late|ago/;

describe('an explanation', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp({ clock: new ManualClock(parseTimestamp(NOW)!) });
    const applied = await service.yaml(`${BASE}/apply`, DOCUMENTS);
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    const pushed = await service.post(`${BASE}/sources/departures/rows`, { rows: ROWS });
    expect(pushed.status, JSON.stringify(pushed.body)).toBe(200);
  });
  afterAll(() => service.close());

  const ask = (body: object) =>
    service.post(`${BASE}/explain`, {
      featureService: 'all',
      entity: { airport: 'EWR', factor: 2 },
      ...body,
    });

  it('lists the rows and tiles of a window, and why others do not count', async () => {
    const { status, body } = await ask({ feature: 'past__delay_1h', asOf: '2026-03-02T12:00:00Z' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toEqual({
      feature: 'past__delay_1h',
      asOf: '2026-03-02T12:00:00Z',
      knowledge: 'known',
      value: 90,
      status: 'PRESENT',
      restsOn: [
        {
          kind: 'windowed',
          feature: 'past__delay_1h',
          featureSet: 'past',
          version: 1,
          source: 'departures',
          key: ['EWR'],
          aggregate: 'SUM',
          after: '2026-03-02T11:00:00Z',
          through: '2026-03-02T12:00:00Z',
          hop: '60000000us',
          value: 90,
          rowCount: 4,
          cut: false,
          tiles: [
            tile('11:59', '12:00', 1, 30),
            tile('11:44', '11:45', 1, null),
            tile('11:29', '11:30', 1, 40),
            tile('11:00', '11:01', 1, 20),
          ],
          rows: [
            listed(7, 30),
            listed(6, 15, 'not known yet'),
            listed(5, 99, 'deletion'),
            listed(4, null),
            listed(3, 40),
            listed(2, 20),
          ],
        },
      ],
    });
  });

  it('goes by the rule that is asked for, and by the record of an answer', async () => {
    const at = { feature: 'past__delay_1h', asOf: '2026-03-02T12:00:00Z' };
    const counted = async (more: object): Promise<readonly unknown[]> => {
      const { body } = await ask({ ...at, ...more });
      const [{ rows, sequence }] = body.restsOn;
      return [
        body.value,
        sequence,
        rows.flatMap((row: Row) => (row['counts'] ? [Number(row['sequence'])] : [])),
      ];
    };
    expect(await counted({ knowledge: 'event' })).toEqual([105, undefined, [7, 6, 4, 3, 2]]);
    const served = { knowledge: 'served', sequences: { newest: null, past: 3 } };
    expect(await counted(served)).toEqual([60, '3', [3, 2]]);
    // Nothing was served before the rows came.
    expect(await counted({ knowledge: 'served' })).toEqual([null, undefined, []]);
  });

  it('shows the newest row of a latest value, and those that are not it', async () => {
    const { body } = await ask({ feature: 'newest__delay', asOf: '2026-03-02T11:59:59Z' });
    expect(body).toMatchObject({ value: null, status: 'NOT_FOUND' });
    expect(body.restsOn[0].rows).toEqual([
      listed(6, 15, 'not known yet'),
      listed(5, null, 'deletion'),
      listed(4, null, 'an older row'),
      listed(3, 40, 'not known yet'),
      listed(2, 20, 'an older row'),
      listed(1, 10, 'an older row'),
      listed(0, 5, 'an older row'),
    ]);
    const noon = await ask({ feature: 'newest__delay', asOf: '2026-03-02T12:00:00Z' });
    expect(noon.body).toMatchObject({ value: 30, status: 'PRESENT' });
    expect(noon.body.restsOn[0].rows[0]).toEqual(listed(7, 30));
  });

  it('lists the rows that count where too many that do not are newer', async () => {
    const at = (second: number) => `2026-03-02T08:00:${String(second).padStart(2, '0')}Z`;
    const row = (second: number, known: string) => ({
      ...ROWS[0],
      airport: 'JFK',
      at: at(second),
      known,
      delay: second,
    });
    const push = async (rows: readonly object[]) => {
      const pushed = await service.post(`${BASE}/sources/departures/rows`, { rows });
      expect(pushed.status, JSON.stringify(pushed.body)).toBe(200);
      return Number(pushed.body.firstSequence);
    };
    const first = await push([row(1, at(1)), row(2, at(2))]);
    const later = Array.from({ length: 30 }, (_, i) => row(10 + i, '2026-03-02T09:00:00Z'));
    await push(later);
    const jfk = { entity: { airport: 'JFK', factor: 1 }, feature: 'newest__delay' };
    const listedBy = async (more: object) => {
      const { body } = await ask({ ...jfk, asOf: at(50), ...more });
      return [
        body.value,
        body.restsOn[0].rows.map((each: Row) => [Number(each['sequence']), each['counts']]),
      ];
    };
    const record = { newest: first + 1, past: first + 1 };
    const known = [
      [first + 1, true],
      [first, false],
    ];
    expect(await listedBy({})).toEqual([2, known]);
    expect(await listedBy({ knowledge: 'served', sequences: record })).toEqual([2, known]);
    const nothing = { newest: null, past: -1 };
    expect(await listedBy({ knowledge: 'served', sequences: nothing })).toEqual([null, []]);
    expect(await listedBy({ knowledge: 'served' })).toEqual([null, []]);
    const [newest, rows] = await listedBy({ knowledge: 'event' });
    expect([newest, rows[0], rows.length]).toEqual([39, [first + 31, true], 20]);
  });

  it('shows what a computed value rests on, each feature once', async () => {
    const { body } = await ask({ feature: 'unusual', asOf: '2026-03-02T12:00:00Z' });
    expect(body.restsOn.map((part: Row) => [part['kind'], part['feature']])).toEqual([
      ['latest', 'newest__delay'],
      ['windowed', 'past__delay_1h'],
      ['windowed', 'past__delay_1d'],
    ]);
  });

  const noonUs = parseTimestamp('2026-03-02T12:00:00Z')!;
  const instants = [-3_600_000_001n, -1_800_000_000n, -60_000_000n, -1n, 0n, 1n, 29_999_999n];

  it.each(
    instants.flatMap((offsetUs) =>
      ['known', 'event'].map((knowledge) => [formatTimestamp(noonUs + offsetUs), knowledge] as const),
    ),
  )('has in its rows and tiles the values that a retrieval gives at %s by %s', async (asOf, knowledge) => {
    for (const feature of WINDOWED) {
      const { body } = await ask({ feature, knowledge, asOf });
      const [{ value, tiles, rowCount, rows }] = body.restsOn;
      expect(value ?? DEFAULTS.get(feature) ?? null, feature).toEqual(body.value);
      expect(rows.filter((row: Row) => row['counts']).length, feature).toBe(rowCount);
      const of = (member: string): number => sum(tiles.map((each: Row) => each[member]));
      expect(of('rows'), feature).toBe(feature === 'past__recent' ? 0 : rowCount);
      if (ADDED.test(feature)) expect(of('value'), feature).toBe(value ?? 0);
    }
  });

  it('is of nothing for a key that is NULL or unknown', async () => {
    for (const airport of [null, 'XXX']) {
      const { body } = await ask({ feature: 'past__late', entity: { airport, factor: null } });
      expect(body).toMatchObject({ value: 0, restsOn: [{ key: [airport], value: 0, tiles: [], rows: [] }] });
    }
  });

  it.each([
    ['no value', {}, 400, 'name the "feature"'],
    ['an unknown value', { feature: 'past__dela_1h' }, 404, 'did you mean "past__delay_1h"?'],
    ['no instant', { feature: 'unusual', asOf: 'noon' }, 400, 'write an instant'],
    ['a time to come', { feature: 'unusual', asOf: '2026-03-02T12:00:31Z' }, 422, 'later'],
    ['a missing input', { feature: 'unusual', entity: { airport: 'EWR' } }, 400, 'factor'],
    ['a record by another rule', { feature: 'unusual', sequences: { past: 1 } }, 400, 'knowledge "served"'],
    [
      'half a record',
      { feature: 'unusual', knowledge: 'served', sequences: { past: 1 } },
      400,
      '"newest" is missing',
    ],
    [
      'a record of others',
      { feature: 'unusual', knowledge: 'served', sequences: { past: 1, newest: 1, x: 1 } },
      400,
      '"x" is no alias',
    ],
    ['an unknown member', { feature: 'unusual', at: NOW }, 400, 'at'],
  ])('refuses %s', async (_, body, status, message) => {
    const answer = await ask(body);
    expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringContaining(message)]);
  });

  it('is a command', async () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await service.app.listen(0, '127.0.0.1');
    const options = { url: await service.app.getUrl(), project: 'p', json: false };
    const named = { ...options, feature: 'past:late', entity: '{"airport":"EWR"}' };
    await explain({ ...named, at: '2026-03-02T12:00:00Z', knowledge: 'event' });
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      'past__late = 4 (PRESENT) at 2026-03-02T12:00:00Z, by event',
      'past__late: COUNT over (2026-03-02T11:00:00Z, 2026-03-02T12:00:00Z] of "departures", 4 rows',
      '  tile (2026-03-02T11:59:00Z, 2026-03-02T12:00:00Z] of 2 rows: 2',
      '  tile (2026-03-02T11:29:00Z, 2026-03-02T11:30:00Z] of 1 row: 1',
      '  tile (2026-03-02T11:00:00Z, 2026-03-02T11:01:00Z] of 1 row: 1',
      '  row 7 at 2026-03-02T12:00:00Z: null',
      '  row 6 at 2026-03-02T11:59:59Z, created 2026-03-02T12:00:00.000001Z: null',
      '  row 5 at 2026-03-02T11:50:00Z: null, deletion',
      '  row 4 at 2026-03-02T11:45:00Z: null, filtered out',
      '  row 3 at 2026-03-02T11:30:00Z, created 2026-03-02T11:59:59.999999Z: null',
      '  row 2 at 2026-03-02T11:00:00.000001Z, created 2026-03-02T11:00:01Z: null',
    ]);
    said.mockRestore();
    await expect(explain(options)).rejects.toThrow('--feature');
    await expect(explain({ ...named, entity: '{' })).rejects.toThrow('--entity');
    expect(
      await explain({
        ...named,
        json: true,
        service: 'all',
        feature: 'past__late',
        entity: '{"airport":"EWR","factor":1}',
      }),
    ).toMatchObject({ value: 4, status: 'PRESENT' });
  });
});

type Row = Readonly<Record<string, unknown>>;

function listed(sequence: number, value: unknown, why?: string): object {
  const { at, known } = ROWS[sequence]!;
  const row = { sequence: String(sequence), eventTime: text(at), createdTime: text(known), value };
  return { ...row, counts: why === undefined, ...(why !== undefined && { why }) };
}

function text(instant: string): string {
  return formatTimestamp(parseTimestamp(instant)!);
}

function tile(after: string, through: string, rows: number, value: unknown): object {
  return { after: `2026-03-02T${after}:00Z`, through: `2026-03-02T${through}:00Z`, rows, value };
}

function sum(values: readonly unknown[]): number {
  return values.reduce((all: number, value) => all + Number(value ?? 0), 0);
}
