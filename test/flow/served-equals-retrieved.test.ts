import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import { jsonOf } from '../../src/definition/json-value.js';
import { formatTimestamp, parseTimestamp } from '../../src/definition/time.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { readArrow } from '../../src/offline/arrow-read.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { documents } from './served-documents.js';

/** An hour around which New York's clocks go back: hours of the day repeat. */
const START_US = 1_383_458_400_000_000n;
const ARROW = 'application/vnd.apache.arrow.stream';

type Key = {
  readonly a: string | null;
  readonly b: string | null;
  readonly n: number | null;
  readonly scale: number | null;
};
type Row = Readonly<Record<string, unknown>> & {
  readonly eventIn: bigint;
  readonly createdAgo: bigint;
  readonly again: boolean;
};
type Step = { readonly advance: bigint; readonly rows: readonly Row[]; readonly keys: readonly Key[] };
type Answer = {
  readonly asOf: string;
  readonly features: readonly string[];
  readonly results: readonly {
    readonly values: readonly unknown[];
    readonly statuses: readonly string[];
    readonly eventTimes: readonly (string | null)[];
  }[];
  /** By alias. */
  readonly sequences: readonly Readonly<Record<string, number | null>>[];
};
type Served = { readonly keys: readonly Key[]; readonly answer: Answer };

describe('what was served', () => {
  const clock = new ManualClock(START_US);
  let service: TestApp;
  let run = 0;
  beforeAll(async () => {
    service = await startTestApp({ clock });
  });
  afterAll(() => service.close());

  it.each([
    ['known since a declared time', true],
    ['known since their arrival', false],
  ])(
    'is what history gives as of the same moment, for rows %s (S7, S8, S10, S14 to S17)',
    async (_, declared) => {
      const statuses = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 8 }), async (all) => {
          const base = `/v1/projects/run${run++}`;
          clock.set(START_US);
          await ok(service.post(`${base}/apply`, { documents: documents(declared) }));
          const served = await play(service, { base, clock, declared }, all);
          clock.advance(10_000_000n);
          for (const { results } of served.map(({ answer }) => answer))
            for (const own of results) for (const status of own.statuses) statuses.add(status);
          const answers = served.flatMap(cellsOf);
          expect(await retrieved(service, { base, knowledge: 'known' }, served)).toEqual(answers);
          expect(await retrieved(service, { base, knowledge: 'served' }, served)).toEqual(answers);
        }),
        { numRuns: 15 },
      );
    },
    120_000,
  );
});

const rows: fc.Arbitrary<Row> = fc
  .record({
    a: fc.constantFrom('x', 'y', '', null),
    n: fc.constantFrom(1, 2, null),
    k: fc.constantFrom(7, null),
    v: fc.constantFrom(1.5, -0, 5e-324, null),
    i: fc.constantFrom('9223372036854775807', 3, 0, null),
    s: fc.constantFrom('', 'é\u{1F600}', '\uFEFFb', null),
    e: fc.constantFrom([0.5, -0], [], null),
    f: fc.constantFrom(true, false, null),
    d: fc.constantFrom('2013-11-03', null),
    tie: fc.constantFrom(0, 1, null),
    eventIn: fc.bigInt(-9n, 2n),
    createdAgo: fc.bigInt(0n, 5n),
    again: fc.boolean(),
  })
  .filter(({ a, n, k }) => k !== null || (a !== null && n !== null));

const keys: fc.Arbitrary<Key> = fc.record({
  a: fc.constantFrom('x', 'y', '', 'none', null),
  b: fc.constantFrom('x', 'y', null),
  n: fc.constantFrom(1, 2, null),
  scale: fc.constantFrom(2, -0.5, 0.1, null),
});

const steps: fc.Arbitrary<Step> = fc.record({
  advance: fc.bigInt(1n, 6n),
  rows: fc.array(rows, { maxLength: 6 }),
  keys: fc.array(keys, { maxLength: 3 }),
});

type Play = { readonly base: string; readonly clock: ManualClock; readonly declared: boolean };

/** Steps the clock, pushes and looks up. A row never says it was known before an answer that did not know it. */
async function play(
  service: TestApp,
  { base, clock, declared }: Play,
  all: readonly Step[],
): Promise<readonly Served[]> {
  const served: Served[] = [];
  let answeredUs = clock.nowUs();
  for (const step of all) {
    clock.set((answeredUs > clock.nowUs() ? answeredUs : clock.nowUs()) + step.advance);
    const nowUs = clock.nowUs();
    const pushed = step.rows.flatMap(({ eventIn, createdAgo, again, ...values }) => {
      const created = nowUs - createdAgo > answeredUs ? nowUs - createdAgo : answeredUs + 1n;
      const row = {
        ...values,
        event_ts: formatTimestamp(nowUs + eventIn),
        ...(declared && { created_ts: formatTimestamp(created) }),
      };
      return again ? [row, { ...row, v: 99 }] : [row];
    });
    if (pushed.length > 0) await ok(service.post(`${base}/sources/readings/rows`, { rows: pushed }));
    if (step.keys.length === 0) continue;
    const entities = step.keys.map((key) => ({ ...key, k: 7 }));
    const answer: Answer = await ok(
      service.post(`${base}/online/lookup`, { featureService: 'all', entities }),
    );
    answeredUs = parseTimestamp(answer.asOf)!;
    served.push({ keys: step.keys, answer });
  }
  return served;
}

/** One object an entity: feature to value, status and event time. */
function cellsOf({ answer }: Served): readonly Record<string, unknown>[] {
  return answer.results.map(({ values, statuses, eventTimes }) =>
    Object.fromEntries(
      answer.features.map((name, i) => [name, [values[i], statuses[i], eventTimes[i]]] as const),
    ),
  );
}

type Query = { readonly base: string; readonly knowledge: 'known' | 'served' };

/** The same objects, from one frame of all keys and moments; for `served` with the records of the answers (S18). */
async function retrieved(
  service: TestApp,
  { base, knowledge }: Query,
  served: readonly Served[],
): Promise<readonly Record<string, unknown>[]> {
  const asked = served.flatMap(({ keys: own, answer }) =>
    own.map((key, i) => ({ ...key, t: parseTimestamp(answer.asOf), sequences: answer.sequences[i]! })),
  );
  const aliases = knowledge === 'known' ? [] : Object.keys(asked[0]?.sequences ?? {});
  const columns: ColumnBatch['columns'] = new Map([
    [
      'a',
      columnOf(
        'STRING',
        asked.map(({ a }) => a),
      ),
    ],
    [
      'b',
      columnOf(
        'STRING',
        asked.map(({ b }) => b),
      ),
    ],
    [
      'n',
      columnOf(
        'INT64',
        asked.map(({ n }) => (n === null ? null : BigInt(n))),
      ),
    ],
    [
      'k',
      columnOf(
        'INT64',
        asked.map(() => 7n),
      ),
    ],
    [
      'event_timestamp',
      columnOf(
        'TIMESTAMP',
        asked.map(({ t }) => t),
      ),
    ],
    [
      'scale',
      columnOf(
        'FLOAT64',
        asked.map(({ scale }) => scale),
      ),
    ],
    ...aliases.map((alias) => {
      const known = asked.map(({ sequences }) => sequences[alias] ?? null);
      const values = known.map((each) => (each === null ? null : BigInt(each)));
      return [`${alias}__sequence`, columnOf('INT64', values)] as const;
    }),
  ]);
  const url = `${base}/retrievals?featureService=all&knowledge=${knowledge}&include=status,eventTime`;
  const response = await service.app.inject({
    method: 'POST',
    url,
    payload: Buffer.from(arrowBytes({ rowCount: asked.length, columns })),
    headers: { 'content-type': ARROW },
  });
  expect(response.statusCode, response.payload).toBe(200);
  const cells: Record<string, unknown>[] = [];
  for await (const batch of readArrow(response.rawPayload)) cells.push(...cellsIn(batch));
  return cells;
}

function cellsIn(batch: ColumnBatch): readonly Record<string, unknown>[] {
  const features = [...batch.columns.keys()].filter((name) => batch.columns.has(`${name}__status`));
  const cell = (name: string, row: number): unknown => {
    const column = batch.columns.get(name)!;
    return jsonOf(column.type, valueAt(column, row));
  };
  return Array.from({ length: batch.rowCount }, (_, row) =>
    Object.fromEntries(
      features.map((name) => {
        const eventTime = `${name.split('__', 1)[0]}__event_time`;
        // Computed values have no event time.
        const event = batch.columns.has(eventTime) ? cell(eventTime, row) : null;
        return [name, [cell(name, row), cell(`${name}__status`, row), event]];
      }),
    ),
  );
}

async function ok<T>(answer: Promise<{ readonly status: number; readonly body: T }>): Promise<T> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}
