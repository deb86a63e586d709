import type { Database } from 'lmdb';
import { blockKey } from './entry-writes.js';
import type { TableName } from './memtable.js';
import { type EntryId, rangeOfSlot, textOfBytes } from './slot-key.js';
import type { View } from './views.js';
import { ID_BYTES } from './windows-record.js';

/** An entity's record under its id. */
export type StoredRecord = { readonly id: EntryId; readonly record: Buffer };

/**
 * A database of LMDB and what waits in memory to be written to it, read as one. Records lie under slot and key, blocks of
 * windows behind theirs; keys of one slot are no prefixes of each other (`definition/key.ts`).
 */
export class LayeredTable {
  constructor(
    private readonly name: TableName,
    private readonly entries: Database<Buffer, Buffer>,
  ) {}

  /** Null where there is none. The bytes may be shared: they are not to be changed. */
  record(id: EntryId, view: View): Buffer | null {
    for (const memtable of view.memtables) {
      const found = memtable[this.name].record(id, view.moment);
      if (found !== undefined) return found;
    }
    return this.stored(id.bytes, view);
  }

  /** A block beside a record, by the id of `ID_BYTES` that it has there. */
  block(id: EntryId, block: Buffer, view: View): Buffer | null {
    const text = textOfBytes(block);
    for (const memtable of view.memtables) {
      const found = memtable[this.name].block(id, text, view.moment);
      if (found !== undefined) return found;
    }
    return this.stored(blockKey(id, block), view);
  }

  /** Every record of a slot, by key. The view is held meanwhile. */
  *records(slot: number, view: View): Iterable<StoredRecord> {
    const waiting = this.waitingRecords(slot, view);
    let next = 0;
    for (const stored of this.storedRecords(slot, view)) {
      for (; next < waiting.length && waiting[next]!.id.text < stored.id.text; next++) yield waiting[next]!;
      const isWaiting = next < waiting.length && waiting[next]!.id.text === stored.id.text;
      yield isWaiting ? waiting[next++]! : stored;
    }
    yield* waiting.slice(next);
  }

  private stored(key: Buffer, { transaction }: View): Buffer | null {
    if (transaction !== undefined) return this.entries.get(key, { transaction }) ?? null;
    // A copy in memory that many share: one of its own, as the database gives it, costs more than the read.
    const passing = this.entries.getBinaryFast(key);
    if (passing === undefined) return null;
    const copy = Buffer.allocUnsafe(passing.length);
    passing.copy(copy, 0, 0, copy.length);
    return copy;
  }

  private *storedRecords(slot: number, { transaction }: View): Iterable<StoredRecord> {
    let last: Buffer | null = null;
    const snapshot = transaction === undefined ? {} : { transaction };
    for (const { key, value } of this.entries.getRange({ ...rangeOfSlot(slot), ...snapshot })) {
      if (last !== null && isBlockOf(key, last)) continue;
      last = key;
      yield { id: { bytes: key, text: textOfBytes(key) }, record: value };
    }
  }

  private waitingRecords(slot: number, { memtables, moment }: View): readonly StoredRecord[] {
    const prefix = textOfBytes(rangeOfSlot(slot).start);
    const found = new Map<string, StoredRecord>();
    for (const memtable of memtables)
      for (const each of memtable[this.name].records(moment))
        if (each.id.text.startsWith(prefix) && !found.has(each.id.text)) found.set(each.id.text, each);
    return [...found.values()].sort((a, b) => (a.id.text < b.id.text ? -1 : 1));
  }
}

function isBlockOf(key: Buffer, id: Buffer): boolean {
  return key.length === id.length + ID_BYTES && key.compare(id, 0, id.length, 0, id.length) === 0;
}
