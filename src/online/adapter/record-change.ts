import type { BlockId, WindowBlock, WindowWrite } from '../store.js';
import { idsOf, PlacedBlocks } from './placed-blocks.js';
import { encodeRecord } from './record-encoding.js';
import { compareBlocks, compareIds, EntryCursor, ID_BYTES } from './windows-record.js';

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
  placed.begin(stored);
  merge(stored, inOrder(blocks, gone), left);
  const apart = placeApart();
  for (let i = 0; i < placed.count; i++)
    if (placed.isWritten[i] && placed.wasApart[i] && !placed.isApart[i]) left.push(placed.idOf(i));
  return { record: encodeRecord(header, placed), apart, left };
}

/** Of the record that is made; one is made after the other. */
const placed = new PlacedBlocks();

/** Bytes of blocks in a record: every write of the entity writes them again, and a page holds a few such records. */
const MAX_RECORD_BYTES = 1_024;

/** Blocks that are written and those that are gone, by id; mostly they are in that order. */
function inOrder(
  blocks: readonly WindowBlock[],
  gone: readonly BlockId[],
): readonly (BlockId | WindowBlock)[] {
  const changes = gone.length === 0 ? blocks : [...blocks, ...gone];
  for (let i = 1; i < changes.length; i++)
    if (compareBlocks(changes[i - 1]!, changes[i]!) > 0) return changes.toSorted(compareBlocks);
  return changes;
}

/** Places blocks that stay and those that are written; ids of those that are gone and lay apart are put into `left`. */
function merge(stored: Buffer | null, changes: readonly (BlockId | WindowBlock)[], left: Uint8Array[]): void {
  const ids = idsOf(changes);
  const entry = new EntryCursor(stored);
  for (let i = 0; i < changes.length; i++) {
    const idAt = ID_BYTES * i;
    for (; isBefore(entry, ids, idAt); entry.next()) placed.keep(entry);
    const isStored = entry.isThere && compareIds(entry.record!, entry.idAt, ids, idAt) === 0;
    const wasApart = isStored && entry.length === null;
    if (isStored) entry.next();
    const change = changes[i]!;
    if ('bytes' in change) placed.write(ids, idAt, { bytes: change.bytes, wasApart });
    else if (wasApart) left.push(ids.subarray(idAt, idAt + ID_BYTES));
  }
  for (; entry.isThere; entry.next()) placed.keep(entry);
}

function isBefore(entry: EntryCursor, ids: Uint8Array, idAt: number): boolean {
  return entry.isThere && compareIds(entry.record!, entry.idAt, ids, idAt) < 0;
}

/**
 * Where blocks are too much for a record, those that were not written lie apart first, the oldest before the newer ones:
 * rows rarely touch them. What lies apart already stays there. Gives the ones whose bytes are to be put there.
 */
function placeApart(): RecordChange['apart'] {
  let bytes = placed.recordBytes();
  if (bytes <= MAX_RECORD_BYTES) return NONE;
  const apart: RecordChange['apart'][number][] = [];
  for (const isWritten of [false, true]) {
    for (let i = 0; i < placed.count && bytes > MAX_RECORD_BYTES; i++) {
      if (placed.isWritten[i] !== isWritten || placed.isApart[i]) continue;
      bytes -= placed.sizes[i]!;
      placed.isApart[i] = true;
      apart.push({ id: placed.idOf(i), bytes: placed.bytesOf(i) });
    }
  }
  return apart;
}

const NONE: RecordChange['apart'] = [];
