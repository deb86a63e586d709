import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../src/definition/column-batch.js';
import { parseTimestamp } from '../../src/definition/time.js';
import { TIMESTAMP_MAX_US, type Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ALL, OUTPUTS } from '../support/route-documents.js';

const NOW = '2026-03-02T12:00:00Z';
const BASE = '/v1/projects/p';
const ARROW = 'application/vnd.apache.arrow.stream';
const REQUEST = { speed: 4, departure: '2026-03-02T12:10:00Z', seats: 10, tags: ['a'] };
const EWR_JFK = { origin: 'EWR', destination: 'JFK', ...REQUEST };

type Cells = Readonly<Record<string, readonly [value: unknown, status: string]>>;

const PRESENT_CELLS: Cells = {
  here__wind: [8, 'PRESENT'],
  here__temp: [3, 'PRESENT'],
  here__note: ['calm', 'PRESENT'],
  route__wind: [5.5, 'PRESENT'],
  route__warmer: [true, 'PRESENT'],
  route__text: [null, 'NULL'],
  noted__hour: [6, 'PRESENT'],
  trip__sum: [0, 'PRESENT'],
  trip__age: [3600, 'PRESENT'],
  share: [2, 'PRESENT'],
  wait: [600, 'PRESENT'],
  score: [9.5, 'PRESENT'],
  label: ['big', 'PRESENT'],
  late: [false, 'PRESENT'],
  same: ['calm', 'PRESENT'],
};

/** Weather of the origin too old, the destination unknown: withheld values are NULL to expressions, or their defaults. */
const WITHHELD_CELLS: Cells = {
  here__wind: [null, 'EXPIRED'],
  here__temp: [15, 'EXPIRED'],
  here__note: [null, 'EXPIRED'],
  route__wind: [-1, 'NULL'],
  route__warmer: [false, 'PRESENT'],
  route__text: [null, 'NULL'],
  noted__hour: [null, 'NOT_FOUND'],
  trip__sum: [-2, 'PRESENT'],
  trip__age: [14_400, 'PRESENT'],
  share: [null, 'NULL'],
  wait: [-7, 'NULL'],
  score: [null, 'NULL'],
  label: ['mild', 'PRESENT'],
  late: [true, 'PRESENT'],
  same: [null, 'NULL'],
};

const ASKED: readonly (readonly [what: string, entity: object, cells: Cells])[] = [
  ['rows and request values', EWR_JFK, PRESENT_CELLS],
  [
    'withheld and missing rows, and a NULL of the request',
    { ...EWR_JFK, origin: 'OLD', destination: 'XXX', departure: null, seats: 1 },
    WITHHELD_CELLS,
  ],
];

describe('read expressions and chained feature sets', () => {
  const clock = new ManualClock(parseTimestamp(NOW)!);
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp({ clock });
    await ok(service.post(`${BASE}/apply`, { documents: ALL }));
    const rows = [
      row('EWR', '2026-03-02T11:00:00Z', { wind: 8, temp: 3, note: 'calm' }),
      row('JFK', '2026-03-02T11:59:30Z', { wind: 2.5, temp: null, note: null }),
      row('OLD', '2026-03-02T08:00:00Z', { wind: 1, temp: 1, note: 'gone' }),
    ];
    await ok(service.post(`${BASE}/sources/observations/rows`, { rows }));
  });
  afterAll(() => service.close());

  const lookup = (entities: readonly unknown[], more: object = {}) =>
    service.post(`${BASE}/online/lookup`, { featureService: 'flight', entities, ...more });
  const retrieve = (rows: readonly object[], accept: string, query = 'featureService=flight') =>
    service.request('POST', `${BASE}/retrievals?${query}&include=status`, {
      json: { rows },
      headers: { accept },
    });

  describe('online', () => {
    it.each(ASKED)('see %s, and T (S5, S7, S15)', async (_, entity, cells) => {
      const body = await ok(lookup([entity]));
      expect(body.features).toEqual(OUTPUTS);
      expect(cellsOf(body, 0)).toEqual(cells);
    });

    it('have no event time of their own, and the record names every row that was read, once (S18)', async () => {
      const body = await ok(lookup([EWR_JFK]));
      const times = Object.fromEntries(OUTPUTS.map((name, i) => [name, body.results[0].eventTimes[i]]));
      expect(times).toMatchObject({
        here__wind: '2026-03-02T11:00:00Z',
        route__wind: null,
        trip__age: null,
        share: null,
      });
      expect(body.sequences).toEqual([
        {
          here: 0,
          noted: 1,
          route__to: 1,
          trip__noted: 0,
        },
      ]);
    });

    it('stand in lists of features like any other', async () => {
      const features = ['pressure:wind', 'here=weather:note', 'round_trip@1:sum'];
      const entities = [{ origin: 'EWR', destination: 'JFK', code: 'EWR' }];
      const body = await ok(service.post(`${BASE}/online/lookup`, { features, entities }));
      expect(body.features).toEqual(['pressure__wind', 'here__note', 'round_trip__sum']);
      expect(body.results[0].values).toEqual([5.5, 'calm', 0]);
    });

    it.each<readonly [string, object, string, string]>([
      ['a missing one', { speed: undefined }, '/entities/1/speed', 'is missing; give the value'],
      ['another type', { speed: '4' }, '/entities/1/speed', ''],
      ['a fraction for an INT64', { seats: 1.5 }, '/entities/1/seats', ''],
      ['a number out of range', { seats: '9223372036854775808' }, '/entities/1/seats', ''],
      ['a time without a zone', { departure: '2026-03-02T12:10:00' }, '/entities/1/departure', ''],
      ['a time out of range', { departure: '10000-01-01T00:00:00Z' }, '/entities/1/departure', ''],
      ['half a surrogate pair', { tags: ['\ud800'] }, '/entities/1/tags', ''],
      ['a scalar for an array', { tags: 'a' }, '/entities/1/tags', ''],
      ['an unknown one', { sped: 4 }, '/entities/1/sped', 'is neither a key nor a request input'],
      ['a feature', { here__wind: 4 }, '/entities/1/here__wind', 'is neither a key nor a request input'],
    ])('refuse %s among the request values with its place (S4)', async (_, wrong, path, says) => {
      const { status, body } = await lookup([EWR_JFK, { ...EWR_JFK, ...wrong }]);
      expect([status, body.error.code, body.error.path]).toEqual([400, 'INVALID_REQUEST', path]);
      expect(body.error.message).toContain(says);
    });

    it('take what is not finite as NULL (S3)', async () => {
      const body = await ok(lookup([{ ...EWR_JFK, speed: 'NaN' }]));
      expect(cellsOf(body, 0)).toMatchObject({ share: [null, 'NULL'], score: [null, 'NULL'] });
    });
  });

  describe('offline', () => {
    const asked = ASKED.map(([, entity]) => ({ ...entity, event_timestamp: NOW, extra: 'kept' }));

    it('give the same from a frame that has the request values as columns, in every format (S5, S16)', async () => {
      const json = await ok(retrieve(asked, 'application/json'));
      expect(json.rows.map(frameCells)).toEqual(ASKED.map(([, , cells]) => cells));
      expect(json.rows[0]).toMatchObject({ extra: 'kept', seats: 10, tags: ['a'] });
      const ndjson = await service.app.inject({
        method: 'POST',
        url: `${BASE}/retrievals?featureService=flight&include=status`,
        payload: asked.map((each) => `${JSON.stringify(each)}\n`).join(''),
        headers: { 'content-type': 'application/x-ndjson' },
      });
      const lines = ndjson.payload.trimEnd().split('\n');
      expect(lines.map((line) => frameCells(JSON.parse(line)))).toEqual(ASKED.map(([, , cells]) => cells));
      const csv = await ok(retrieve(asked, 'text/csv'));
      const again = await service.request('POST', `${BASE}/retrievals?featureService=flight`, {
        text: onlyFrame(csv, Object.keys(asked[0]!)),
        type: 'text/csv',
        headers: { accept: 'text/csv' },
      });
      expect([again.status, again.body]).toEqual([
        200,
        onlyFrame(csv, [...Object.keys(asked[0]!), ...OUTPUTS]),
      ]);
      const parquet = await ok(retrieve(asked, 'application/vnd.apache.parquet'));
      expect(parquet.slice(0, 4)).toBe('PAR1');
    });

    it('are computed as of T − 1 µs with boundary=exclusive, AS_OF() too (S14)', async () => {
      const [first] = asked;
      const at = { ...first, event_timestamp: '2026-03-02T11:59:30Z' };
      const query = 'featureService=flight&boundary=exclusive';
      const { rows } = await ok(retrieve([at], 'application/json', query));
      expect(frameCells(rows[0])).toMatchObject({
        noted__hour: [null, 'NOT_FOUND'],
        wait: [630, 'PRESENT'],
        trip__age: [3569, 'PRESENT'],
      });
    });

    it.each<readonly [string, Readonly<Record<string, readonly [ValueType, readonly Value[]]>>, string]>([
      ['lacks one', { speed: ['FLOAT64', []] }, 'speed'],
      ['has one of another type', { seats: ['FLOAT64', [1]] }, 'seats'],
      ['has one out of range', { departure: ['TIMESTAMP', [TIMESTAMP_MAX_US + 1n]] }, 'departure'],
      ['has a column of an expression', { Share: ['FLOAT64', [1]] }, 'Share'],
    ])('refuse a frame that %s (S16)', async (_, wrong, path) => {
      const answer = await frame({ ...FRAME, ...wrong });
      expect([answer.status, answer.body.error.code, answer.body.error.path]).toEqual([
        422,
        'INVALID_FRAME',
        path,
      ]);
    });

    it('take what is not finite in a frame as NULL (S3)', async () => {
      const answer = await frame({ ...FRAME, speed: ['FLOAT64', [Number.NaN]] });
      expect(frameCells(answer.body.rows[0])).toMatchObject({ share: [null, 'NULL'] });
    });

    it('are refused without a frame where a request brings values, and made where none does', async () => {
      const times = { mode: 'grid', from: '2026-03-02T11:00:00Z', to: NOW, every: '30m' };
      const history = (more: object) => service.post(`${BASE}/retrievals/history`, { ...times, ...more });
      const refused = await history({ featureService: 'flight' });
      expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(refused.body.error.message).toContain('"speed", "departure", "seats", "tags" with each request');
      const entities = [{ origin: 'EWR', destination: 'JFK' }];
      const { rows } = await ok(history({ features: ['pressure:wind', 'round_trip:age'], entities }));
      expect(rows.map((each: object) => Object.values(each).slice(2))).toEqual([
        ['2026-03-02T11:00:00Z', -1, 0],
        ['2026-03-02T11:30:00Z', -1, 1800],
        [NOW, 5.5, 3600],
      ]);
    });

    it('are the same as a job, and of features by list, whose versions stay', async () => {
      const list = 'features=pressure:wind,x=round_trip:sum';
      const rows = [{ origin: 'EWR', destination: 'JFK', event_timestamp: NOW }];
      const job = await service.request('POST', `${BASE}/retrievals?${list}&async=true`, { json: { rows } });
      expect(job.status, JSON.stringify(job.body)).toBe(202);
      const stateOf = async () => (await service.get(`${BASE}/jobs/${job.body.id}`)).body.state;
      await expect.poll(stateOf, { timeout: 30_000 }).toBe('succeeded');
      const answer = await ok(service.get(`${BASE}/jobs/${job.body.id}/result`));
      expect(answer.rows).toEqual([{ ...rows[0], pressure__wind: 5.5, x__sum: 0 }]);
    });

    const frame = (columns: Frame) =>
      service.request('POST', `${BASE}/retrievals?featureService=flight&include=status`, {
        text: arrowBytes({
          rowCount: 1,
          columns: new Map(
            Object.entries(columns)
              .filter(([, [, values]]) => values.length > 0)
              .map(([name, [type, values]]) => [name, columnOf(type, values)]),
          ),
        }),
        type: ARROW,
        headers: { accept: 'application/json' },
      });
  });
});

type Frame = Readonly<Record<string, readonly [ValueType, readonly Value[]]>>;

const FRAME: Frame = {
  origin: ['STRING', ['EWR']],
  destination: ['STRING', ['JFK']],
  event_timestamp: ['TIMESTAMP', [parseTimestamp(NOW)]],
  speed: ['FLOAT64', [4]],
  departure: ['TIMESTAMP', [null]],
  seats: ['INT64', [10n]],
  tags: ['ARRAY<STRING>', [[]]],
};

function row(code: string, at: string, values: object) {
  return { code, event_ts: at, created_ts: at, ...values };
}

type LookupBody = {
  readonly features: readonly string[];
  readonly results: readonly { readonly values: readonly unknown[]; readonly statuses: readonly string[] }[];
};

function cellsOf({ features, results }: LookupBody, entity: number): object {
  const { values, statuses } = results[entity]!;
  return Object.fromEntries(features.map((name, i) => [name, [values[i], statuses[i]]]));
}

function frameCells(cells: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(OUTPUTS.map((name) => [name, [cells[name], cells[`${name}__status`]]]));
}

/** The columns named of a CSV whose fields hold no comma. */
function onlyFrame(csv: string, names: readonly string[]): string {
  const lines = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const places = names.map((name) => lines[0]!.indexOf(name));
  return `${lines.map((fields) => places.map((place) => fields[place]).join(',')).join('\n')}\n`;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every route
async function ok(answer: Promise<{ readonly status: number; readonly body: any }>): Promise<any> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}
