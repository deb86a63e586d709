/** Bytes of a slot, in front of every key. */
export const SLOT_BYTES = 4;

/** What an entity's entry lies under: bytes, and a text of a character a byte, which sorts as they do. */
export type EntryId = { readonly bytes: Buffer; readonly text: string };

export function entryId(slot: number, key: Uint8Array): EntryId {
  const bytes = slotKey(slot, key);
  return { bytes, text: textOfBytes(bytes) };
}

/** A text of a character a byte. */
export function textOfBytes(bytes: Buffer): string {
  return bytes.toString('latin1');
}

export function bytesOfText(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The key of an entity in a slot. */
function slotKey(slot: number, key: Uint8Array): Buffer {
  const id = Buffer.allocUnsafe(SLOT_BYTES + key.length);
  id.writeUInt32BE(slot);
  id.set(key, SLOT_BYTES);
  return id;
}

/** Keys of one slot; slots never reach the largest number. */
export function rangeOfSlot(slot: number): { readonly start: Buffer; readonly end: Buffer } {
  return { start: slotKey(slot, NO_KEY), end: slotKey(slot + 1, NO_KEY) };
}

const NO_KEY = new Uint8Array(0);
