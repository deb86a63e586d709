/** Bytes of a slot, in front of every key. */
export const SLOT_BYTES = 4;

/** The key of an entity in a slot. */
export function slotKey(slot: number, key: Uint8Array): Buffer {
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
