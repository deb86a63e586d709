import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_BLOCK } from '../../src/compile/window/series.js';
import { changedRecord } from '../../src/online/adapter/record-change.js';
import { compareBlocks, decodeRecord, writeId } from '../../src/online/adapter/windows-record.js';
import type { BlockId, WindowBlock, WindowHeader, WindowWrite } from '../../src/online/store.js';

describe('a record of windows', () => {
  it('has what writes left, those apart beside it, and its bytes depend on the content alone', () => {
    fc.assert(
      fc.property(fc.array(anyWrite(), { minLength: 1, maxLength: 12 }), (writes) => {
        const stored: Stored = { record: null, apart: new Map(), naive: new Map() };
        for (const write of writes) {
          apply(stored, write);
          expectSame(stored, write.header);
        }
      }),
      { numRuns: 400 },
    );
  });
});

type Write = Pick<WindowWrite, 'header' | 'blocks' | 'gone'>;

type Stored = {
  record: Buffer | null;
  /** Blocks beside the record, by id. */
  readonly apart: Map<string, Uint8Array>;
  /** All that were written and are not gone, by id. */
  readonly naive: Map<string, WindowBlock>;
};

function apply(stored: Stored, write: Write): void {
  const change = changedRecord(stored.record, { setId: 1, key: KEY, ...write });
  stored.record = change.record;
  for (const id of change.left) expect(stored.apart.delete(nameOf(id))).toBe(true);
  for (const { id, bytes } of change.apart) stored.apart.set(nameOf(id), Uint8Array.from(bytes));
  for (const id of write.gone) stored.naive.delete(nameOf(idOf(id)));
  for (const block of write.blocks) stored.naive.set(nameOf(idOf(block)), block);
}

function expectSame({ record, apart, naive }: Stored, header: WindowHeader): void {
  const decoded = decodeRecord(record!);
  const leaves = Uint8Array.from(decoded.header.leaves);
  expect({ ...decoded.header, leaves }).toEqual(header);
  const besides = decoded.entries.filter(({ bytes }) => bytes === null);
  // A block lies in one place.
  expect(besides.map((entry) => nameOf(idOf(entry))).sort()).toEqual([...apart.keys()].sort());
  const found = decoded.entries.map((entry) => ({
    ...entry,
    bytes: Uint8Array.from(entry.bytes ?? apart.get(nameOf(idOf(entry)))!),
  }));
  const blocks = [...naive.values()].sort(compareBlocks);
  expect(found).toEqual(blocks);
  expect(decoded.entries.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)).toBeLessThanOrEqual(
    1_024,
  );
  if (besides.length === 0) expect(record).toEqual(written(header, blocks));
}

const KEY = Uint8Array.of(1);

/** A record made in one write. */
function written(header: WindowHeader, blocks: readonly WindowBlock[]): Buffer {
  return changedRecord(null, { setId: 1, key: KEY, header, blocks, gone: [] }).record;
}

function anyWrite(): fc.Arbitrary<Write> {
  const ids = fc.uniqueArray(anyId(), { maxLength: 10, selector: (id) => nameOf(idOf(id)) });
  return fc.tuple(anyHeader(), ids, fc.nat(10), fc.nat(1_000_000)).map(([header, all, cut, seed]) => ({
    header,
    blocks: all.slice(0, cut).map((id, i) => ({ ...id, bytes: bytesOf(seed + i) })),
    gone: all.slice(cut),
  }));
}

function anyId(): fc.Arbitrary<BlockId> {
  const numbers = [BASE_BLOCK, -1n, 0n, 1n, 2n, 3n, 255n, 256n, 2n ** 53n + 1n];
  return fc.record({ series: fc.constantFrom(0, 1, 300), number: fc.constantFrom(...numbers) });
}

function anyHeader(): fc.Arbitrary<WindowHeader> {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const leaves = fc.uint8Array({ maxLength: 40 });
  return fc.record({ newestUs: int64, through: int64, lateRows: int64, missedRows: int64, leaves });
}

/** Some are a few bytes, some more than a record takes. */
function bytesOf(seed: number): Uint8Array {
  const lengths = [1, 20, 64, 65, 300, 1_023, 1_025];
  return new Uint8Array(lengths[seed % lengths.length]!).fill(seed);
}

function idOf(block: BlockId): Buffer {
  const id = Buffer.alloc(10);
  writeId(id, block, 0);
  return id;
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}
