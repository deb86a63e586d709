import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { readArrow } from '../../src/offline/arrow-read.js';
import { OFFLINE_STORE, type OfflineStore } from '../../src/offline/store.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FIXTURES = resolve(import.meta.dirname, '../data/frames');
const ARROW = 'application/vnd.apache.arrow.stream';
const PARQUET = 'application/vnd.apache.parquet';
const T = 1_383_458_400;
const DOCUMENTS = [
  { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
  {
    kind: 'Source',
    name: 'readings',
    eventTime: 'at',
    createdTime: 'at',
    columns: [
      { name: 'k', type: 'STRING' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'v', type: 'INT64' },
      { name: 'whens', type: 'ARRAY<TIMESTAMP>' },
    ],
  },
  {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'thing',
    source: 'readings',
    features: [{ name: 'v' }, { name: 'whens' }],
  },
  {
    kind: 'FeatureSet',
    name: 'clashing',
    entity: 'thing',
    source: 'readings',
    features: [{ name: 'event_time', column: 'at' }],
  },
  { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set', alias: 's' }] },
  { kind: 'FeatureService', name: 'clash', entries: [{ featureSet: 'clashing', alias: 'c' }] },
];

let service: TestApp;
const folder = temporaryFolder('frames');
const open = { results: 0 };

beforeAll(async () => {
  service = await startTestApp();
  expect((await service.post('/v1/projects/p/apply', { documents: DOCUMENTS })).status).toBe(200);
  const row = { k: 'a', at: '2013-11-03T06:00:02Z', v: 7, whens: ['2013-11-03T06:00:02Z'] };
  expect((await service.post('/v1/projects/p/sources/readings/rows', { rows: [row] })).status).toBe(200);
  countOpenResults(service.app.get<OfflineStore>(OFFLINE_STORE));
});
afterAll(() => service.close());

describe('an Arrow frame', () => {
  it('comes back in its order, every row and column, values exact (S1, S2, S16)', async () => {
    for (const [name, order] of [
      ['odd.arrow', [3, 4, 0, 1, 2, 3, 4, 1, 2]],
      ['odd-file.arrow', [0, 1, 2, 3, 4]],
    ] as const) {
      const { rows } = await answered(name, ARROW);
      expect(rows).toEqual(order.map((at) => ODD_ROWS[at]));
    }
  });

  it('of no rows comes back so', async () => {
    const { rows, columns } = await answered('empty.arrow', ARROW);
    expect(rows).toEqual([]);
    expect(columns).toContain('s__v');
    expect((await answered('empty.parquet', PARQUET)).rows).toEqual([]);
  });

  it.each([
    ['naive.arrow', ARROW, 'event_timestamp'],
    ['unsigned.arrow', ARROW, 'x'],
    ['decimal.arrow', ARROW, 'x'],
    ['row-number.arrow', ARROW, 'file_row_number'],
    ['row-number.parquet', PARQUET, undefined],
    ['long-ago.arrow', ARROW, 'event_timestamp'],
    ['seconds.arrow', ARROW, 'event_timestamp'],
    ['long-ago.parquet', PARQUET, 'event_timestamp'],
    ['far.parquet', PARQUET, 'event_timestamp'],
    ['capitals.parquet', PARQUET, undefined],
    ['twice.parquet', PARQUET, undefined],
  ])('%s is refused', async (name, type, path) => {
    for (const boundary of ['inclusive', 'exclusive']) {
      const { status, body } = await retrieve(readFileSync(join(FIXTURES, name)), type, {
        query: `&boundary=${boundary}`,
      });
      expect(status, body).toBe(422);
      const { error } = JSON.parse(body);
      expect(['INVALID_FRAME', 'FUTURE_TIME']).toContain(error.code);
      if (path !== undefined) expect(error.path).toBe(path);
    }
  });
});

describe('a Parquet frame', () => {
  it('keeps columns of types that are not ours, which an Arrow answer refuses', async () => {
    const frame = readFileSync(join(FIXTURES, 'odd.parquet'));
    const asParquet = await retrieve(frame, PARQUET);
    expect(asParquet.status).toBe(200);
    const { rows, types } = await parquetRows(asParquet.bytes);
    expect(types).toMatchObject({
      price: 'DECIMAL(9,2)',
      naive: 'TIMESTAMP',
      s__whens: 'TIMESTAMP WITH TIME ZONE[]',
    });
    expect(rows.map((row) => [row['price'], row['floats'], row['ints']])).toEqual([
      ['1.10', '[1.5, NULL]', '[1, NULL]'],
      [null, null, '[]'],
    ]);
    const asArrow = await retrieve(frame, PARQUET, { accept: ARROW });
    expect(asArrow.status).toBe(422);
    expect(JSON.parse(asArrow.body).error).toMatchObject({ code: 'INVALID_FRAME', path: 'price' });
  });
});

describe('names of an answer', () => {
  const frame = (more: ColumnBatch['columns'] = new Map()): Uint8Array => {
    const columns = new Map([
      ['k', columnOf('STRING', ['a'])],
      ['event_timestamp', columnOf('TIMESTAMP', [BigInt(T + 9) * 1_000_000n])],
      ...more,
    ]);
    return arrowBytes({ rowCount: 1, columns });
  };

  it('are refused where a feature has the name of the event time', async () => {
    const { status, body } = await retrieve(frame(), ARROW, {
      service: 'clash',
      query: '&include=eventTime',
    });
    expect(status).toBe(400);
    expect(JSON.parse(body).error).toMatchObject({
      code: 'INVALID_REQUEST',
      path: 'include',
      message: expect.stringContaining('"c__event_time"'),
    });
    expect((await retrieve(frame(), ARROW, { service: 'clash' })).status).toBe(200);
  });

  it.each(['s__event_time', 's__v__status', 'S__V'])(
    'are refused where the frame has a column %s',
    async (name) => {
      const more = new Map([[name, columnOf('INT64', [1n])]]);
      const { status, body } = await retrieve(frame(more), ARROW, { query: '&include=status,eventTime' });
      expect(status).toBe(422);
      expect(JSON.parse(body).error).toMatchObject({ code: 'INVALID_FRAME', path: name });
    },
  );
});

describe('a client that goes away', () => {
  it('leaves nothing open and no file behind', async () => {
    const rowCount = 300_000;
    const columns = new Map([
      [
        'k',
        columnOf(
          'STRING',
          Array.from({ length: rowCount }, () => 'a'),
        ),
      ],
      [
        'event_timestamp',
        columnOf(
          'TIMESTAMP',
          Array.from({ length: rowCount }, () => BigInt(T) * 1_000_000n),
        ),
      ],
    ]);
    const frame = arrowBytes({ rowCount, columns });
    await service.app.listen(0, '127.0.0.1');
    const { port } = service.app.getHttpServer().address() as AddressInfo;
    for (const accept of [ARROW, PARQUET]) {
      for (const when of ['sent', 'answered'] as const) await abandoned({ port, frame, accept, when });
    }
    for (let waited = 0; waited < 200 && (open.results > 0 || left().length > 0); waited++) await delay(25);
    expect({ open: open.results, files: left() }).toEqual({ open: 0, files: [] });
  });
});

const left = (): readonly string[] => readdirSync(join(service.dataDir, 'tmp'));

type Abandoned = {
  readonly port: number;
  readonly frame: Uint8Array;
  readonly accept: string;
  readonly when: 'sent' | 'answered';
};

/** Sends a frame and cuts the connection once it was sent, or once the answer begins. */
async function abandoned({ port, frame, accept, when }: Abandoned): Promise<void> {
  const path = '/v1/projects/p/retrievals?featureService=all';
  const headers = { 'content-type': ARROW, accept };
  const sent = request({ port, path, method: 'POST', headers, host: '127.0.0.1' });
  const gone = new Promise<void>((done) => sent.once('close', () => done()));
  sent.on('error', () => undefined);
  if (when === 'answered') sent.once('response', () => sent.destroy());
  sent.end(frame);
  const before = open.results;
  if (when === 'sent') {
    while (left().length === 0 && open.results === before) await delay(1);
    await delay(30);
    sent.destroy();
  }
  await gone;
}

function countOpenResults(store: OfflineStore): void {
  const retrieveNow = store.retrieve.bind(store);
  store.retrieve = async (query) => {
    const result = await retrieveNow(query);
    open.results++;
    let closed = false;
    const close = async (): Promise<void> => {
      if (!closed) open.results--;
      closed = true;
      await result.close();
    };
    return { ...result, close };
  };
}

type Asked = { readonly accept?: string; readonly query?: string; readonly service?: string };

async function retrieve(frame: Uint8Array, type: string, asked: Asked = {}) {
  const response = await service.app.inject({
    method: 'POST',
    url: `/v1/projects/p/retrievals?featureService=${asked.service ?? 'all'}${asked.query ?? ''}`,
    payload: Buffer.from(frame),
    headers: { 'content-type': type, ...(asked.accept !== undefined && { accept: asked.accept }) },
  });
  return { status: response.statusCode, body: response.payload, bytes: response.rawPayload };
}

/** The rows of an Arrow answer to a fixture. */
async function answered(name: string, type: string) {
  const { status, body, bytes } = await retrieve(readFileSync(join(FIXTURES, name)), type, { accept: ARROW });
  expect(status, body).toBe(200);
  const rows: Record<string, unknown>[] = [];
  let columns: readonly string[] = [];
  for await (const batch of readArrow(bytes)) {
    columns = [...batch.columns.keys()];
    for (let row = 0; row < batch.rowCount; row++) {
      rows.push(
        Object.fromEntries([...batch.columns].map(([column, values]) => [column, valueAt(values, row)])),
      );
    }
  }
  return { rows, columns };
}

/** Parquet as DuckDB sees it: types by name, values as text. */
async function parquetRows(bytes: Uint8Array) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'answer.parquet');
  writeFileSync(path, bytes);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const types = await connection.runAndReadAll(
      `SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`,
    );
    const found = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM '${path}'`);
    return {
      rows: found.getRowObjectsJS(),
      types: Object.fromEntries(types.getRowsJS()) as Record<string, string>,
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const us = (seconds: number): bigint => BigInt(seconds) * 1_000_000n;
const NAMES = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32'] as const;
const LIMITS = [127n, 32_767n, 2n ** 31n - 1n, 2n ** 63n - 1n, 255n, 65_535n, 2n ** 32n - 1n];

function integers(row: number): Record<string, bigint | null> {
  return Object.fromEntries(NAMES.map((name, i) => [name, [0n, 1n, null, 3n, LIMITS[i]!][row]!]));
}

/** What `odd-file.arrow` holds, and the features beside it. */
const ODD_ROWS: readonly Record<string, unknown>[] = [
  {
    k: 'b',
    event_timestamp: us(T + 4),
    half: 1.5,
    single: Math.fround(0.1),
    ms: -1000n,
    us: -1n,
    ns: -1n,
    fixed: [1, 2],
    list: [1n, null],
    when: [0n],
    names: 'x',
    day: 0,
    day64: 0,
    big: 'é',
    raw: Uint8Array.of(0, 255),
  },
  {
    k: 'a',
    event_timestamp: us(T + 2),
    half: -0,
    single: -0,
    ms: null,
    us: null,
    ns: null,
    fixed: null,
    list: [],
    when: null,
    names: null,
    day: -1,
    day64: -1,
    big: '',
    raw: new Uint8Array(),
  },
  {
    k: 'a',
    event_timestamp: us(T + 2),
    half: null,
    single: null,
    ms: 0n,
    us: 0n,
    ns: -2n,
    fixed: [null, -0],
    list: null,
    when: [],
    names: 'y',
    day: null,
    day64: null,
    big: null,
    raw: null,
  },
  {
    k: null,
    event_timestamp: us(T + 1),
    half: Number.NaN,
    single: Number.POSITIVE_INFINITY,
    ms: 1000n,
    us: 1n,
    ns: 1n,
    fixed: [3, 4],
    list: [2n ** 53n + 1n],
    when: [null, -1n],
    names: 'x',
    day: 15_000,
    day64: 1,
    big: '\uFEFFx',
    raw: Uint8Array.of(97),
  },
  {
    k: 'c',
    event_timestamp: us(T + 3),
    half: 65_504,
    single: 2 ** -149,
    ms: us(T),
    us: us(T),
    ns: us(T),
    fixed: [5, Number.NaN],
    list: [3n],
    when: [0n],
    names: '',
    day: 3,
    day64: 3,
    big: 'z',
    raw: Uint8Array.of(98),
  },
].map((row, i) => ({
  ...row,
  ...integers(i),
  s__v: row.k === 'a' ? 7n : null,
  s__whens: row.k === 'a' ? [us(T + 2)] : null,
}));
