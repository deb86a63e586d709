import { copyRange } from '../../definition/copy-range.js';
import type { WindowHeader } from '../store.js';
import type { PlacedBlocks } from './placed-blocks.js';
import {
  APART,
  COUNT_AT,
  ENTRIES_AT,
  ENTRY_BYTES,
  ID_BYTES,
  LEAVES_LENGTH_AT,
  writeHeaderFront,
} from './windows-record.js';

/** The record of an entity, see `windows-record.ts`. Blocks that stay lie side by side in the record before: runs of them are copied at once. */
export function encodeRecord(header: WindowHeader, placed: PlacedBlocks): Buffer {
  const { leaves } = header;
  const leavesAt = ENTRIES_AT + ENTRY_BYTES * placed.count;
  const record = Buffer.allocUnsafe(leavesAt + leaves.length + placed.recordBytes());
  writeHeaderFront(record, header);
  record.writeUInt32LE(placed.count, COUNT_AT);
  record.writeUInt32LE(leaves.length, LEAVES_LENGTH_AT);
  if (leaves.length > 0) record.set(leaves, leavesAt);
  let at = leavesAt + leaves.length;
  for (let i = 0; i < placed.count; ) {
    const end = placed.endOfRun(i);
    at += end - i > 1 ? copyRun(placed, { start: i, end }, record, at) : copyBlock(placed, i, record, at);
    i = end;
  }
  return record;
}

/** Copies blocks that lie side by side; gives how many bytes they have. */
function copyRun(
  { stored, idAt, starts, sizes }: PlacedBlocks,
  { start, end }: { readonly start: number; readonly end: number },
  record: Buffer,
  at: number,
): number {
  const last = end - 1;
  stored!.copy(record, ENTRIES_AT + ENTRY_BYTES * start, idAt[start]!, idAt[last]! + ENTRY_BYTES);
  return stored!.copy(record, at, starts[start]!, starts[last]! + sizes[last]!);
}

/** Copies one block; gives how many bytes it has in the record. */
function copyBlock(placed: PlacedBlocks, i: number, record: Buffer, at: number): number {
  const idAt = placed.idAt[i]!;
  const start = placed.starts[i]!;
  const size = placed.sizes[i]!;
  const isApart = placed.isApart[i]!;
  const entryAt = ENTRIES_AT + ENTRY_BYTES * i;
  copyRange(placed.ids[i]!, { start: idAt, end: idAt + ID_BYTES }, record, entryAt);
  const shown = isApart ? APART : size;
  record[entryAt + ID_BYTES] = shown;
  record[entryAt + ID_BYTES + 1] = shown >> 8;
  if (isApart) return 0;
  copyRange(placed.from[i]!, { start, end: start + size }, record, at);
  return size;
}
