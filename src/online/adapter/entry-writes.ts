import type { Database } from 'lmdb';
import type { EntryId } from './slot-key.js';
import { asBuffer, ID_BYTES } from './windows-record.js';

/** Where entries of one database are written to: memory, or LMDB itself. */
export interface EntryWrites {
  /** The record of an entity; its bytes change no more. It comes before blocks of the same write. */
  put(id: EntryId, record: Buffer): void;
  /** A block that lies beside the record. `block` is its id, of `ID_BYTES`. */
  putBlock(id: EntryId, block: Uint8Array, bytes: Uint8Array): void;
  removeBlock(id: EntryId, block: Uint8Array): void;
}

/** Writes to LMDB; which transaction they are of is the caller's. */
export function lmdbWrites(entries: Database<Buffer, Buffer>): EntryWrites {
  return {
    put: ({ bytes }, record) => void entries.put(bytes, record),
    putBlock: (id, block, bytes) => void entries.put(blockKey(id, block), asBuffer(bytes)),
    removeBlock: (id, block) => void entries.remove(blockKey(id, block)),
  };
}

/** What a block lies under: behind the record of its entity. */
export function blockKey({ bytes }: EntryId, block: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(bytes.length + ID_BYTES);
  key.set(bytes);
  key.set(block, bytes.length);
  return key;
}
