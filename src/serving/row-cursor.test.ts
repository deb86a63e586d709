import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, concatBatches } from '../definition/column-batch.js';
import type { ModelRows } from '../model/model-rows.js';
import { RowCursor } from './row-cursor.js';

/** Rows that are numbered from 0, in batches of given sizes. */
function batchesOf(sizes: readonly number[]): readonly ModelRows[] {
  let row = 0;
  return sizes.map((size) => {
    const rows = Array.from({ length: size }, () => BigInt(row++));
    const frame = { rowCount: size, columns: new Map([['row', columnOf('INT64', rows)]]) };
    return { frame, inputs: frame, asOf: BigInt64Array.from(rows) };
  });
}

async function* given(
  batches: readonly ModelRows[],
  hear: () => void = () => undefined,
): AsyncIterable<ModelRows> {
  try {
    yield* batches;
  } finally {
    hear();
  }
}

async function taken(cursor: RowCursor, count: number): Promise<readonly bigint[]> {
  const rows: ModelRows[] = [];
  for await (const each of cursor.take(count)) rows.push(each);
  if (rows.length === 0) return [];
  const asOf = rows.flatMap((each) => [...each.asOf!]);
  for (const part of ['frame', 'inputs'] as const) {
    const whole = concatBatches(rows.map((each) => each[part]));
    expect([...(whole.columns.get('row')!.values as BigInt64Array)]).toEqual(asOf);
  }
  return asOf;
}

describe('the rows of a frame', () => {
  it('are the same, however many are left out and taken at a time, whatever batches they come in', async () => {
    const sizes = fc.array(fc.nat(5), { maxLength: 8 });
    const takes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(20), takes, async (batches, skipped, counts) => {
        const cursor = new RowCursor(given(batchesOf(batches)));
        const total = batches.reduce((sum, size) => sum + size, 0);
        await cursor.skip(skipped);
        let from = Math.min(skipped, total);
        for (const count of counts) {
          const to = Math.min(from + count, total);
          expect((await cursor.peek())?.asOf?.[0]).toBe(from < total ? BigInt(from) : undefined);
          expect(await taken(cursor, count)).toEqual(
            Array.from({ length: to - from }, (_, i) => BigInt(from + i)),
          );
          from = to;
        }
      }),
    );
  });

  it('are one empty batch where there are none, so that columns are known', async () => {
    const cursor = new RowCursor(given(batchesOf([0])));
    expect((await cursor.peek())?.frame.rowCount).toBe(0);
    const counts: number[] = [];
    for await (const { frame } of cursor.take(3)) counts.push(frame.rowCount);
    expect(counts).toEqual([0]);
    expect(await new RowCursor(given([])).peek()).toBeNull();
  });

  it('are read no further once nobody wants them', async () => {
    let ended = 0;
    const cursor = new RowCursor(given(batchesOf([3, 3]), () => ended++));
    await taken(cursor, 2);
    expect(ended).toBe(0);
    await cursor.close();
    expect(ended).toBe(1);
  });
});
