import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { flightRows } from '../support/flight-rows.js';
import { FlightService } from '../support/flight-service.js';

const ROWS = flightRows(40, 90);

describe('a fitted transform by itself', () => {
  let service: FlightService;
  beforeAll(async () => {
    service = await FlightService.start();
  });
  afterAll(() => service.close());

  /** The numbers that the model sees, row after row. */
  const vectors = async (): Promise<readonly number[]> => {
    const table = tableFromIPC(await service.frame('models/delay/versions/1/vectors', arrowBytes(ROWS)));
    return [...table.getChild('vector')!].flatMap((row) => [...row]);
  };
  const apply = (id: string, headers: Record<string, string> = {}, query = '') =>
    service.frame(`transforms/${id}/apply${query}`, arrowBytes(ROWS), headers);

  it('is found by its hash, by its version, and by its model', async () => {
    const version = await service.ok<{
      record: { transformHash: string };
      schema: object;
      transform: object;
    }>('GET', 'models/delay/versions/1');
    const { record, schema, transform } = version;
    const described = { id: record.transformHash, model: 'delay', version: 1, schema, transform };
    for (const id of [record.transformHash, 'delay@1', 'delay']) {
      expect(await service.ok('GET', `transforms/${id}`)).toEqual(described);
    }
    expect(schema).toMatchObject({
      raw: expect.arrayContaining([{ name: 'weather__sky', type: 'STRING' }]),
      transformed: expect.arrayContaining([
        { name: 'sky["rain"]', output: 'sky', kind: 'indicator' },
        { name: 'hour', output: 'hour', kind: 'number' },
      ]),
    });
  });

  it('gives the very numbers that the model sees, in every format (S24)', async () => {
    const expected = await vectors();
    const { id, schema } = await service.ok<{ id: string; schema: { transformed: { name: string }[] } }>(
      'GET',
      'transforms/delay',
    );
    const names = schema.transformed.map(({ name }) => name);
    const table = tableFromIPC(await apply(id));
    expect(table.schema.fields.map(({ name }) => name)).toEqual(names);
    expect([...table].flatMap((row) => names.map((name) => row![name]))).toEqual(expected);
    const json = JSON.parse((await apply(id, { accept: 'application/json' })).toString());
    expect(json.rows.flatMap((row: Record<string, number>) => names.map((name) => row[name]))).toEqual(
      expected,
    );
    const csv = (await apply(id, { accept: 'text/csv' })).toString().trim().split('\n').slice(1);
    expect(csv.flatMap((line) => line.split(',').map(Number))).toEqual(expected);
    const parquet = await apply(id, { accept: 'application/vnd.apache.parquet' });
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    const again = await service.frame(`transforms/${id}/apply`, csvOf(ROWS), { 'content-type': 'text/csv' });
    expect(again.toString().trim().split('\n').slice(1)).toEqual(csv);
  });

  it('gives a column an output when asked', async () => {
    const body = await apply('delay@1', { accept: 'application/json' }, '?layout=output');
    const { rows } = JSON.parse(body.toString());
    expect(Object.keys(rows[0])).toEqual(['temp', 'sky', 'distance', 'vip', 'hour']);
    expect(rows.flatMap((row: object) => Object.values(row).flat())).toEqual(await vectors());
  });

  it.each([
    ['a column that is missing', withoutColumn('weather__temp'), 'weather__temp'],
    [
      'a column of another type',
      withColumn('distance', columnOf('STRING', Array(50).fill('far'))),
      'distance',
    ],
    [
      'a column that is transformed already',
      withColumn('temp', columnOf('FLOAT64', Array(50).fill(0))),
      'temp',
    ],
    ['a time that is missing', withoutColumn('as_of'), 'as_of'],
  ])('refuses %s', async (_, rows, path) => {
    const { status, body } = await service.sendFrame('transforms/delay@1/apply', arrowBytes(rows));
    expect(status).toBe(422);
    expect(JSON.parse(body.toString()).error).toMatchObject({ code: 'INVALID_FRAME', path });
  });

  it.each([
    ['an unknown hash', `transforms/${'0'.repeat(64)}/apply`, 404],
    ['an unknown version', 'transforms/delay@7/apply', 404],
    ['two versions', 'transforms/delay@1@2/apply', 404],
    ['an unknown model', 'transforms/none/apply', 404],
    ['an unknown layout', 'transforms/delay/apply?layout=wide', 400],
  ])('refuses %s', async (_, path, status) => {
    expect((await service.sendFrame(path, arrowBytes(ROWS))).status).toBe(status);
  });
});

function withoutColumn(name: string): ColumnBatch {
  return { ...ROWS, columns: new Map([...ROWS.columns].filter(([each]) => each !== name)) };
}

function withColumn(...entry: [string, ReturnType<typeof columnOf>]): ColumnBatch {
  return { ...ROWS, columns: new Map([...ROWS.columns, entry]) };
}

function csvOf({ rowCount, columns }: ColumnBatch): Uint8Array {
  const text = (name: string, row: number): string => {
    const { type, values, valid } = columns.get(name)!;
    if (valid?.[row] === 0) return '';
    const value = values[row]!;
    if (type === 'TIMESTAMP') return new Date(Number((value as bigint) / 1000n)).toISOString();
    return type === 'BOOL' ? String(value === 1) : String(value);
  };
  const names = [...columns.keys()];
  const lines = Array.from({ length: rowCount }, (_, row) => names.map((name) => text(name, row)).join(','));
  return Buffer.from([names.join(','), ...lines].join('\n'));
}
