import { writeInt64BE } from './int64-bytes.js';
import type { Value } from './value.js';
import type { KeyType } from './value-type.js';

/** Longest entity key, encoded; longer ones are refused at the door and match nothing, online and offline. */
export const MAX_KEY_BYTES = 1024;

/** Bytes of a component of a fixed width. */
export const FIXED_BYTES = 8;

/** Bytes of the length in front of a STRING or BYTES. */
export const LENGTH_BYTES = 4;

/**
 * Encodes an entity key, component by component, so that different keys never give the same bytes (S2): fixed-width
 * types as 8 big-endian bytes, STRING and BYTES behind their length as 4 big-endian bytes. Component order is the
 * entity's. Returns null when a component is NULL: such a key matches nothing (S15).
 */
export function encodeKey(types: readonly KeyType[], values: readonly Value[]): Buffer | null {
  const parts: Buffer[] = [];
  for (let i = 0; i < types.length; i++) {
    const value = values[i]!;
    if (value === null) return null;
    parts.push(encodeComponent(types[i]!, value));
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function encodeComponent(type: KeyType, value: Value): Buffer {
  switch (type) {
    case 'STRING':
      return lengthPrefixed(Buffer.from(value as string, 'utf8'));
    case 'BYTES':
      return lengthPrefixed(Buffer.from(value as Uint8Array));
    case 'BOOL':
      return fixedWidth(value === true ? 1n : 0n);
    case 'INT64':
    case 'TIMESTAMP':
      return fixedWidth(value as bigint);
    case 'DATE':
      return fixedWidth(BigInt(value as number));
  }
}

function fixedWidth(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(FIXED_BYTES);
  writeInt64BE(bytes, value, 0);
  return bytes;
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const prefixed = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length);
  prefixed.writeUInt32BE(bytes.length);
  bytes.copy(prefixed, LENGTH_BYTES);
  return prefixed;
}
