import {
  type Data,
  Dictionary,
  Field,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { readArrow, readArrowBytes } from '../../src/offline/arrow-read.js';

const texts = makeData({
  type: new Utf8(),
  length: 2,
  valueOffsets: Int32Array.of(0, 1, 3),
  data: Buffer.from('abc'),
});
const numbers = makeData({ type: new Float64(), length: 3, data: Float64Array.of(1, 2, 3) });

describe('Arrow that does not fit together is refused', () => {
  it.each<[string, Data]>([
    [
      'offsets behind the text',
      makeData({
        type: new Utf8(),
        length: 2,
        valueOffsets: Int32Array.of(0, 1, 99),
        data: Buffer.from('abc'),
      }),
    ],
    [
      'offsets that fall',
      makeData({
        type: new Utf8(),
        length: 2,
        valueOffsets: Int32Array.of(0, 3, 1),
        data: Buffer.from('abc'),
      }),
    ],
    [
      'too few offsets',
      makeData({
        type: new Utf8(),
        length: 5,
        valueOffsets: Int32Array.of(0, 1, 3),
        data: Buffer.from('abc'),
      }),
    ],
    [
      'bytes that are no UTF-8',
      makeData({
        type: new Utf8(),
        length: 1,
        valueOffsets: Int32Array.of(0, 2),
        data: Uint8Array.of(0xc3, 0x28),
      }),
    ],
    ['too few numbers', makeData({ type: new Float64(), length: 9, data: Float64Array.of(1, 2, 3) })],
    [
      'lists behind their values',
      makeData({
        type: new List(new Field('item', new Float64(), true)),
        length: 1,
        valueOffsets: Int32Array.of(0, 9),
        child: numbers,
      }),
    ],
    ['an index that the dictionary lacks', indexed(2)],
    ['an index below 0', indexed(-1)],
  ])('%s', async (_, data) => {
    const bytes = written(data);
    await expect(read(bytes)).rejects.toMatchObject({ code: 'INVALID_FRAME' });
    expect(() => [...readArrowBytes(bytes)]).toThrow('no whole Arrow');
  });

  it('but not where it does', async () => {
    expect(await read(written(texts))).toEqual(['a', 'bc']);
    expect(await read(written(indexed(1)))).toEqual(['b', 'a']);
  });
});

describe('Arrow that was written over', () => {
  const whole = Buffer.from(
    arrowBytes({
      rowCount: 3,
      columns: new Map([
        ['k', columnOf('STRING', ['a', null, 'ccc'])],
        ['i', columnOf('INT64', [1n, 2n, null])],
        ['n', columnOf('ARRAY<INT64>', [[1n], [], [2n, 3n]])],
      ]),
    }),
  );

  it('is read or refused, at once and as a stream alike', async () => {
    const change = fc.tuple(
      fc.nat(whole.length / 4 - 1),
      fc.constantFrom(-1, 0, 1, 7, 1000, 2 ** 24, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes.writeInt32LE(value, at * 4);
        const atOnce = await settled(outcomeOf(() => [...readArrowBytes(bytes)].flatMap(valuesOf)));
        expect(await settled(read(bytes))).toEqual(atOnce);
        if (!('values' in atOnce)) expect(atOnce.code).toBe('INVALID_FRAME');
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused wherever it is cut off', async () => {
    for (let length = 0; length < whole.length; length++) {
      await expect(read(whole.subarray(0, length)), String(length)).rejects.toMatchObject({
        code: 'INVALID_FRAME',
      });
    }
  });
});

function indexed(index: number): Data {
  const { data } = vectorFromArray(['a', 'b'], new Dictionary(new Utf8(), new Int32()));
  const [first] = data;
  return makeData({
    type: first!.type as Dictionary<Utf8, Int32>,
    length: 2,
    data: Int32Array.of(index, 0),
    dictionary: first!.dictionary!,
  });
}

function written(data: Data): Uint8Array {
  const fields = [new Field('x', data.type, true)];
  const struct = makeData({ type: new Struct(fields), length: data.length, nullCount: 0, children: [data] });
  return tableToIPC(new Table(new RecordBatch(new Schema(fields), struct)), 'stream');
}

async function read(bytes: Uint8Array): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  for await (const batch of readArrow(bytes)) values.push(...valuesOf(batch));
  return values;
}

type Settled = { readonly values: readonly unknown[] } | { readonly code: string };

async function settled(work: Promise<readonly unknown[]>): Promise<Settled> {
  return work.then(
    (values) => ({ values }),
    ({ code }: { readonly code: string }) => ({ code }),
  );
}

async function outcomeOf<T>(work: () => T): Promise<T> {
  return work();
}

function valuesOf({ rowCount, columns }: ColumnBatch): readonly unknown[] {
  return [...columns.values()].flatMap((column) =>
    Array.from({ length: rowCount }, (_, row) => valueAt(column, row)),
  );
}
