import type { Database, Transaction } from 'lmdb';
import { BASE_BLOCK } from '../../compile/window/series.js';
import { writeSortableInt64 } from '../../definition/int64-bytes.js';
import type { BlockId, StoredWindows, WindowHeader, WindowRead, WindowWrite } from '../store.js';
import { rangeOfSlot, SLOT_BYTES, slotKey } from './slot-key.js';
import {
  compareBlocks,
  decodeHeader,
  decodeRecord,
  encodeRecord,
  type RecordEntry,
  type WindowsRecord,
} from './windows-record.js';

/**
 * Windows in a database of LMDB: a record of each entity under slot and encoded key, with its header and its small blocks,
 * so that few rows of a key cost one write; what does not fit lies behind it under the same and series and number. Keys of
 * one set are no prefixes of each other (`definition/key.ts`). Writing is the caller's transaction.
 */
export class LmdbWindows {
  constructor(private readonly entries: Database<Buffer, Buffer>) {}

  header(slot: number, key: Uint8Array): WindowHeader | null {
    const stored = this.entries.getBinaryFast(slotKey(slot, key));
    return stored === undefined ? null : decodeHeader(stored);
  }

  blocks(slot: number, key: Uint8Array, asked: readonly BlockId[]): readonly (Uint8Array | null)[] {
    const id = slotKey(slot, key);
    const entries = asked.length === 0 ? [] : this.passingEntries(id);
    const found = asked.map((block) => entryOf(entries, block));
    // Copied before the next read.
    const inRecord = found.map((entry) => (entry?.bytes ? Buffer.from(entry.bytes) : null));
    return found.map((entry, i) => (entry === undefined ? null : (inRecord[i] ?? this.bytesOf(id, entry))));
  }

  /** The header and the blocks from some on, one number a series; base blocks always with them; none of a series of null. */
  read(
    slot: number,
    key: Uint8Array,
    from: WindowRead['from'],
    transaction: Transaction,
  ): StoredWindows | null {
    const id = slotKey(slot, key);
    const stored = this.entries.get(id, { transaction });
    if (stored === undefined) return null;
    const record = decodeRecord(stored);
    const wanted = record.entries.filter(({ series, number }) => {
      const first = from[series];
      return first !== null && (number === BASE_BLOCK || first === undefined || number >= first);
    });
    return this.windowsOf(id, { ...record, entries: wanted }, transaction);
  }

  write(slot: number, { key, header, blocks, gone }: WindowWrite): void {
    const id = slotKey(slot, key);
    const before = this.passingEntries(id);
    const changed = [...blocks, ...gone].sort(compareBlocks);
    const kept = before.filter((entry) => entryOf(changed, entry) === undefined);
    const entries = placed(kept, blocks);
    for (const entry of before)
      if (entry.bytes === null && !isApart(entries, entry)) void this.entries.remove(blockKey(id, entry));
    for (const block of blocks)
      if (isApart(entries, block)) void this.entries.put(blockKey(id, block), asBuffer(block.bytes));
    for (const entry of kept)
      if (entry.bytes !== null && isApart(entries, entry))
        void this.entries.put(blockKey(id, entry), asBuffer(entry.bytes));
    void this.entries.put(id, encodeRecord({ header, entries }));
  }

  async *scan(slot: number): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    let last: Buffer | null = null;
    for (const { key, value } of this.entries.getRange(rangeOfSlot(slot))) {
      if (last !== null && isBlockOf(key, last)) continue;
      last = key;
      yield { key: key.subarray(SLOT_BYTES), windows: this.windowsOf(key, decodeRecord(value)) };
    }
  }

  /** Removes entries of a slot, so many at most; says how many. */
  removeSome(slot: number, limit: number): number {
    const keys = limit === 0 ? [] : [...this.entries.getKeys({ ...rangeOfSlot(slot), limit })];
    for (const key of keys) void this.entries.remove(key);
    return keys.length;
  }

  clear(): void {
    this.entries.clearSync();
  }

  /** The blocks of a record, their bytes good until the next read. */
  private passingEntries(id: Buffer): readonly RecordEntry[] {
    const stored = this.entries.getBinaryFast(id);
    return stored === undefined ? [] : decodeRecord(stored).entries;
  }

  private windowsOf(
    id: Buffer,
    { header, entries }: WindowsRecord,
    transaction?: Transaction,
  ): StoredWindows {
    const blocks = entries.map((entry) => {
      const { series, number } = entry;
      return { series, number, bytes: this.bytesOf(id, entry, transaction) };
    });
    return { header, blocks };
  }

  /** Outside of a transaction as of now. */
  private bytesOf(id: Buffer, entry: RecordEntry, transaction?: Transaction): Uint8Array {
    if (entry.bytes !== null) return entry.bytes;
    const options = transaction === undefined ? {} : { transaction };
    return this.entries.get(blockKey(id, entry), options)!;
  }
}

/** Bytes of blocks in a record: every write of the entity writes them again, and a page holds a few such records. */
const MAX_RECORD_BYTES = 1_024;

/**
 * What a record lists: blocks that stay and those written now. Where they are too much for it, blocks that were not written
 * lie apart first, the oldest before the newer ones: rows rarely touch them. What lies apart already stays there.
 */
function placed(kept: readonly RecordEntry[], written: readonly RecordEntry[]): readonly RecordEntry[] {
  const entries = [...kept, ...written];
  let bytes = entries.reduce((sum, entry) => sum + (entry.bytes?.length ?? 0), 0);
  for (let i = 0; i < entries.length && bytes > MAX_RECORD_BYTES; i++) {
    const entry = entries[i]!;
    bytes -= entry.bytes?.length ?? 0;
    entries[i] = { series: entry.series, number: entry.number, bytes: null };
  }
  return entries.sort(compareBlocks);
}

function isApart(entries: readonly RecordEntry[], block: BlockId): boolean {
  return entryOf(entries, block)?.bytes === null;
}

/** The one of a sorted list with this series and number. */
function entryOf<T extends BlockId>(sorted: readonly T[], block: BlockId): T | undefined {
  let [start, end] = [0, sorted.length];
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (compareBlocks(sorted[middle]!, block) < 0) start = middle + 1;
    else end = middle;
  }
  const found = sorted[start];
  return found !== undefined && compareBlocks(found, block) === 0 ? found : undefined;
}

/** Series and number of a block, behind the key of its entity. */
const SERIES_BYTES = 2;
const BLOCK_BYTES = SERIES_BYTES + 8;

function blockKey(id: Buffer, { series, number }: BlockId): Buffer {
  const key = Buffer.allocUnsafe(id.length + BLOCK_BYTES);
  key.set(id);
  key.writeUInt16BE(series, id.length);
  writeSortableInt64(key, number, id.length + SERIES_BYTES);
  return key;
}

function isBlockOf(key: Buffer, id: Buffer): boolean {
  return key.length === id.length + BLOCK_BYTES && key.compare(id, 0, id.length, 0, id.length) === 0;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
