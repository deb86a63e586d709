import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, sliceRows } from '../../src/definition/column-batch.js';
import { formatTimestamp } from '../../src/definition/time.js';
import { DuckdbParquet } from '../../src/offline/adapter/duckdb-parquet.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { readArrowBytes } from '../../src/offline/arrow-read.js';
import { MEDIA_TYPE_OF } from '../../src/offline/frame-media.js';
import { type StreamFormat, writeFrame } from '../../src/offline/frame-write.js';
import { flightRows } from '../support/flight-rows.js';
import { FLIGHTS_NOW_US, FlightService, flightFrame } from '../support/flight-service.js';

type Job = { readonly id: string };
type Row = Readonly<Record<string, unknown>>;

const SCORES = [
  {
    kind: 'Source',
    name: 'scores',
    eventTime: 'at',
    createdTime: 'made',
    columns: [
      { name: 'origin', type: 'STRING' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'made', type: 'TIMESTAMP' },
      { name: 'probability', type: 'FLOAT64' },
      { name: 'model_version', type: 'INT64' },
    ],
  },
  {
    kind: 'FeatureSet',
    name: 'scores',
    entity: 'airport',
    source: 'scores',
    features: [{ name: 'probability' }, { name: 'model_version' }, { name: 'made' }],
  },
];

const PARQUET = new DuckdbParquet({ memoryLimit: '256MB', threads: 1 });

let service: FlightService;

const start = async (query: string, rows: ColumnBatch): Promise<Job> =>
  JSON.parse((await service.frame(`models/delay/batch-predictions${query}`, arrowBytes(rows))).toString());

/** The file that a batch prediction makes. */
const fileOf = async (job: Job): Promise<Buffer> => {
  await service.job(job);
  const { rawPayload, statusCode } = await service.app.app.inject(
    `/v1/projects/flights/jobs/${job.id}/result`,
  );
  expect(statusCode).toBe(200);
  return rawPayload;
};

const rowsOf = async (job: Job): Promise<readonly Row[]> => JSON.parse((await fileOf(job)).toString()).rows;

beforeAll(async () => {
  service = await FlightService.start();
  await service.ok('POST', 'apply', { documents: SCORES });
});
afterAll(() => service.close());

describe('a batch prediction', () => {
  /** What the vectors route gives for the retrieved frame. */
  const expected = async (frame: ColumnBatch) => {
    const query = 'featureService=flights&time=as_of&knowledge=event';
    const retrieved = await service.frame(`retrievals?${query}`, arrowBytes(frame));
    const table = tableFromIPC(await service.frame('models/delay/versions/1/vectors', retrieved));
    return [...table].map((row) => ({ vector: [...row!['vector']], probability: row!['probability'] }));
  };

  it('of keys and times is of their features as of each time, as in training (S24)', async () => {
    const frame = flightFrame(100, 160);
    const rows = await rowsOf(await start('?output=json&include=vector', frame));
    expect(rows.map(({ vector, probability }) => ({ vector, probability }))).toEqual(await expected(frame));
    expect(Object.keys(rows[0]!)).toEqual([
      'origin',
      'as_of',
      'probability',
      'label',
      'model_version',
      'vector',
    ]);
    expect(new Set(rows.map((row) => row['model_version']))).toEqual(new Set([1]));
    expect(new Set(rows.map((row) => row['probability'])).size).toBeGreaterThan(10);
  });

  it('of a frame that holds the features is of them, with every column of it when asked', async () => {
    const rows = flightRows(200, 230);
    const table = tableFromIPC(await service.frame('models/delay/versions/1/vectors', arrowBytes(rows)));
    const answer = tableFromIPC(await fileOf(await start('?rows=features&output=arrow&columns=all', rows)));
    expect(answer.schema.fields.map(({ name }) => name)).toEqual([
      ...rows.columns.keys(),
      'probability',
      'label',
      'model_version',
    ]);
    expect([...answer.getChild('probability')!]).toEqual([...table.getChild('probability')!]);
  });

  it('of entities is of everyone that history knows, as of now', async () => {
    const documents = [
      {
        kind: 'Model',
        name: 'airport_risk',
        featureService: 'flights',
        split: { evaluateFrom: '2013-10-01T00:00:00Z' },
        label: { expression: 'late_minutes >= 15', columns: [{ name: 'late_minutes', type: 'INT64' }] },
        transform: [{ name: 'temp', expression: 'STANDARD_SCALER(weather__temp) OVER ()' }],
        trainer: { kind: 'logisticRegression', epochs: 1 },
      },
    ];
    await service.ok('POST', 'apply', { documents });
    await service.job(
      await service.ok('POST', 'models/airport_risk/train', { trainingSet: service.trainingSet }),
    );
    const body = { featureSet: 'weather', output: 'json', columns: 'all' };
    const rows = await rowsOf(
      await service.ok('POST', 'models/airport_risk/batch-predictions/entities', body),
    );
    expect(rows).toEqual([
      {
        origin: 'JFK',
        as_of: formatTimestamp(FLIGHTS_NOW_US),
        weather__temp: 10 + 17 / 3,
        weather__sky: 'snow',
        probability: expect.any(Number),
        label: expect.any(Boolean),
        model_version: 1,
      },
    ]);
    const unfit = { featureSet: 'weather', keys: { origin: 'code' } };
    const refused = await service.call('POST', 'models/airport_risk/batch-predictions/entities', unfit);
    expect(refused).toMatchObject({ status: 400, body: { error: { path: 'keys/origin' } } });
    const untold = { featureSet: 'weather', keys: { origin: 5 } };
    expect(
      await service.call('POST', 'models/airport_risk/batch-predictions/entities', untold),
    ).toMatchObject({
      status: 400,
      body: { error: { path: 'keys/origin', message: expect.stringContaining('no text') } },
    });
    const more = await service.call('POST', 'models/delay/batch-predictions/entities', {
      featureSet: 'weather',
    });
    expect(more).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('"distance"') } },
    });
  });

  it('into a feature set becomes rows of its source, event time T, and is served', async () => {
    const frame = flightFrame(300, 340);
    const rows = await rowsOf(await start('?output=json', frame));
    const result = await service.job(await start('?into=scores', frame));
    expect(result).toEqual({
      model: 'delay',
      version: 1,
      rows: 40,
      into: { featureSet: 'scores', version: 1, accepted: 40, quarantined: 0, held: 0 },
    });
    const newest = rows.findLast((row) => row['origin'] === 'JFK')!;
    const { results } = await service.ok<{ results: { values: unknown[]; eventTimes: string[] }[] }>(
      'POST',
      'online/lookup',
      {
        features: ['scores:probability', 'scores:model_version', 'scores:made'],
        entities: [{ origin: 'JFK' }],
      },
    );
    expect(results[0]!.values).toEqual([newest['probability'], 1, formatTimestamp(FLIGHTS_NOW_US)]);
    expect(results[0]!.eventTimes[0]).toBe(newest['as_of']);
  });

  it.each(['keys', 'features'])(
    'of a frame of %s without rows is an answer without rows, columns and all',
    async (rows) => {
      const frame = rows === 'keys' ? flightFrame(0, 0) : flightRows(0, 0);
      const given = [
        ...(rows === 'keys' ? ['origin'] : []),
        'as_of',
        'probability',
        'label',
        'model_version',
      ];
      const columns = await fileOf(await start(`?rows=${rows}&output=arrow`, frame)).then(tableFromIPC);
      expect([columns.numRows, columns.schema.names]).toEqual([0, given]);
      const path = join(service.app.dataDir, 'nothing.parquet');
      await writeFile(path, await fileOf(await start(`?rows=${rows}`, frame)));
      expect((await PARQUET.columns(path)).map(({ name }) => name)).toEqual(given);
      expect(await rowsOf(await start(`?rows=${rows}&output=json`, frame))).toEqual([]);
      expect((await fileOf(await start(`?rows=${rows}&output=csv`, frame))).toString()).toBe(
        `${given.join(',')}\n`,
      );
      const keyed = rows === 'keys' ? frame : withOrigin(frame, []);
      const into = { accepted: 0, quarantined: 0, held: 0 };
      expect(await service.job(await start(`?rows=${rows}&into=scores`, keyed))).toMatchObject({
        rows: 0,
        into,
      });
    },
  );

  it('into a feature set sets aside each row that its source does not take, and says how many', async () => {
    const frame = withOrigin(flightRows(400, 404), ['LGA', null, 'x'.repeat(5000), 'EWR']);
    const job = await start('?rows=features&into=scores', frame);
    expect(await service.job(job)).toMatchObject({ rows: 4, into: { accepted: 2, quarantined: 2, held: 0 } });
    const { items } = await service.ok<{ items: { problems: { message: string }[]; row: Row }[] }>(
      'GET',
      'sources/scores/quarantine',
    );
    expect(items.map(({ problems }) => problems[0]!.message)).toEqual([
      expect.stringContaining('no entity has a whole key'),
      expect.stringContaining('a key is longer than'),
    ]);
    expect(items[0]!.row).toMatchObject({ probability: expect.any(Number), model_version: 1 });
  });

  it('leaves a column of a foreign type alone that nobody takes, and names it where all are asked for', async () => {
    const [path, foreign] = ['own.parquet', 'foreign.parquet'].map((name) => join(service.app.dataDir, name));
    const rows = flightFrame(0, 20);
    const columns = [...rows.columns].map(([name, { type }]) => ({ name, type }));
    await PARQUET.write(path!, columns, once(rows));
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`COPY (SELECT *, 1.5::DECIMAL(9, 2) AS price FROM '${path}') TO '${foreign}'`);
    const type = { 'content-type': MEDIA_TYPE_OF.parquet };
    const begun = async (query: string): Promise<Job> => {
      const answer = await service.frame(
        `models/delay/batch-predictions?${query}`,
        await readFile(foreign!),
        type,
      );
      return JSON.parse(answer.toString());
    };
    expect(await rowsOf(await begun('output=json'))).toEqual(await rowsOf(await start('?output=json', rows)));
    const { error } = await service.ended((await begun('columns=all')).id);
    expect(error).toMatchObject({ code: 'INVALID_FRAME', path: 'price' });
  });

  it('types what CSV frames hold by what model and source declare (S4)', async () => {
    const csv = 'origin,as_of,distance,vip\nJFK,2013-09-01T05:00:00Z,900,true\n,2013-09-01T05:00:00Z,,\n';
    const type = { 'content-type': 'text/csv' };
    const query = '?output=json&columns=all';
    const job = JSON.parse(
      (await service.frame(`models/delay/batch-predictions${query}`, Buffer.from(csv), type)).toString(),
    );
    const rows = await rowsOf(job);
    expect(rows).toMatchObject([
      { distance: 900, vip: true },
      { distance: null, vip: null },
    ]);
    const { body, status } = await service.sendFrame(
      `models/delay/batch-predictions${query}`,
      csv.replace('900', '9e2'),
      type,
    );
    expect(status).toBe(202);
    const { error } = await service.ended(JSON.parse(body.toString()).id);
    expect(error).toMatchObject({ code: 'INVALID_FRAME', message: expect.stringContaining('distance') });
  });

  it.each([
    ['a column that is missing', '?rows=features', flightFrame(0, 5), 'weather__temp'],
    [
      'a name that is there already',
      '?columns=all',
      withColumn(flightFrame(0, 5), 'probability'),
      'probability',
    ],
    ['a time that is missing', '?time=when', flightFrame(0, 5), 'when'],
  ])('fails for %s', async (_, query, rows, path) => {
    const { state, error } = await service.ended((await start(query, rows)).id);
    expect([state, error]).toEqual(['failed', expect.objectContaining({ code: 'INVALID_FRAME', path })]);
  });

  it.skipIf(process.platform !== 'linux').each(['arrow', 'csv'])(
    'holds no file of a frame as %s once it has failed',
    async (format) => {
      const rows = withColumn(flightRows(0, 20_000), 'probability');
      const columns = [...rows.columns].map(([name, { type }]) => ({ name, type }));
      const frame = await bytesOf(writeFrame(format as StreamFormat, columns, once(rows)));
      const type = { 'content-type': MEDIA_TYPE_OF[format as StreamFormat] };
      const path = 'models/delay/batch-predictions?rows=features&columns=all';
      const { id } = JSON.parse((await service.frame(path, frame, type)).toString());
      expect((await service.ended(id)).state).toBe('failed');
      expect(await openFilesIn(join(service.app.dataDir, 'jobs', id))).toEqual([]);
    },
  );

  it.each([
    ['an unknown model', 'models/none/batch-predictions', 404],
    ['an unknown version', 'models/delay/batch-predictions?version=9', 404],
    ['an unknown feature set', 'models/delay/batch-predictions?into=none', 404],
    ['a feature set without a column for a prediction', 'models/delay/batch-predictions?into=weather', 400],
    ['an unknown format', 'models/delay/batch-predictions?output=xml', 400],
    ['a snapshot that is none', 'models/delay/batch-predictions?snapshot=x', 400],
  ])('refuses %s', async (_, path, status) => {
    expect((await service.sendFrame(path, arrowBytes(flightFrame(0, 5)))).status).toBe(status);
  });

  it('is cancelled as soon as it listens', async () => {
    const job = await start('?rows=features', flightRows(0, 150_000));
    await service.ok('POST', `jobs/${job.id}/cancel`);
    expect((await service.ended(job.id)).state).toBe('cancelled');
  });
});

describe('a batch prediction that begins again', () => {
  const ROWS = flightRows(0, 150_000);

  /** Waits until some parts are finished, then stops the service; the folder of the job. */
  const stopAfter = async ({ id }: Job, parts: number): Promise<string> => {
    const folder = join(service.app.dataDir, 'jobs', id);
    const finished = async (): Promise<number> => {
      const text = await readFile(join(folder, 'parts.json'), 'utf8').catch(() => '{"parts":[]}');
      return JSON.parse(text).parts.length;
    };
    while ((await finished()) < parts) await delay(5);
    await service.app.stop();
    return folder;
  };

  it('goes on behind the last finished part, which is not scored again', async () => {
    const whole = await fileOf(await start('?rows=features&output=arrow', ROWS));
    const job = await start('?rows=features&output=arrow', ROWS);
    const folder = await stopAfter(job, 1);
    const first = join(folder, 'part-000000.arrow');
    const bytes = await readFile(first);
    await writeFile(first, markedPart(bytes));
    service = await FlightService.restarted(service);
    const probabilities = [...tableFromIPC(await fileOf(job)).getChild('probability')!];
    const wanted = [...tableFromIPC(whole).getChild('probability')!];
    expect(probabilities.length).toBe(ROWS.rowCount);
    const marked = probabilities.filter((value) => value === 2).length;
    expect(marked).toBeGreaterThan(0);
    expect(marked).toBeLessThan(ROWS.rowCount);
    expect(probabilities.slice(marked)).toEqual(wanted.slice(marked));
    expect((await readdir(folder)).toSorted()).toEqual(['parts.json', 'result-note.json', 'result.arrow']);
  });

  it('goes on behind the last row, also where parts had another size', async () => {
    const whole = await fileOf(await start('?rows=features&output=arrow', ROWS));
    const job = await start('?rows=features&output=arrow', ROWS);
    const folder = await stopAfter(job, 1);
    const ledger = JSON.parse(await readFile(join(folder, 'parts.json'), 'utf8'));
    await writeFile(
      join(folder, 'parts.json'),
      JSON.stringify({ ...ledger, parts: [1000], complete: false }),
    );
    await writeFile(join(folder, 'part-000000.arrow'), markedPart(whole, 1000));
    service = await FlightService.restarted(service);
    const again = tableFromIPC(await fileOf(job));
    const probabilities = [...again.getChild('probability')!];
    expect(probabilities.slice(0, 1000).every((value) => value === 2)).toBe(true);
    const wanted = [...tableFromIPC(whole).getChild('probability')!];
    expect(probabilities.slice(1000)).toEqual(wanted.slice(1000));
  });

  it('pushes no row twice', async () => {
    const origin = Array.from({ length: 60_000 }, (_, row) => `A${row % 100}`);
    const frame = flightRows(0, 60_000);
    const rows = { ...frame, columns: new Map([...frame.columns, ['origin', columnOf('STRING', origin)]]) };
    const now = Array<bigint>(60_000).fill(FLIGHTS_NOW_US - 1n);
    rows.columns.set('as_of', columnOf('TIMESTAMP', now));
    const before = await service.ok<{ rows: number }>('GET', 'feature-sets/scores/statistics');
    const job = await start('?rows=features&into=scores', rows);
    const folder = await stopAfter(job, 2);
    // As if the process had died between the delivery of a part and its entry into the manifest.
    const ledger = JSON.parse(await readFile(join(folder, 'parts.json'), 'utf8'));
    const lost = {
      ...ledger,
      parts: ledger.parts.slice(0, -1),
      createdUs: String(FLIGHTS_NOW_US),
      complete: false,
    };
    await writeFile(join(folder, 'parts.json'), JSON.stringify(lost));
    service = await FlightService.restarted(service);
    expect(await service.job(job)).toMatchObject({ rows: 60_000 });
    const after = await service.ok<{ rows: number }>('GET', 'feature-sets/scores/statistics');
    expect(after.rows - before.rows).toBe(60_000);
  });
});

/** The first rows of a part, with 2 in the place of every probability. */
function markedPart(bytes: Uint8Array, rows = Number.POSITIVE_INFINITY): Uint8Array {
  let left = rows;
  const parts = [...readArrowBytes(bytes)].map((whole) => {
    const batch = sliceRows(whole, 0, Math.min(left, whole.rowCount));
    left -= batch.rowCount;
    const twos = columnOf('FLOAT64', Array(batch.rowCount).fill(2));
    return { ...batch, columns: new Map([...batch.columns, ['probability', twos]]) };
  });
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0);
  const names = [...parts[0]!.columns.keys()];
  const columns = names.map((name) => {
    const values = parts.flatMap((part) => Array.from(part.columns.get(name)!.values as never[]));
    return [name, columnOf(parts[0]!.columns.get(name)!.type, values)] as const;
  });
  return arrowBytes({ rowCount, columns: new Map(columns) });
}

/** Files below a folder that this process holds open. */
async function openFilesIn(folder: string): Promise<readonly string[]> {
  const held = await readdir('/proc/self/fd');
  const paths = await Promise.all(held.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder));
}

async function* once(batch: ColumnBatch): AsyncIterable<ColumnBatch> {
  yield batch;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const held: Uint8Array[] = [];
  for await (const chunk of chunks) held.push(chunk);
  return Buffer.concat(held);
}

function withOrigin(batch: ColumnBatch, origins: readonly (string | null)[]): ColumnBatch {
  return { ...batch, columns: new Map([...batch.columns, ['origin', columnOf('STRING', origins)]]) };
}

function withColumn(batch: ColumnBatch, name: string): ColumnBatch {
  const zeros = columnOf('FLOAT64', Array(batch.rowCount).fill(0));
  return { ...batch, columns: new Map([...batch.columns, [name, zeros]]) };
}
