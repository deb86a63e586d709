import type { OnlineWrite, StoredRow } from '../store.js';
import type { EntryWrites } from './entry-writes.js';
import type { LayeredTable } from './layered-table.js';
import { entryId, SLOT_BYTES } from './slot-key.js';
import { decodeStored, encodeStored, isNewer, isThrough, withThrough } from './stored-row.js';
import type { View } from './views.js';

/** Latest rows: one of each entity, under slot and encoded key. */
export class LmdbRows {
  constructor(private readonly table: LayeredTable) {}

  read(slot: number, key: Uint8Array, view: View): StoredRow | null {
    const stored = this.table.record(entryId(slot, key), view);
    return stored === null ? null : decodeStored(stored);
  }

  /** Older ones only move `through`. */
  write(slot: number, { key, row }: OnlineWrite, { view, to }: Writing): void {
    const id = entryId(slot, key);
    const bytes = encodeStored(row);
    const stored = this.table.record(id, view);
    if (stored === null) to.put(id, bytes);
    else if (isNewer(bytes, stored)) to.put(id, withThrough(bytes, stored));
    else if (!isThrough(stored, bytes)) to.put(id, withThrough(Buffer.from(stored), bytes));
  }

  *scan(slot: number, view: View): Iterable<{ readonly key: Uint8Array; readonly row: StoredRow }> {
    for (const { id, record } of this.table.records(slot, view))
      yield { key: id.bytes.subarray(SLOT_BYTES), row: decodeStored(record) };
  }
}

/** A step of writing: what it rests on, and where it writes to. */
export type Writing = { readonly view: View; readonly to: EntryWrites };
