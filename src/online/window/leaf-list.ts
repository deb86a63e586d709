/**
 * The blocks of an exact window of one entity, *leaves*, ascending: the last instant that each may hold, which is its number, and
 * how many rows it has. They lie in the header, so that a row finds its leaf before any is read.
 */
export type LeafList = { readonly ends: BigInt64Array; readonly counts: Uint32Array };

const NO_LEAVES: LeafList = { ends: new BigInt64Array(0), counts: new Uint32Array(0) };

/** Layout: of each list the count of its leaves in 4 bytes, then their ends in 8 and their counts in 4, little-endian. */
export function encodeLeafLists(lists: readonly LeafList[]): Uint8Array {
  if (lists.every(({ ends }) => ends.length === 0)) return NO_BYTES;
  const parts = lists.flatMap(({ ends, counts }) => [new Uint32Array([ends.length]), ends, counts]);
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
}

/** So many lists; empty ones of no bytes. */
export function decodeLeafLists(bytes: Uint8Array, count: number): readonly LeafList[] {
  if (bytes.length === 0) return new Array<LeafList>(count).fill(NO_LEAVES);
  let at = 0;
  // Copied, so that wider elements are aligned.
  const take = (length: number): ArrayBuffer => {
    const part = new Uint8Array(length);
    part.set(bytes.subarray(at, at + length));
    at += length;
    return part.buffer;
  };
  return Array.from({ length: count }, () => {
    const [leaves] = new Uint32Array(take(4));
    return { ends: new BigInt64Array(take(8 * leaves!)), counts: new Uint32Array(take(4 * leaves!)) };
  });
}

const NO_BYTES = new Uint8Array(0);
