import type { Database, Transaction } from 'lmdb';
import type { BlockId, StoredWindows, WindowHeader, WindowRead, WindowWrite } from '../store.js';
import { changedRecord } from './record-change.js';
import { rangeOfSlot, SLOT_BYTES, slotKey } from './slot-key.js';
import {
  asBuffer,
  compareIds,
  decodeHeader,
  decodeRecord,
  EntryCursor,
  ID_BYTES,
  isWanted,
  type RecordEntry,
  type WindowsRecord,
  writeId,
} from './windows-record.js';

/**
 * Windows in a database of LMDB: a record of each entity under slot and encoded key, with its header and its small blocks,
 * so that few rows of a key cost one write; what does not fit lies behind it under the same and series and number. Keys of
 * one set are no prefixes of each other (`definition/key.ts`). Writing is the caller's transaction.
 */
export class LmdbWindows {
  /**
   * Records as the owner read them, by the very key that goes with an update from its header to its write: nobody writes them
   * in between, and one read in the place of three is a third of an update's time.
   */
  private readonly owned = new WeakMap<Uint8Array, OwnedRecord>();

  constructor(private readonly entries: Database<Buffer, Buffer>) {}

  header(slot: number, key: Uint8Array): WindowHeader | null {
    const record = this.record(slot, key);
    this.owned.set(key, { slot, record });
    return record === null ? null : decodeHeader(record);
  }

  blocks(slot: number, key: Uint8Array, asked: readonly BlockId[]): readonly (Uint8Array | null)[] {
    const id = slotKey(slot, key);
    const record = asked.length === 0 ? null : this.ownedRecord(slot, key);
    return asked.map((block) => {
      const found = blockIn(record, block);
      return found === APART ? this.apart(id, block) : found;
    });
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
    const wanted = record.entries.filter(({ series, number }) => isWanted(from[series], number));
    return this.windowsOf(id, { ...record, entries: wanted }, transaction);
  }

  write(slot: number, write: WindowWrite): void {
    const id = slotKey(slot, write.key);
    const { record, apart, left } = changedRecord(this.ownedRecord(slot, write.key), write);
    this.owned.delete(write.key);
    for (const block of left) void this.entries.remove(Buffer.concat([id, block]));
    for (const block of apart) void this.entries.put(Buffer.concat([id, block.id]), asBuffer(block.bytes));
    void this.entries.put(id, record);
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

  /** A copy in memory that many share: one of its own, as the database gives it, costs more than the read. */
  private record(slot: number, key: Uint8Array): Buffer | null {
    const passing = this.entries.getBinaryFast(slotKey(slot, key));
    if (passing === undefined) return null;
    const record = Buffer.allocUnsafe(passing.length);
    passing.copy(record, 0, 0, record.length);
    return record;
  }

  private ownedRecord(slot: number, key: Uint8Array): Buffer | null {
    const owned = this.owned.get(key);
    return owned?.slot === slot ? owned.record : this.record(slot, key);
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

  private bytesOf(id: Buffer, entry: RecordEntry, transaction?: Transaction): Uint8Array {
    return entry.bytes ?? this.apart(id, entry, transaction);
  }

  /** Outside of a transaction as of now. */
  private apart(id: Buffer, block: BlockId, transaction?: Transaction): Uint8Array {
    const options = transaction === undefined ? {} : { transaction };
    return this.entries.get(blockKey(id, block), options)!;
  }
}

type OwnedRecord = { readonly slot: number; readonly record: Buffer | null };

/** In the place of bytes: they do not lie in the record. */
const APART = new Uint8Array(0);

/** A block in a record, as a view of it; null where there is none. */
function blockIn(record: Buffer | null, block: BlockId): Uint8Array | null {
  writeId(WANTED, block, 0);
  for (const entry = new EntryCursor(record); entry.isThere; entry.next()) {
    if (compareIds(record!, entry.idAt, WANTED, 0) !== 0) continue;
    return entry.length === null ? APART : record!.subarray(entry.start, entry.start + entry.length);
  }
  return null;
}

/** The id of a block that is looked for. */
const WANTED = Buffer.alloc(ID_BYTES);

function blockKey(id: Buffer, block: BlockId): Buffer {
  const key = Buffer.allocUnsafe(id.length + ID_BYTES);
  key.set(id);
  writeId(key, block, id.length);
  return key;
}

function isBlockOf(key: Buffer, id: Buffer): boolean {
  return key.length === id.length + ID_BYTES && key.compare(id, 0, id.length, 0, id.length) === 0;
}
