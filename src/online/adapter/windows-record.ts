import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';
import type { BlockId, WindowHeader } from '../store.js';

/** What lies under the key of an entity: its header, and its blocks, the small ones here. */
export type WindowsRecord = {
  readonly header: WindowHeader;
  /** By series, then by number. */
  readonly entries: readonly RecordEntry[];
};

/** A block in the record; without bytes it lies apart. */
export type RecordEntry = BlockId & { readonly bytes: Uint8Array | null };

/** Newest event time, `through`, late and missed rows, 8 bytes each. */
export const HEADER_BYTES = 32;

/** Series in 2 bytes, number in 8, length of the block in 2. */
const ENTRY_BYTES = 12;
const NUMBER_AT = 2;
const LENGTH_AT = 10;

/** In place of a length: the block lies apart. No block in a record is so long. */
const APART = 0xffff;

/** Layout: header; count of blocks in 4 bytes; series, number and length of each; the blocks. */
export function encodeRecord({ header, entries }: WindowsRecord): Buffer {
  let at = HEADER_BYTES + COUNT_BYTES + ENTRY_BYTES * entries.length;
  const size = entries.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), at);
  const record = Buffer.allocUnsafe(size);
  writeHeader(record, header);
  record.writeUInt32LE(entries.length, HEADER_BYTES);
  entries.forEach(({ series, number, bytes }, i) => {
    const entryAt = HEADER_BYTES + COUNT_BYTES + ENTRY_BYTES * i;
    record.writeUInt16LE(series, entryAt);
    writeSortableInt64(record, number, entryAt + NUMBER_AT);
    record.writeUInt16LE(bytes === null ? APART : bytes.length, entryAt + LENGTH_AT);
    if (bytes === null) return;
    record.set(bytes, at);
    at += bytes.length;
  });
  return record;
}

const COUNT_BYTES = 4;

/** Puts a header in front. */
export function writeHeader(
  record: Uint8Array,
  { newestUs, through, lateRows, missedRows }: WindowHeader,
): void {
  writeSortableInt64(record, newestUs, 0);
  writeSortableInt64(record, through, 8);
  writeSortableInt64(record, lateRows, 16);
  writeSortableInt64(record, missedRows, 24);
}

export function decodeHeader(record: Uint8Array): WindowHeader {
  return {
    newestUs: readSortableInt64(record, 0),
    through: readSortableInt64(record, 8),
    lateRows: readSortableInt64(record, 16),
    missedRows: readSortableInt64(record, 24),
  };
}

/** Blocks are views of `record`. */
export function decodeRecord(record: Buffer): WindowsRecord {
  const count = record.readUInt32LE(HEADER_BYTES);
  let at = HEADER_BYTES + COUNT_BYTES + ENTRY_BYTES * count;
  const entries: RecordEntry[] = [];
  for (let i = 0; i < count; i++) {
    const entryAt = HEADER_BYTES + COUNT_BYTES + ENTRY_BYTES * i;
    const length = record.readUInt16LE(entryAt + LENGTH_AT);
    const bytes = length === APART ? null : record.subarray(at, at + length);
    at += bytes?.length ?? 0;
    const number = readSortableInt64(record, entryAt + NUMBER_AT);
    entries.push({ series: record.readUInt16LE(entryAt), number, bytes });
  }
  return { header: decodeHeader(record), entries };
}

/** Negative when `a` comes before `b`, 0 for the same block. */
export function compareBlocks(a: BlockId, b: BlockId): number {
  if (a.series !== b.series) return a.series - b.series;
  return a.number < b.number ? -1 : Number(a.number > b.number);
}
