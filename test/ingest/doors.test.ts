import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Column, columnOf, nullColumn } from '../../src/definition/column-batch.js';
import { parseTimestamp } from '../../src/definition/time.js';
import { PIPELINES, type Pipelines } from '../../src/ingest/pipelines.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FIXTURES = resolve(import.meta.dirname, '../data/frames');
const SOURCE = '/v1/projects/p/sources/readings';
const DOCUMENT_COLUMNS = [
  { name: 'k', type: 'STRING' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'i', type: 'INT64' },
  { name: 'f', type: 'FLOAT64' },
  { name: 'e', type: 'ARRAY<FLOAT64>', dimension: 2 },
  { name: 'n', type: 'ARRAY<INT64>' },
] as const;
const DOCUMENTS = [
  { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
  {
    kind: 'Source',
    name: 'readings',
    eventTime: 'at',
    columns: DOCUMENT_COLUMNS,
  },
  {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'thing',
    source: 'readings',
    features: [{ name: 'i' }, { name: 'f' }, { name: 'e' }, { name: 'n' }, { name: 'at' }],
  },
  { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }] },
];

const GOOD = { k: 'a', at: '2013-11-03T06:00:00Z' };
const HEADER = 'k,at,i,f,e,n';
const AT = '2013-11-03T06:00:00Z';

const folder = temporaryFolder('doors');
let service: TestApp;
let files = 0;

beforeAll(async () => {
  service = await startTestApp({ configuration: { dataRoots: [folder, FIXTURES] } });
  const { status } = await service.post('/v1/projects/p/apply', { documents: DOCUMENTS });
  expect(status).toBe(200);
});
afterAll(() => service.close());

describe('a push takes a row whole or refuses it whole (S4)', () => {
  it.each([
    ['a string for INT64', { i: '1.0' }, 'INVALID_ROW', '/rows/1/i'],
    ['a fraction for INT64', { i: 1.5 }, 'INVALID_ROW', '/rows/1/i'],
    ['an INT64 beyond 64 bits', { i: '9223372036854775808' }, 'INVALID_ROW', '/rows/1/i'],
    ['text for FLOAT64', { f: '1.5' }, 'INVALID_ROW', '/rows/1/f'],
    ['a boolean for FLOAT64', { f: true }, 'INVALID_ROW', '/rows/1/f'],
    ['an unknown column', { x: 1 }, 'INVALID_ROW', '/rows/1/x'],
    ['a time without a zone', { at: '2013-11-03T06:00:00' }, 'INVALID_ROW', '/rows/1/at'],
    ['a NULL time', { at: null }, 'INVALID_ROW', '/rows/1/at'],
    ['no whole key', { k: null }, 'INVALID_ROW', '/rows/1/k'],
    ['too long a key', { k: 'x'.repeat(1025) }, 'INVALID_ROW', '/rows/1'],
    ['an embedding of another length', { e: [1] }, 'INVALID_ROW', '/rows/1/e'],
    ['an embedding that is no array', { e: 1 }, 'INVALID_ROW', '/rows/1/e'],
    ['half a surrogate pair', { k: '\ud800' }, 'INVALID_ROW', '/rows/1/k'],
    ['a time to come', { at: '2999-01-01T00:00:00Z' }, 'FUTURE_EVENT', '/rows/1/at'],
  ])('refuses %s', async (_, wrong, code, path) => {
    const before = await nextSequence();
    const { status, body } = await push([GOOD, { ...GOOD, ...wrong }]);
    expect({ status, code: body.error.code, path: body.error.path }).toEqual({ status: 422, code, path });
    expect(await nextSequence()).toBe(before + 1);
  });

  it.each([
    ['2^53+1', { i: '9007199254740993' }, { i: '9007199254740993' }],
    ['the least INT64', { i: '-9223372036854775808' }, { i: '-9223372036854775808' }],
    ['NaN as NULL', { f: 'NaN' }, { f: null }],
    ['an array with a NULL as NULL', { e: [1, null], n: [1, null] }, { e: null, n: null }],
    ['-0.0', { f: -0 }, { f: -0 }],
  ])('takes %s', async (_, row, wanted) => {
    const k = `taken${files++}`;
    expect(
      (await service.request('POST', `${SOURCE}/rows`, { text: exact({ ...GOOD, ...row, k }) })).status,
    ).toBe(200);
    expect(await latest(k)).toMatchObject(wanted);
  });
});

describe('a load that refuses invalid rows takes a file whole or not at all (S4)', () => {
  it.each<[string, string, string, string | undefined]>([
    ['a fraction for INT64', `${HEADER}\nok,${AT},1,,,\na,${AT},1.0,,,\n`, 'INVALID_ROW', '/2/i'],
    ['a quoted empty for INT64', `${HEADER}\na,${AT},"",,,\n`, 'INVALID_ROW', '/1/i'],
    ['a quoted empty time', `${HEADER}\na,"",1,,,\n`, 'INVALID_ROW', '/1/at'],
    ['an unquoted empty time', `${HEADER}\na,,1,,,\n`, 'INVALID_ROW', '/1/at'],
    ['a time without a zone', `${HEADER}\na,2013-11-03 06:00:00,1,,,\n`, 'INVALID_ROW', '/1/at'],
    ['a NULL key', `${HEADER}\n,${AT},1,,,\n`, 'INVALID_ROW', '/1/k'],
    ['an embedding of another length', `${HEADER}\na,${AT},1,1,[1],\n`, 'INVALID_ROW', '/1/e'],
    ['a missing column', `k,at,i,f,e\na,${AT},1,1,\n`, 'INVALID_FILE', 'n'],
    ['an undeclared column', `${HEADER},x\na,${AT},1,1,,,2\n`, 'INVALID_FILE', 'x'],
    ['a column twice', `${HEADER},k\na,${AT},1,1,,,b\n`, 'INVALID_FILE', undefined],
    ['a row with too few fields', `${HEADER}\na,${AT},1,1,,\nb,${AT}\n`, 'INVALID_ROW', '/2'],
    ['a row with too many fields', `${HEADER}\na,${AT},1,1,,\nb,${AT},1,1,,,7\n`, 'INVALID_ROW', '/2'],
    ['text after a closing quote', `${HEADER}\n"a"b,${AT},1,1,,\n`, 'INVALID_FILE', 'file'],
    ['no header', '', 'INVALID_FILE', undefined],
    ['a time to come', `${HEADER}\na,2999-01-01T00:00:00Z,1,,,\n`, 'FUTURE_EVENT', '/1/at'],
  ])('refuses CSV with %s', async (_, text, code, path) => {
    const before = await nextSequence();
    const error = await refusalOf(csv(text));
    expect({ code: error.code, path: path === undefined ? undefined : error.path }).toEqual({ code, path });
    expect(await nextSequence()).toBe(before + 1);
  });

  it.each([
    ['load-text.parquet', 'INVALID_FILE', 'i'],
    ['load-naive.parquet', 'INVALID_FILE', 'at'],
    ['load-dimension.parquet', 'INVALID_ROW', '/1/e'],
    ['load-null-time.parquet', 'INVALID_ROW', '/2/at'],
    ['load-far.parquet', 'INVALID_ROW', '/1/at'],
    ['twice.parquet', 'INVALID_FILE', undefined],
  ])('refuses %s', async (name, code, path) => {
    const before = await nextSequence();
    const error = await refusalOf(join(FIXTURES, name));
    expect({ code: error.code, path: path === undefined ? undefined : error.path }).toEqual({ code, path });
    expect(await nextSequence()).toBe(before + 1);
  });

  it('keeps every bit of a CSV field, and tells an empty text from NULL', async () => {
    const rows = [
      `\uFEFF${HEADER}`,
      `"#c,""1""",${AT},9007199254740993,-0.0,"[1,-0.0]","[9223372036854775807]"`,
      `#d,${AT},-9223372036854775808,NaN,,"[1,null]"`,
      `"",${AT},,5e-324,,[]`,
      `"two\nlines",${AT},7,1e308,,`,
    ];
    expect(await load(csv(`${rows.join('\r\n')}\r\n`))).toMatchObject({
      state: 'succeeded',
      result: { rows: 4 },
    });
    expect(await latest('#c,"1"')).toMatchObject({
      i: '9007199254740993',
      f: -0,
      e: [1, -0],
      n: ['9223372036854775807'],
    });
    expect(await latest('#d')).toMatchObject({ i: '-9223372036854775808', f: null, n: null });
    expect(await latest('')).toMatchObject({ i: null, f: 5e-324, n: [] });
    expect(await latest('two\nlines')).toMatchObject({ i: 7, f: 1e308, e: null });
  });

  it('reads Parquet lists with NULLs as NULL, and floors nanoseconds (S1, S3)', async () => {
    expect(await load(join(FIXTURES, 'load-lists.parquet'))).toMatchObject({ state: 'succeeded' });
    expect(await latest('a')).toMatchObject({ e: null, n: null, f: 1.5 });
    expect(await latest('b')).toMatchObject({ e: [1, 2], n: [2], f: null });
    expect(await load(join(FIXTURES, 'load-ns.parquet'))).toMatchObject({ state: 'succeeded' });
    expect(await latest('b')).toMatchObject({ at: '2013-11-03T06:00:00.000001Z' });
  });

  it('reads a file of no rows, and files whose names look like patterns or partitions', async () => {
    expect(await load(csv(`${HEADER}\n`))).toMatchObject({ state: 'succeeded', result: { rows: 0 } });
    mkdirSync(join(folder, 'k=z'));
    for (const name of ['a[1]*?.csv', 'k=z/x.csv']) {
      writeFileSync(join(folder, name), `${HEADER}\npattern,${AT},${name.length},,,\n`);
      expect(await load(join(folder, name)), name).toMatchObject({ state: 'succeeded', result: { rows: 1 } });
      expect(await latest('pattern')).toMatchObject({ i: name.length });
    }
  });

  it('takes each row of a file once, however often it is loaded (S11)', async () => {
    const path = csv(`${HEADER}\nonce,${AT},1,,,\nonce,${AT},2,,,\n`);
    expect((await load(path)).result).toMatchObject({ rows: 2, skipped: 0 });
    const before = await nextSequence();
    expect((await load(path)).result).toMatchObject({ rows: 0, skipped: 2 });
    expect(await nextSequence()).toBe(before + 1);
  });

  it('goes on behind the last row of a load that was cut short (S11)', async () => {
    const path = csv(`${HEADER}\ncut,${AT},,,,\ncut,${AT},2,,,\n`);
    await loadFirstRow(path);
    const before = await nextSequence();
    expect((await load(path)).result).toMatchObject({ rows: 1, skipped: 1 });
    expect(await nextSequence()).toBe(before + 2);
    expect(await latest('cut')).toMatchObject({ i: 2 });
  });
});

/** What a load that was cut short leaves: the first row of a file in the log. */
async function loadFirstRow(path: string): Promise<void> {
  const columns = new Map(
    DOCUMENT_COLUMNS.map(({ name, type }) => [name, nullColumn(type, 1)] as [string, Column]),
  );
  columns.set('k', columnOf('STRING', ['cut'])).set('at', columnOf('TIMESTAMP', [parseTimestamp(AT)]));
  const contentHash = createHash('sha256').update(readFileSync(path)).digest('hex');
  const door = { kind: 'file', contentHash, firstOrdinal: 0, endOrdinal: 1 } as const;
  const pipeline = service.app.get<Pipelines>(PIPELINES).of('p', 'readings');
  await pipeline.accept({ rows: { rowCount: 1, columns }, arrivalUs: parseTimestamp(AT)!, door }).visible;
}

function push(rows: readonly unknown[]) {
  return service.post(`${SOURCE}/rows`, { rows });
}

function exact(row: unknown): string {
  return JSON.stringify({ rows: [row] }).replace('"f":0', '"f":-0.0');
}

/** Pushes a row and tells its place: what was taken before is seen. */
async function nextSequence(): Promise<number> {
  return (await push([{ ...GOOD, k: 'probe' }])).body.firstSequence;
}

function csv(text: string): string {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, text);
  return path;
}

async function load(path: string) {
  const { status, body } = await service.post(`${SOURCE}/loads`, { path });
  expect(status, JSON.stringify(body)).toBe(202);
  for (;;) {
    const job = (await service.get(`/v1/projects/p/jobs/${body.id}`)).body;
    if (job.finishedAt !== null) return job;
    await delay(5);
  }
}

/** Why a file is refused: at once, or by its job. */
async function refusalOf(path: string) {
  const { status, body } = await service.post(`${SOURCE}/loads`, { path, invalid: 'refuse' });
  if (status !== 202) return body.error;
  for (;;) {
    const job = (await service.get(`/v1/projects/p/jobs/${body.id}`)).body;
    if (job.finishedAt !== null) return job.error ?? { code: job.state, path: JSON.stringify(job.result) };
    await delay(5);
  }
}

async function latest(k: string): Promise<Record<string, unknown>> {
  const { body } = await service.post('/v1/projects/p/online/lookup', {
    featureService: 'all',
    entities: [{ k }],
  });
  const names: string[] = body.features;
  return Object.fromEntries(names.map((name, i) => [name.slice('set__'.length), body.results[0].values[i]]));
}
