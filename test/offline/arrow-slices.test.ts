import { Dictionary, Int32, Table, tableToIPC, Utf8, Vector, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, concatBatches, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { readArrow } from '../../src/offline/arrow-read.js';

/** More than two slices, the last one short. */
const ROWS = 40_003;

async function read(bytes: Uint8Array): Promise<readonly ColumnBatch[]> {
  const batches: ColumnBatch[] = [];
  for await (const batch of readArrow(bytes)) batches.push(batch);
  return batches;
}

function valuesOf(batch: ColumnBatch, name: string): readonly Value[] {
  const column = batch.columns.get(name)!;
  return Array.from({ length: batch.rowCount }, (_, row) => valueAt(column, row));
}

describe('one large Arrow batch', () => {
  it.each<[ValueType, (row: number) => Value]>([
    ['BOOL', (row) => row % 3 === 0],
    ['INT64', (row) => BigInt(row) * 1_000_003n],
    ['FLOAT64', (row) => row / 7],
    ['STRING', (row) => `é${row}`],
    ['BYTES', (row) => Uint8Array.of(row & 255, row >> 8)],
    ['DATE', (row) => row - 20_000],
    ['TIMESTAMP', (row) => BigInt(row) * 1_000_001n],
    ['ARRAY<INT64>', (row) => (row % 2 === 0 ? [] : [BigInt(row), 2n])],
    ['ARRAY<STRING>', (row) => [`${row}`, 'x']],
  ])('of %s is read in slices, each value and NULL in its place', async (type, valueAtRow) => {
    const values = Array.from({ length: ROWS }, (_, row) => (row % 11 === 5 ? null : valueAtRow(row)));
    const whole: ColumnBatch = { rowCount: ROWS, columns: new Map([['x', columnOf(type, values)]]) };
    const batches = await read(arrowBytes(whole));
    expect(batches.length).toBeGreaterThan(2);
    expect(valuesOf(concatBatches(batches), 'x')).toEqual(values);
  });

  it('of a dictionary is read in slices', async () => {
    const texts = Array.from({ length: ROWS }, (_, row) => (row % 11 === 5 ? null : `t${row % 97}`));
    const column: Vector = vectorFromArray(texts, new Dictionary(new Utf8(), new Int32()));
    const batches = await read(tableToIPC(new Table({ x: column }), 'stream'));
    expect(batches.flatMap((batch) => valuesOf(batch, 'x'))).toEqual(texts);
  });
});
