import { describe, expect, it } from 'vitest';
import { columnOf } from '../definition/column-batch.js';
import { blockEdges, type FoldRows, rowsBeforeBlock, timesOf } from './fold-blocks.js';
import { SplitRows } from './split-rows.js';

const times = (...us: readonly number[]): BigInt64Array => BigInt64Array.from(us, BigInt);

function split(name: SplitRows['name'], asOf: BigInt64Array): SplitRows {
  const rows = new SplitRows(name);
  const batch = { rowCount: asOf.length, columns: new Map([['t', columnOf('TIMESTAMP', [...asOf])]]) };
  rows.add({ batch, asOf, labels: new Float64Array(asOf.length) }, [...asOf.keys()]);
  return rows;
}

const sorted = (rows: SplitRows | null): readonly number[] =>
  [...(rows === null ? [] : timesOf([rows]).sort())].map(Number);

describe('blockEdges', () => {
  it.each([
    { of: times(5, 1, 4, 2, 3, 0), count: 2, edges: [3n] },
    { of: times(0, 1, 2, 3, 4, 5), count: 3, edges: [2n, 4n] },
    { of: times(0, 1, 2), count: 20, edges: [1n, 2n] },
    { of: times(0, 0, 0, 0, 9), count: 4, edges: [] },
    { of: times(0, 0, 7, 7, 7, 7, 7, 9), count: 4, edges: [7n] },
  ])('cuts $of into $count blocks at $edges', ({ of, count, edges }) => {
    if (edges.length > 0) expect(blockEdges(of, count)).toEqual(edges);
    else expect(() => blockEdges(of, count)).toThrow('cannot be cut into 4 blocks');
  });

  it('does not depend on the order of rows, and leaves it', () => {
    const rows = times(3, 1, 2, 0);
    expect(blockEdges(rows, 2)).toEqual(blockEdges(rows.toSorted(), 2));
    expect(rows).toEqual(times(3, 1, 2, 0));
  });
});

describe('rowsBeforeBlock', () => {
  const rows: FoldRows = {
    training: split('training', times(1, 2, 3, 4, 5, 6)),
    validation: split('validation', times(7, 8, 9)),
  };

  it('takes what lies before the block, and no row at its edge', () => {
    const found = rowsBeforeBlock({ training: rows.training, validation: null }, 4n, 0n);
    expect(sorted(found.training)).toEqual([1, 2, 3]);
    expect(found.validation).toBeNull();
  });

  it('leaves out rows whose label is known only later', () => {
    const found = rowsBeforeBlock({ training: rows.training, validation: null }, 5n, 2n);
    expect(sorted(found.training)).toEqual([1, 2, 3]);
  });

  it('lets the latest rows validate, as large a share as of all rows, whichever split they were in', () => {
    const found = rowsBeforeBlock(rows, 7n, 0n);
    expect(sorted(found.training)).toEqual([1, 2, 3, 4]);
    expect(sorted(found.validation)).toEqual([5, 6]);
    const later = rowsBeforeBlock(rows, 9n, 0n);
    expect(sorted(later.training)).toEqual([1, 2, 3, 4, 5]);
    expect(sorted(later.validation)).toEqual([6, 7, 8]);
  });

  it('keeps the rows for the next block', () => {
    rowsBeforeBlock(rows, 9n, 0n);
    expect(rows.training.rows + rows.validation!.rows).toBe(9);
  });
});
