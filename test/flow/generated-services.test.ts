import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import { namesIn } from '../../src/definition/expression.js';
import { jsonOf, stringifyJson } from '../../src/definition/json-value.js';
import { formatTimestamp } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { readArrow } from '../../src/offline/arrow-read.js';
import { ManualClock } from '../../src/platform/clock.js';
import { type CaseBatch, caseBatches, type ParityCase } from '../parity/cases.js';
import { AS_OF_US, COLUMNS } from '../parity/columns.js';
import { expressionText } from '../parity/expression-text.js';
import type { Row } from '../parity/oracle.js';
import { sameBits, valueText } from '../parity/print.js';
import { throughDoor } from '../parity/rows.js';
import { startTestApp, type TestApp } from '../support/app.js';

const ARROW = 'application/vnd.apache.arrow.stream';
const SEED = 20_260_302;
const SERVICES = 4;
const EXPRESSIONS = 100;

/** Half of the columns come from a feature set, the others with each request. */
const STORED = [...COLUMNS].filter(([name]) => /[13]$/.test(name));
const REQUESTED = [...COLUMNS].filter(([name]) => /[24]$/.test(name));

describe('generated feature services', () => {
  const clock = new ManualClock(AS_OF_US);
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp({ clock });
  });
  afterAll(() => service.close());

  it.each(
    [...caseBatches({ seed: SEED, from: 0, count: SERVICES * EXPRESSIONS })].map(
      (batch, i) => [i, batch] as const,
    ),
  )('give the same bits online, from history and by the oracle (S5, S8): %i', async (index, batch) => {
    const base = `/v1/projects/s${index}`;
    const outputs = outputsOf(batch.cases);
    await ok(service.post(`${base}/apply`, { documents: documentsOf(outputs) }));
    const rows = throughDoor(batch.rows);
    await ok(send(service, `${base}/sources/rows/rows`, { rows: rows.map(sourceRow) }));
    const online = await onlineOf(service, base, rows);
    const offline = await offlineOf(service, base, batch);
    const differences: string[] = [];
    for (const { name, made } of outputs) {
      made.values.forEach((value, row) => {
        const json = jsonOf(made.expression.type, value);
        const [found, history] = [online[row]!.get(name), offline.get(name)![row]!];
        if (sameJson(found, json) && sameBits(history, value)) return;
        differences.push(
          `${expressionText(made.expression)}: oracle ${valueText(value)}, history ${valueText(history)}, online ${JSON.stringify(found)}`,
        );
      });
    }
    expect(differences).toEqual([]);
    expect(outputs.length).toBeGreaterThan(EXPRESSIONS);
  });
});

type Output = { readonly name: string; readonly made: ParityCase['made'] };

/** Every case as an expression of the service; those of stored columns alone as features of a chained set too. */
function outputsOf(cases: readonly ParityCase[]): readonly Output[] {
  const chained = cases.filter(({ made }) => {
    const names = namesIn(made.expression);
    return names.length > 0 && names.every((name) => STORED.some(([stored]) => stored === name));
  });
  return [
    ...chained.map(({ made, number }) => ({ name: `c__f${number}`, made })),
    ...cases.map(({ made, number }) => ({ name: `e${number}`, made })),
  ];
}

function documentsOf(outputs: readonly Output[]): readonly unknown[] {
  const nameOf = (name: string): string => (STORED.some(([stored]) => stored === name) ? `w__${name}` : name);
  const expressionOf = ({ name, made }: Output) => ({
    name: name.replace('c__', ''),
    expression: expressionText(made.expression, nameOf),
  });
  return [
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
    {
      kind: 'Source',
      name: 'rows',
      eventTime: 'at',
      columns: [
        { name: 'k', type: 'INT64' },
        { name: 'at', type: 'TIMESTAMP' },
        ...STORED.map(([name, type]) => ({ name, type })),
      ],
    },
    {
      kind: 'FeatureSet',
      name: 'w',
      entity: 'thing',
      source: 'rows',
      features: STORED.map(([name]) => ({ name })),
    },
    {
      kind: 'FeatureSet',
      name: 'c',
      entity: 'thing',
      inputs: [{ featureSet: 'w' }],
      features: outputs.filter(({ name }) => name.startsWith('c__')).map(expressionOf),
    },
    {
      kind: 'FeatureService',
      name: 'all',
      entries: [{ featureSet: 'w' }, { featureSet: 'c' }],
      requestInputs: REQUESTED.map(([name, type]) => ({ name, type })),
      expressions: outputs.filter(({ name }) => name.startsWith('e')).map(expressionOf),
    },
  ];
}

function sourceRow(row: Row, k: number): object {
  const values = STORED.map(([name, type]) => [name, jsonOf(type, row.get(name) ?? null)]);
  return { k, at: formatTimestamp(AS_OF_US - 1n), ...Object.fromEntries(values) };
}

async function onlineOf(
  service: TestApp,
  base: string,
  rows: readonly Row[],
): Promise<readonly ReadonlyMap<string, unknown>[]> {
  const entities = rows.map((row, k) => ({
    k,
    ...Object.fromEntries(REQUESTED.map(([name, type]) => [name, jsonOf(type, row.get(name) ?? null)])),
  }));
  const body = await ok(send(service, `${base}/online/lookup`, { featureService: 'all', entities }));
  expect(body.asOf).toBe(formatTimestamp(AS_OF_US));
  return body.results.map(
    ({ values }: { values: readonly unknown[] }) =>
      new Map(body.features.map((name: string, i: number) => [name, values[i]])),
  );
}

/** From a frame with the request values as somebody sends them, not finite ones too. */
async function offlineOf(
  service: TestApp,
  base: string,
  { rows }: CaseBatch,
): Promise<ReadonlyMap<string, readonly Value[]>> {
  const columns = new Map([
    [
      'k',
      columnOf(
        'INT64',
        rows.map((_, k) => BigInt(k)),
      ),
    ],
    [
      'event_timestamp',
      columnOf(
        'TIMESTAMP',
        rows.map(() => AS_OF_US),
      ),
    ],
    ...REQUESTED.map(
      ([name, type]) =>
        [
          name,
          columnOf(
            type,
            rows.map((row) => row.get(name) ?? null),
          ),
        ] as const,
    ),
  ]);
  const response = await service.app.inject({
    method: 'POST',
    url: `${base}/retrievals?featureService=all`,
    payload: Buffer.from(arrowBytes({ rowCount: rows.length, columns })),
    headers: { 'content-type': ARROW },
  });
  expect(response.statusCode, response.payload.slice(0, 1000)).toBe(200);
  const found = new Map<string, Value[]>();
  for await (const batch of readArrow(response.rawPayload)) {
    for (const [name, column] of batch.columns) {
      const values = Array.from({ length: batch.rowCount }, (_, row) => valueAt(column, row));
      found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  }
  return found;
}

/** `JSON.stringify` would lose the sign of -0.0. */
function send(service: TestApp, url: string, body: object) {
  return service.request('POST', url, { text: stringifyJson(body), type: 'application/json' });
}

/** 0.0 and -0.0 told apart. */
function sameJson(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every route
async function ok(answer: Promise<{ readonly status: number; readonly body: any }>): Promise<any> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body).slice(0, 2000)).toBe(200);
  return body;
}
