import type { BlockId, WindowBlock, WindowWrite } from '../store.js';
import { compareBlocks, compareIds, EntryCursor, encodeRecord, ID_BYTES, writeId } from './windows-record.js';

/** What a write makes of a record. */
export type RecordChange = {
  readonly record: Buffer;
  /** Blocks that are to be written beside it, by their id; the bytes are views of what is stored or of the write. */
  readonly apart: readonly { readonly id: Uint8Array; readonly bytes: Uint8Array }[];
  /** Ids of blocks that lie beside it and are there no more. */
  readonly left: readonly Uint8Array[];
};

/** The record of an entity behind a write. `stored` is the one before it, null where there is none. */
export function changedRecord(stored: Buffer | null, { header, blocks, gone }: WindowWrite): RecordChange {
  const left: Uint8Array[] = [];
  const placed = merged(stored, [...blocks, ...gone].sort(compareBlocks), left);
  const apart = placedApart(placed).map(({ id, idAt, from, start, size }) => ({
    id: id.subarray(idAt, idAt + ID_BYTES),
    bytes: from!.subarray(start, start + size),
  }));
  for (const { isWritten, wasApart, length, id, idAt } of placed)
    if (isWritten && wasApart && length !== null) left.push(id.subarray(idAt, idAt + ID_BYTES));
  return { record: encodeRecord(header, placed), apart, left };
}

/** Bytes of blocks in a record: every write of the entity writes them again, and a page holds a few such records. */
const MAX_RECORD_BYTES = 1_024;

/** A block that the record is to list, of the stored record or of the write. */
type Placed = {
  readonly id: Uint8Array;
  readonly idAt: number;
  readonly from: Uint8Array | null;
  readonly start: number;
  readonly size: number;
  /** `size`, or null once it lies apart. */
  length: number | null;
  readonly isWritten: boolean;
  readonly wasApart: boolean;
};

/** Blocks that stay and those that are written, by id; ids of those that are gone and lay apart are put into `left`. */
function merged(
  stored: Buffer | null,
  changes: readonly (BlockId | WindowBlock)[],
  left: Uint8Array[],
): readonly Placed[] {
  const ids = Buffer.allocUnsafe(ID_BYTES * changes.length);
  changes.forEach((change, i) => {
    writeId(ids, change, ID_BYTES * i);
  });
  const placed: Placed[] = [];
  const entry = new EntryCursor(stored);
  for (let i = 0; i < changes.length; i++) {
    const idAt = ID_BYTES * i;
    for (; isBefore(entry, ids, idAt); entry.next()) placed.push(keptBlock(entry));
    const isStored = entry.isThere && compareIds(entry.record!, entry.idAt, ids, idAt) === 0;
    const wasApart = isStored && entry.length === null;
    if (isStored) entry.next();
    const bytes = bytesOf(changes[i]!);
    if (bytes !== null) placed.push(writtenBlock({ id: ids, idAt }, bytes, wasApart));
    else if (wasApart) left.push(ids.subarray(idAt, idAt + ID_BYTES));
  }
  for (; entry.isThere; entry.next()) placed.push(keptBlock(entry));
  return placed;
}

function isBefore(entry: EntryCursor, ids: Uint8Array, idAt: number): boolean {
  return entry.isThere && compareIds(entry.record!, entry.idAt, ids, idAt) < 0;
}

function keptBlock({ record, idAt, start, length }: EntryCursor): Placed {
  const wasApart = length === null;
  const size = length ?? 0;
  return { id: record!, idAt, from: record, start, size, length, isWritten: false, wasApart };
}

function writtenBlock(
  { id, idAt }: Pick<Placed, 'id' | 'idAt'>,
  bytes: Uint8Array,
  wasApart: boolean,
): Placed {
  const size = bytes.length;
  return { id, idAt, from: bytes, start: 0, size, length: size, isWritten: true, wasApart };
}

/**
 * Where blocks are too much for a record, those that were not written lie apart first, the oldest before the newer ones:
 * rows rarely touch them. What lies apart already stays there. Gives the ones whose bytes are to be put there.
 */
function placedApart(placed: readonly Placed[]): readonly Placed[] {
  const apart: Placed[] = [];
  let bytes = placed.reduce((sum, { size }) => sum + size, 0);
  for (const isWritten of [false, true]) {
    if (bytes <= MAX_RECORD_BYTES) break;
    for (const block of placed) {
      if (bytes <= MAX_RECORD_BYTES) break;
      if (block.isWritten !== isWritten || block.length === null) continue;
      bytes -= block.size;
      block.length = null;
      apart.push(block);
    }
  }
  return apart;
}

function bytesOf(change: BlockId | WindowBlock): Uint8Array | null {
  return 'bytes' in change ? change.bytes : null;
}
