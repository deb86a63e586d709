import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import { type ScalarType, VALUE_TYPES, type ValueType } from '../../src/definition/value-type.js';
import type { TypedColumn } from '../../src/offline/file-reader.js';
import { MEDIA_TYPE_OF } from '../../src/offline/frame-media.js';
import { type ReadableFrame, readFrame } from '../../src/offline/frame-read.js';
import { writeFrame } from '../../src/offline/frame-write.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

type Format = ReadableFrame['format'];

const STREAMED: readonly Format[] = ['arrow', 'csv', 'json', 'ndjson'];
const HOSTILE: Record<ScalarType, readonly Value[]> = {
  BOOL: [true, false],
  INT64: [0n, -1n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)],
  FLOAT64: [0, -0, 0.1, 1e21, 5e-324, -1.7976931348623157e308, 2 ** 53],
  STRING: ['', ' ', 'a,b', '"', '""', 'a\nb\r\nc\r', '\uFEFFx', 'null', '0', '\u0000', 'é💧', '\u2028'],
  BYTES: [new Uint8Array(), Uint8Array.of(0, 255, 10)],
  TIMESTAMP: [0n, -1n, 1_383_458_400_000_001n, -62_135_596_800_000_000n, 253_402_300_799_999_999n],
  DATE: [0, -1, 15_000, -719_162, 2_932_896],
};
const folder = temporaryFolder('frame-formats');

describe.each(STREAMED)('a frame as %s', (format) => {
  it.each(VALUE_TYPES)('carries every %s there and back (S2, S4)', async (type) => {
    const values = [null, ...hostileOf(type), null];
    expect(await thereAndBack(format, type, values)).toEqual(values);
    expect(await thereAndBack(format, type, [])).toEqual([]);
  });

  it('carries random texts, floats and integers', async () => {
    const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '\uFEFF', ' ', '\\') });
    const columns = [
      ['STRING', fc.option(text)],
      ['FLOAT64', fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }))],
      ['INT64', fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
    ] as const;
    for (const [type, values] of columns) {
      await fc.assert(
        fc.asyncProperty(fc.array<Value>(values), async (rows) => {
          expect(await thereAndBack(format, type, rows)).toEqual(rows);
        }),
        { numRuns: 60, seed: 1 },
      );
    }
  });
});

describe('columns that nobody declared', () => {
  it('stay text in CSV', async () => {
    expect(await read('csv', 'x,y\n1,"1"\n,""\n"",1e400')).toEqual([
      { x: '1', y: '1' },
      { x: null, y: '' },
      { x: '', y: '1e400' },
    ]);
  });

  it('go by their values in JSON', async () => {
    const text = `{"rows":[
      {"b":true,"i":9223372036854775807,"f":1,"s":"","l":[1,null,2.5],"e":[],"n":null,"r":1.00000000000000000001,"z":-0},
      {"f":0.5,"__proto__":"own","l":null,"late":"x"}]}`;
    expect(await read('json', text)).toEqual([
      {
        b: true,
        i: 2n ** 63n - 1n,
        f: 1,
        s: '',
        l: [1, null, 2.5],
        e: [],
        n: null,
        r: 1,
        z: -0,
        ['__proto__']: null,
        late: null,
      },
      {
        b: null,
        i: null,
        f: 0.5,
        s: null,
        l: null,
        e: null,
        n: null,
        r: null,
        z: null,
        ['__proto__']: 'own',
        late: 'x',
      },
    ]);
  });
});

const T0 = 1_383_458_400_000_000n;
const KEYS = [
  { name: 'k', type: 'STRING' },
  { name: 'i', type: 'INT64' },
  { name: 'b', type: 'BOOL' },
  { name: 'y', type: 'BYTES' },
  { name: 'd', type: 'DATE' },
  { name: 't', type: 'TIMESTAMP' },
] as const satisfies readonly TypedColumn[];
const KEY_VALUES: readonly (readonly Value[])[] = [
  ['a', 2n ** 63n - 1n, true, Uint8Array.of(0, 255), 16_012, T0 + 1n],
  ['', -1n, false, new Uint8Array(), -719_162, -62_135_596_800_000_000n],
  ['\uFEFF"a",\n', 0n, true, Uint8Array.of(0), 2_932_896, 0n],
];
const FEATURES = VALUE_TYPES.map((type) => ({ name: `f_${type.toLowerCase().replace(/\W+/g, '_')}`, type }));
const TIME = { name: 'event_timestamp', type: 'TIMESTAMP' } as const;

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp();
  const at = { name: 'at', type: 'TIMESTAMP' } as const;
  const features = FEATURES.map(({ name }) => ({ name }));
  const documents = [
    { kind: 'Entity', name: 'thing', keys: KEYS },
    { kind: 'Source', name: 'rows', eventTime: 'at', createdTime: 'at', columns: [...KEYS, at, ...FEATURES] },
    { kind: 'FeatureSet', name: 's', entity: 'thing', source: 'rows', features },
    { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 's' }] },
    {
      kind: 'FeatureService',
      name: 'one',
      entries: [{ featureSet: 's', alias: 'o', features: ['f_string'] }],
    },
    {
      kind: 'FeatureService',
      name: 'other',
      entries: [{ featureSet: 's', alias: 'x', features: ['f_bool'] }],
    },
  ];
  expect((await service.post('/v1/projects/p/apply', { documents })).body.error).toBe(undefined);
  const rows = KEY_VALUES.map((keys, i) => [
    ...keys,
    T0,
    ...FEATURES.map(({ type }) => hostileOf(type)[i] ?? null),
  ]);
  const text = Buffer.concat(await chunksOf('json', batchOf([...KEYS, at, ...FEATURES], rows)));
  const answer = await service.request('POST', '/v1/projects/p/sources/rows/rows', { text });
  expect(answer.body.error).toBe(undefined);
});
afterAll(() => service.close());

describe('a retrieval', () => {
  const formats = ['parquet', ...STREAMED] as const;
  const pairs = formats.flatMap((from) => formats.map((to) => [from, to] as const));
  const asked = [
    ...KEY_VALUES,
    ['nobody', ...KEY_VALUES[0]!.slice(1)],
    ['', null, ...KEY_VALUES[1]!.slice(2)],
  ];
  const frames = new Map<string, Buffer>();

  beforeAll(async () => {
    const frame = batchOf(
      [TIME, ...KEYS],
      asked.map((keys) => [T0 + 1n, ...keys]),
    );
    const arrow = Buffer.concat(await chunksOf('arrow', frame));
    for (const to of formats)
      frames.set(to, (await retrieve(arrow, 'arrow', { to, service: 'one' })).rawPayload);
  });

  it.each(pairs)('takes a frame as %s and answers as %s, the same values (S1, S2, S4)', async (from, to) => {
    const answer = await retrieve(frames.get(from)!, from, { to, service: 'all' });
    expect(answer.statusCode, answer.payload).toBe(200);
    expect(answer.headers['content-type']).toContain(MEDIA_TYPE_OF[to]);
    const rows = await rowsOfAnswer(answer.rawPayload, to);
    expect(rows.map((row) => KEYS.map(({ name }) => row[name]))).toEqual(asked);
    const values = rows.map((row) => FEATURES.map(({ name }) => row[`s__${name}`]));
    const expected = asked.map((_, i) =>
      FEATURES.map(({ type }) => (i < 3 ? (hostileOf(type)[i] ?? null) : null)),
    );
    expect(values).toEqual(expected);
    expect(rows.map((row) => row['o__f_string'])).toEqual(
      values.map((row) => row[FEATURES.findIndex(({ type }) => type === 'STRING')]),
    );
  });
});

describe('a malformed frame', () => {
  const T = '"event_timestamp":"2013-11-03T06:00:01Z"';
  const key = '"k":"a","i":1,"b":true,"y":"","d":"2013-11-03","t":"2013-11-03T06:00:00Z"';
  const header = 'k,i,b,y,d,t,event_timestamp';
  const line = 'a,1,true,,2013-11-03,2013-11-03T06:00:00Z,2013-11-03T06:00:01Z';
  it.each([
    ['json', 'no JSON', '{"rows":[', 'body'],
    ['json', 'no rows', '{"row":[]}', '/rows'],
    ['json', 'more than rows', '{"rows":[],"x":1}', '/rows'],
    ['json', 'a list', '[]', '/rows'],
    ['json', 'a row that is a list', '{"rows":[[]]}', '/rows/0'],
    ['json', 'a key that is missing', `{"rows":[{${T}}]}`, 'k'],
    ['json', 'a time that is missing', `{"rows":[{${key}}]}`, 'event_timestamp'],
    ['json', 'a time that is NULL', `{"rows":[{${key},${T}},{${key}}]}`, 'event_timestamp'],
    ['json', 'a key of another type', `{"rows":[{${key},${T}},{"k":1}]}`, '/rows/1/k'],
    [
      'json',
      'a time without a zone',
      '{"rows":[{"event_timestamp":"2013-11-03T06:00:01"}]}',
      '/rows/0/event_timestamp',
    ],
    ['json', 'kinds that are mixed', `{"rows":[{${key},${T},"x":1},{"x":"1"}]}`, '/rows/1/x'],
    ['json', 'an array among values', `{"rows":[{${key},${T},"x":1},{"x":[1]}]}`, '/rows/1/x'],
    ['json', 'an object in a column', `{"rows":[{${key},${T},"x":{"a":1}}]}`, '/rows/0/x'],
    ['json', 'arrays in an array', `{"rows":[{${key},${T},"x":[[1]]}]}`, '/rows/0/x'],
    ['json', 'half a surrogate pair', `{"rows":[{${key},${T},"x":"\\ud800"}]}`, '/rows/0/x'],
    ['json', 'a number beyond FLOAT64', `{"rows":[{${key},${T},"x":1e400}]}`, '/rows/0/x'],
    [
      'json',
      'fractions among integers beyond 2^53',
      `{"rows":[{${key},${T},"x":9007199254740993},{"x":0.5}]}`,
      '/rows/1/x',
    ],
    ['json', 'columns that capitals alone tell apart', `{"rows":[{${key},${T},"x":1,"X":1}]}`, 'X'],
    ['json', 'a column of the name of a feature', `{"rows":[{${key},${T},"s__f_bool":1}]}`, 's__f_bool'],
    ['json', 'a column without a name', `{"rows":[{${key},${T},"":1}]}`, '""'],
    ['json', 'a column name that no table has', `{"rows":[{${key},${T},"a\\u0000":1}]}`, '"a\\u0000"'],
    ['json', 'a column name of half a code point', `{"rows":[{${key},${T},"\\ud800":1}]}`, '"\\ud800"'],
    ['json', 'deep nesting', `{"rows":[{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`, '/rows/0/x'],
    ['ndjson', 'a line that is cut', `{${key},${T}}\n{"k":`, 'body'],
    ['ndjson', 'an empty line', `{${key},${T}}\n\n{${key},${T}}\n`, 'body'],
    ['ndjson', 'a line that is a number', `{${key},${T}}\n1\n`, '/1'],
    ['ndjson', 'a bad value', `{${key},${T}}\n{"i":1.5}\n`, '/1/i'],
    ['csv', 'nothing at all', '', 'body'],
    ['csv', 'a row that is short', `${header}\n${line}\na,1\n`, 'body'],
    ['csv', 'an empty line', `${header}\n\n${line}\n`, 'body'],
    ['csv', 'a quote inside a field', `${header}\na"b${line}\n`, 'body'],
    ['csv', 'text behind a quote', `${header}\n"a"b${line}\n`, 'body'],
    ['csv', 'a quote that is never closed', `${header}\n"a${line}\n`, 'body'],
    ['csv', 'a lone carriage return', `${header}\ra`, 'body'],
    ['csv', 'a header with an empty name', `${header},\n${line},\n`, 'body'],
    ['csv', 'a header with a name twice', `${header},k\n${line},\n`, 'k'],
    ['csv', 'a bad value', `${header}\n${line}\n${line.replace('true', 'yes')}\n`, '/1/b'],
    ['csv', 'no UTF-8', Buffer.concat([Buffer.from(`${header}\n`), Buffer.of(0xff, 0x0a)]), 'body'],
    [
      'csv',
      'too many columns',
      `${header}${Array.from({ length: 3000 }, (_, i) => `,c${i}`).join('')}\n`,
      'body',
    ],
    ['arrow', 'no Arrow', 'k,event_timestamp', 'body'],
    ['parquet', 'no Parquet', 'PAR1', 'file'],
  ] as const)('as %s with %s is refused, and leaves nothing behind', async (format, _, body, path) => {
    const answer = await retrieve(Buffer.from(body), format, { to: 'json', service: 'all' });
    expect(answer.statusCode, answer.payload.slice(0, 500)).toBe(422);
    expect(JSON.parse(answer.payload).error).toMatchObject({ code: 'INVALID_FRAME', path });
    await expect.poll(() => readdirSync(join(service.dataDir, 'tmp'))).toEqual([]);
  });
});

describe('the format of an answer', () => {
  const frame = Buffer.from('k,i,b,y,d,t,event_timestamp\n');
  it.each([
    [undefined, 'csv'],
    ['*/*', 'csv'],
    ['text/html, */*;q=0.1', 'csv'],
    ['application/json', 'json'],
    ['application/json;q=0.5, application/x-ndjson', 'ndjson'],
    ['application/*', 'parquet'],
    ['text/*;q=0.2, application/vnd.apache.arrow.stream;q=0.3', 'arrow'],
    ['application/json, text/plain, */*', 'json'],
    ['text/csv;q=0, */*', 'parquet'],
    ['Application/JSON; q=1.0', 'json'],
  ] as const)('for %s is %s', async (accept, format) => {
    const answer = await retrieve(frame, 'csv', { accept, service: 'one' });
    expect(answer.statusCode, answer.payload).toBe(200);
    expect(answer.headers['content-type']).toContain(MEDIA_TYPE_OF[format]);
  });

  it.each(['text/html', 'text/csv;q=0', 'application/json;q=2', ''])(
    'for "%s" is refused',
    async (accept) => {
      const answer = await retrieve(frame, 'csv', { accept, service: 'one' });
      expect(answer.statusCode).toBe(406);
      expect(JSON.parse(answer.payload).error).toMatchObject({ code: 'NOT_ACCEPTABLE', path: 'Accept' });
    },
  );
});

type Asked = {
  readonly to?: keyof typeof MEDIA_TYPE_OF;
  readonly accept?: string | undefined;
  readonly service: string;
};

function retrieve(body: Buffer, from: keyof typeof MEDIA_TYPE_OF, asked: Asked) {
  const accept = asked.to === undefined ? asked.accept : MEDIA_TYPE_OF[asked.to];
  return service.app.inject({
    method: 'POST',
    url: `/v1/projects/p/retrievals?featureService=${asked.service}`,
    payload: body,
    headers: { 'content-type': MEDIA_TYPE_OF[from], ...(accept !== undefined && { accept }) },
  });
}

/** The rows of an answer; Parquet by way of an answer of the service to it. */
async function rowsOfAnswer(bytes: Buffer, format: keyof typeof MEDIA_TYPE_OF) {
  if (format !== 'parquet')
    return read(format, bytes, [
      TIME,
      ...KEYS,
      ...FEATURES.map(({ name, type }) => ({ name: `s__${name}`, type })),
    ]);
  const asArrow = await retrieve(bytes, 'parquet', { to: 'arrow', service: 'other' });
  expect(asArrow.statusCode, asArrow.payload).toBe(200);
  return read('arrow', asArrow.rawPayload);
}

function hostileOf(type: ValueType): readonly Value[] {
  const scalar = type.startsWith('ARRAY<') ? (type.slice(6, -1) as ScalarType) : null;
  return scalar === null ? HOSTILE[type as ScalarType] : [[], HOSTILE[scalar], [HOSTILE[scalar][0]!]];
}

async function thereAndBack(format: Format, type: ValueType, values: readonly Value[]) {
  const columns = [
    { name: 'x', type },
    { name: 'beside', type: 'INT64' },
  ] as const;
  const batch = batchOf(
    columns,
    values.map((value) => [value, 1n]),
  );
  const rows = await read(format, Buffer.concat(await chunksOf(format, batch)), columns);
  return rows.map((row) => row['x']);
}

function batchOf(columns: readonly TypedColumn[], rows: readonly (readonly Value[])[]): ColumnBatch {
  const entries = columns.map(
    ({ name, type }, i) =>
      [
        name,
        columnOf(
          type,
          rows.map((row) => row[i]!),
        ),
      ] as const,
  );
  return { rowCount: rows.length, columns: new Map(entries) };
}

async function chunksOf(format: Format, batch: ColumnBatch): Promise<Uint8Array[]> {
  async function* batches(): AsyncIterable<ColumnBatch> {
    yield batch;
  }
  const columns = [...batch.columns].map(([name, { type }]) => ({ name, type }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeFrame(format, columns, batches())) chunks.push(chunk);
  return chunks;
}

async function read(format: Format, bytes: string | Uint8Array, declared: readonly TypedColumn[] = []) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'frame');
  writeFileSync(path, bytes);
  const rows: Record<string, Value>[] = [];
  for await (const batch of readFrame({ kind: 'file', path, format }, declared)) {
    for (let row = 0; row < batch.rowCount; row++) {
      rows.push(Object.fromEntries([...batch.columns].map(([name, column]) => [name, valueAt(column, row)])));
    }
  }
  return rows;
}
