import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../src/definition/column-batch.js';
import { parseTimestamp } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { FileIdentity } from '../../src/ingest/file-identity.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const AT = '2013-11-03T06:00:00Z';
const HEADER = 'k,at,i';
const SOURCE = '/v1/projects/p/sources/readings';
const DOCUMENTS = [
  { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
  {
    kind: 'Source',
    name: 'readings',
    eventTime: 'at',
    columns: [
      { name: 'k', type: 'STRING' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'i', type: 'INT64' },
    ],
  },
  { kind: 'FeatureSet', name: 'set', entity: 'thing', source: 'readings', features: [{ name: 'i' }] },
  { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }] },
];

const folder = temporaryFolder('files');
const outside = temporaryFolder('outside');
let service: TestApp;
let files = 0;

beforeAll(async () => {
  service = await startTestApp({ configuration: { dataRoots: [folder] } });
  expect((await service.post('/v1/projects/p/apply', { documents: DOCUMENTS })).status).toBe(200);
});
afterAll(() => service.close());

describe('a load reads every format', () => {
  const json = (k: string, i: number) => JSON.stringify({ k, at: AT, i });
  const csv = (k: string) => Buffer.from(`${HEADER}\n${k},${AT},7\n`);

  it.each<[string, (k: string) => Uint8Array]>([
    ['csv', csv],
    ['csv.gz', (k) => gzipSync(csv(k))],
    ['csv.zst', (k) => zstdCompressSync(csv(k))],
    ['ndjson', (k) => Buffer.from(`\uFEFF${json(k, 7)}`)],
    ['jsonl', (k) => Buffer.from(`\n${json(k, 6)}\r\n \n${json(k, 7)}\n`)],
    ['ndjson.gz', (k) => gzipSync(Buffer.from(json(k, 7)))],
    ['ndjson.zst', (k) => zstdCompressSync(Buffer.from(json(k, 7)))],
    [
      'arrow',
      (k) => arrow({ k: ['STRING', [k]], at: ['TIMESTAMP', [parseTimestamp(AT)]], i: ['INT64', [7n]] }),
    ],
  ])('.%s', async (suffix, bytes) => {
    const k = `format${files}`;
    expect(await load({ path: written(suffix, bytes(k)) })).toMatchObject({ state: 'succeeded' });
    expect(await latest(k)).toBe(7);
  });

  it('by what the caller says, whatever the name', async () => {
    const path = written('log', gzipSync(csv('said')));
    expect(await load({ path })).toMatchObject({ code: 'INVALID_FILE', path: '/path' });
    expect(await load({ path, format: 'csv', compression: 'gzip' })).toMatchObject({ state: 'succeeded' });
    expect(await latest('said')).toBe(7);
    expect(await load({ path, format: 'parquet', compression: 'gzip' })).toMatchObject({
      code: 'INVALID_FILE',
    });
  });

  it('renames columns and follows pointers, also into structures of Parquet', async () => {
    const path = join(folder, 'struct.parquet');
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(
      `COPY (SELECT 'nested' AS name, {'when': TIMESTAMPTZ '${AT}', 'value': {'a/b': 9}} AS deep) TO '${path}' (FORMAT parquet)`,
    );
    connection.closeSync();
    const columns = { k: 'name', at: '/deep/when', i: '/deep/value/a~1b' };
    expect(await load({ path, columns })).toMatchObject({ state: 'succeeded', result: { rows: 1 } });
    expect(await latest('nested')).toBe(9);
    const line = JSON.stringify({ name: 'list', deep: [{ when: AT }, { value: 3 }], more: 1 });
    const ndjson = written('ndjson', Buffer.from(line));
    const within = { k: 'name', at: '/deep/0/when', i: '/deep/1/value' };
    expect(await load({ path: ndjson, columns: within, invalid: 'refuse' })).toMatchObject({
      error: { code: 'INVALID_ROW', path: '/1/more' },
    });
    expect(await load({ path: ndjson, columns: within, extra: 'ignore' })).toMatchObject({
      result: { rows: 1 },
    });
    expect(await latest('list')).toBe(3);
  });

  it.each([
    [{ columns: { x: 'k' } }, 'INVALID_REQUEST', '/columns/x'],
    [{ columns: { i: '' } }, 'INVALID_REQUEST', '/columns/i'],
    [{ columns: { i: '/a/~2' } }, 'INVALID_REQUEST', '/columns/i'],
    [{ columns: { i: 'missing' } }, 'INVALID_FILE', 'i'],
    [{ maxInvalid: 2 }, 'INVALID_REQUEST', '/maxInvalid'],
    [{ format: 'xml' }, 'INVALID_REQUEST', '/format'],
  ])('refuses %j at once', async (request, code, path) => {
    expect(await load({ path: written('csv', csv('never')), ...request })).toMatchObject({ code, path });
  });
});

describe('a load of a folder', () => {
  it('takes every file below it, each by itself', async () => {
    const root = join(folder, 'many');
    mkdirSync(join(root, 'b'), { recursive: true });
    writeFileSync(join(root, 'b', '1.csv'), `${HEADER}\nmany,${AT},2\n`);
    writeFileSync(join(root, 'a.ndjson'), `${JSON.stringify({ k: 'many', at: AT, i: 1 })}\n`);
    const first = await load({ path: root });
    expect(first).toMatchObject({ state: 'succeeded', result: { rows: 2, skipped: 0 } });
    expect(first.result).not.toHaveProperty('contentHash');
    expect(first.result.files).toMatchObject([{ path: join(root, 'a.ndjson'), rows: 1 }, { rows: 1 }]);
    expect(await latest('many')).toBe(2);
    writeFileSync(join(root, 'c.csv'), `${HEADER}\nmany,${AT},3\n`);
    expect(await load({ path: root })).toMatchObject({ result: { rows: 1, skipped: 2 } });
  });

  it('takes those that a pattern names, and refuses others of unknown kind', async () => {
    const root = join(folder, 'mixed');
    mkdirSync(root);
    writeFileSync(join(root, 'x.log'), `${HEADER}\npattern,${AT},1\n`);
    writeFileSync(join(root, '_SUCCESS'), '');
    expect(await load({ path: root })).toMatchObject({ code: 'INVALID_FILE' });
    expect(await load({ path: root, pattern: '*.log', format: 'csv' })).toMatchObject({
      result: { rows: 1 },
    });
    expect(await load({ path: root, pattern: '*.csv' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('follows no link out of the data roots', async () => {
    const root = join(folder, 'linked');
    mkdirSync(root);
    writeFileSync(join(outside, 'secret.csv'), `${HEADER}\nsecret,${AT},1\n`);
    symlinkSync(join(outside, 'secret.csv'), join(root, 'secret.csv'));
    expect(await load({ path: root })).toMatchObject({ code: 'PATH_NOT_ALLOWED' });
  });

  it('takes nothing of any file when one of them is mostly wrong', async () => {
    const root = join(folder, 'half');
    mkdirSync(root);
    writeFileSync(join(root, '1.csv'), `${HEADER}\nhalf,${AT},1\n`);
    writeFileSync(join(root, '2.csv'), `${HEADER}\nhalf,${AT},x\n`);
    expect(await load({ path: root })).toMatchObject({ error: { code: 'MOSTLY_INVALID' } });
    expect(await latest('half')).toBeNull();
  });
});

describe('bytes that are not what they seem', () => {
  const rows = Buffer.from(
    `${HEADER}\n${Array.from({ length: 2000 }, (_, i) => `cut${i},${AT},${i}`).join('\n')}\n`,
  );

  const bomb = Buffer.from(`${HEADER}\n${`${' '.repeat(1024 ** 2)}\n`.repeat(40)}`);

  it.each([
    ['gzip that is cut off', 'csv.gz', gzipSync(rows).subarray(0, -9)],
    ['zstd that is cut off', 'csv.zst', zstdCompressSync(rows).subarray(0, -9)],
    ['text that is no gzip', 'csv.gz', rows],
    ['text that is no zstd', 'ndjson.zst', rows],
    ['a gzip bomb', 'csv.gz', gzipSync(bomb)],
    ['a zstd bomb', 'ndjson.zst', zstdCompressSync(bomb)],
    ['an endless line', 'ndjson', Buffer.alloc(17 * 1024 ** 2, ' ')],
    [
      'an endless field',
      'csv',
      Buffer.concat([Buffer.from(`${HEADER}\n"`), Buffer.alloc(17 * 1024 ** 2, 'x')]),
    ],
    ['Arrow that is cut off', 'arrow', arrow({ k: ['STRING', ['a']] }).subarray(0, -9)],
    ['Arrow of other columns', 'arrow', arrow({ k: ['STRING', ['a']] })],
    ['no bytes at all', 'arrow', new Uint8Array()],
  ])('are refused: %s', async (_, suffix, bytes) => {
    const answer = await load({ path: written(suffix, bytes) });
    expect((answer.error ?? answer).code).toBe('INVALID_FILE');
  });

  it('are refused when they change under the load', async () => {
    const path = written('csv', rows);
    const identity = await FileIdentity.of(path, AbortSignal.timeout(60_000));
    await identity.requireUnchanged();
    appendFileSync(path, `new,${AT},1\n`);
    await expect(identity.requireUnchanged()).rejects.toMatchObject({ code: 'INVALID_FILE' });
  });

  it('keep an invalid line from no other', async () => {
    const lines = [`{"k":"line","at":"${AT}","i":1}`, '{"k":', '[]', `{"k":"line","at":"${AT}","i":2}`];
    const bytes = Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0xff, 0x0a])]);
    const job = await load({ path: written('ndjson', bytes), maxInvalid: 0.6 });
    expect(job).toMatchObject({ result: { rows: 2, quarantined: 3 } });
    expect(await latest('line')).toBe(2);
  });
});

describe('the same bytes', () => {
  it('are taken once more only when that is asked for (S11)', async () => {
    const path = written('csv', Buffer.from(`${HEADER}\nagain,${AT},1\n`));
    expect(await load({ path })).toMatchObject({ result: { rows: 1, skipped: 0 } });
    expect(await load({ path })).toMatchObject({ result: { rows: 0, skipped: 1 } });
    const again = await load({ path, again: true });
    expect(again).toMatchObject({ result: { rows: 1, skipped: 0 } });
    expect(again.result.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

function arrow(columns: Readonly<Record<string, readonly [ValueType, readonly Value[]]>>): Uint8Array {
  const entries = Object.entries(columns).map(
    ([name, [type, values]]) => [name, columnOf(type, values)] as const,
  );
  return arrowBytes({ rowCount: 1, columns: new Map(entries) });
}

function written(suffix: string, bytes: Uint8Array): string {
  const path = join(folder, `${files++}.${suffix}`);
  writeFileSync(path, bytes);
  return path;
}

/** The job when it has ended, or the error of a request that is refused at once. */
async function load(request: object) {
  const { status, body } = await service.post(`${SOURCE}/loads`, request);
  if (status !== 202) return body.error;
  for (;;) {
    const job = (await service.get(`/v1/projects/p/jobs/${body.id}`)).body;
    if (job.finishedAt !== null) return job;
    await delay(5);
  }
}

async function latest(k: string): Promise<unknown> {
  const { body } = await service.post('/v1/projects/p/online/lookup', {
    featureService: 'all',
    entities: [{ k }],
  });
  return body.results[0].values[0];
}
