import { BASE_BLOCK } from '../../compile/window/series.js';
import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';
import type { BlockId, WindowHeader } from '../store.js';

/** What lies under the key of an entity: its header, and its blocks, the small ones here. */
export type WindowsRecord = {
  readonly header: WindowHeader;
  /** By series, then by number. */
  readonly entries: readonly RecordEntry[];
};

/** A block in the record; without bytes it lies apart. */
type RecordEntry = BlockId & { readonly bytes: Uint8Array | null };

/** What a header has in front of its leaves: newest event time, `through`, late and missed rows, 8 bytes each. */
export const HEADER_BYTES = 32;

/**
 * Layout: the front of the header; count of blocks and length of the leaves in 4; of each
 * block its id and the length of its bytes in 2, by id; the leaves; the bytes of blocks that do not lie apart.
 */
export const COUNT_AT = 32;
export const LEAVES_LENGTH_AT = 36;
export const ENTRIES_AT = 40;

/** Series in 2 bytes, number in 8: ids sort as their bytes do. */
export const ID_BYTES = 10;
const NUMBER_AT = 2;
export const ENTRY_BYTES = ID_BYTES + 2;

/** In place of a length: the block lies apart. No block in a record is so long. */
export const APART = 0xffff;

/** Its leaves are a view of `record`. */
export function decodeHeader(record: Buffer): WindowHeader {
  const leavesAt = ENTRIES_AT + ENTRY_BYTES * record.readUInt32LE(COUNT_AT);
  const leavesLength = record.readUInt32LE(LEAVES_LENGTH_AT);
  const leaves = leavesLength === 0 ? NO_LEAVES : record.subarray(leavesAt, leavesAt + leavesLength);
  const { newestUs, through, lateRows, missedRows } = decodeHeaderFront(record);
  return { newestUs, through, lateRows, missedRows, leaves };
}

/** The front of a header that begins with the bytes. */
export function decodeHeaderFront(bytes: Uint8Array): Omit<WindowHeader, 'leaves'> {
  return {
    newestUs: readSortableInt64(bytes, 0),
    through: readSortableInt64(bytes, 8),
    lateRows: readSortableInt64(bytes, 16),
    missedRows: readSortableInt64(bytes, 24),
  };
}

/** Writes it to where the bytes begin. */
export function writeHeaderFront(
  bytes: Uint8Array,
  { newestUs, through, lateRows, missedRows }: WindowHeader,
): void {
  writeSortableInt64(bytes, newestUs, 0);
  writeSortableInt64(bytes, through, 8);
  writeSortableInt64(bytes, lateRows, 16);
  writeSortableInt64(bytes, missedRows, 24);
}

const NO_LEAVES = new Uint8Array(0);

/** Blocks and leaves are views of `record`. */
export function decodeRecord(record: Buffer): WindowsRecord {
  const entries: RecordEntry[] = [];
  for (const entry = new EntryCursor(record); entry.isThere; entry.next()) {
    const { idAt, start, length } = entry;
    const number = readSortableInt64(record, idAt + NUMBER_AT);
    const bytes = length === null ? null : record.subarray(start, start + length);
    entries.push({ series: record.readUInt16BE(idAt), number, bytes });
  }
  return { header: decodeHeader(record), entries };
}

/** Goes over the entries of a record and takes none apart. */
export class EntryCursor {
  /** Where the id of the entry is. */
  idAt = ENTRIES_AT;
  /** Where its bytes are, were they here. */
  start: number;
  /** Of its bytes; null where it lies apart. */
  length: number | null = 0;
  private left: number;

  /** The first one; of no record there is none. */
  constructor(readonly record: Buffer | null) {
    this.left = record?.readUInt32LE(COUNT_AT) ?? 0;
    this.start = ENTRIES_AT + ENTRY_BYTES * this.left + (record?.readUInt32LE(LEAVES_LENGTH_AT) ?? 0);
    this.readLength();
  }

  get isThere(): boolean {
    return this.left > 0;
  }

  next(): void {
    this.start += this.length ?? 0;
    this.idAt += ENTRY_BYTES;
    this.left--;
    this.readLength();
  }

  private readLength(): void {
    if (this.left === 0) return;
    const { record, idAt } = this;
    const length = record![idAt + ID_BYTES]! | (record![idAt + ID_BYTES + 1]! << 8);
    this.length = length === APART ? null : length;
  }
}

export function writeId(bytes: Buffer, { series, number }: BlockId, at: number): void {
  bytes[at] = series >> 8;
  bytes[at + 1] = series;
  writeSortableInt64(bytes, number, at + NUMBER_AT);
}

/** Whether a lookup reads a block of a series, by the first number that it wants there, see `WindowRead`: the base always. */
export function isWanted(first: bigint | null | undefined, number: bigint): boolean {
  return first !== null && (number === BASE_BLOCK || first === undefined || number >= first);
}

/** A view of the bytes. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** As their ids are compared. */
export function compareBlocks(a: BlockId, b: BlockId): number {
  if (a.series !== b.series) return a.series - b.series;
  return a.number < b.number ? -1 : Number(a.number > b.number);
}

/** Negative where the id in `a` comes before the one in `b`, 0 for the same. */
export function compareIds(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
