import type { BlockId, StoredWindows, WindowHeader, WindowRead, WindowWrite } from '../store.js';
import type { LayeredTable, StoredRecord } from './layered-table.js';
import type { Writing } from './lmdb-rows.js';
import { changedRecord } from './record-change.js';
import { entryId, SLOT_BYTES } from './slot-key.js';
import type { View } from './views.js';
import {
  decodeHeader,
  decodeRecord,
  EntryCursor,
  ID_BYTES,
  isWanted,
  type WindowsRecord,
  writeId,
} from './windows-record.js';

/**
 * Windows: a record of each entity under slot and encoded key, with its header and its small blocks, so that few rows of a key
 * cost one write; what does not fit lies behind it under the same and series and number.
 */
export class LmdbWindows {
  /**
   * Records as the owner read them, by the very key that goes with an update from its header to its write: nobody writes them
   * in between, and one read in the place of three is a third of an update's time.
   */
  private readonly owned = new WeakMap<Uint8Array, OwnedRecord>();

  constructor(private readonly table: LayeredTable) {}

  header(slot: number, key: Uint8Array, view: View): WindowHeader | null {
    const owned = this.recordOf(slot, key, view);
    this.owned.set(key, owned);
    return owned.record === null ? null : decodeHeader(owned.record);
  }

  blocks(place: EntityPlace, asked: readonly BlockId[], view: View): readonly (Uint8Array | null)[] {
    if (asked.length === 0) return [];
    const { id, record } = this.ownedRecord(place, view);
    return asked.map((block) => {
      const found = blockIn(record, block);
      return found === APART ? this.table.block(id, idOf(block), view) : found;
    });
  }

  /** The header and the blocks from some on, one number a series; base blocks always with them; none of a series of null. */
  read({ slot, key }: EntityPlace, from: WindowRead['from'], view: View): StoredWindows | null {
    const id = entryId(slot, key);
    const stored = this.table.record(id, view);
    if (stored === null) return null;
    const record = decodeRecord(stored);
    const wanted = record.entries.filter(({ series, number }) => isWanted(from[series], number));
    return this.windowsOf(id, { ...record, entries: wanted }, view);
  }

  write(slot: number, write: WindowWrite, { view, to }: Writing): void {
    const { id, record: before } = this.ownedRecord({ slot, key: write.key }, view);
    const { record, apart, left } = changedRecord(before, write);
    this.owned.delete(write.key);
    to.put(id, record);
    for (const block of left) to.removeBlock(id, block);
    for (const block of apart) to.putBlock(id, block.id, block.bytes);
  }

  *scan(slot: number, view: View): Iterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    for (const { id, record } of this.table.records(slot, view))
      yield { key: id.bytes.subarray(SLOT_BYTES), windows: this.windowsOf(id, decodeRecord(record), view) };
  }

  private recordOf(slot: number, key: Uint8Array, view: View): OwnedRecord {
    const id = entryId(slot, key);
    return { slot, id, record: this.table.record(id, view) };
  }

  private ownedRecord({ slot, key }: EntityPlace, view: View): OwnedRecord {
    const owned = this.owned.get(key);
    return owned?.slot === slot ? owned : this.recordOf(slot, key, view);
  }

  private windowsOf(id: StoredRecord['id'], { header, entries }: WindowsRecord, view: View): StoredWindows {
    const blocks = entries.map(({ series, number, bytes }) => ({
      series,
      number,
      bytes: bytes ?? this.table.block(id, idOf({ series, number }), view)!,
    }));
    return { header, blocks };
  }
}

/** An entity in a slot. */
export type EntityPlace = { readonly slot: number; readonly key: Uint8Array };

type OwnedRecord = Pick<StoredRecord, 'id'> & { readonly slot: number; readonly record: Buffer | null };

/** In the place of bytes: they do not lie in the record. */
const APART = new Uint8Array(0);

/** A block in a record, as a view of it; null where there is none. */
function blockIn(record: Buffer | null, block: BlockId): Uint8Array | null {
  writeId(WANTED, block, 0);
  for (const entry = new EntryCursor(record); entry.isThere; entry.next()) {
    if (!isSameId(record!, entry.idAt, WANTED)) continue;
    return entry.length === null ? APART : record!.subarray(entry.start, entry.start + entry.length);
  }
  return null;
}

/** Ids differ mostly at their end. */
function isSameId(record: Buffer, idAt: number, wanted: Buffer): boolean {
  for (let i = ID_BYTES - 1; i >= 0; i--) if (record[idAt + i] !== wanted[i]) return false;
  return true;
}

/** The id of a block that is looked for. */
const WANTED = Buffer.alloc(ID_BYTES);

function idOf(block: BlockId): Buffer {
  const id = Buffer.allocUnsafe(ID_BYTES);
  writeId(id, block, 0);
  return id;
}
