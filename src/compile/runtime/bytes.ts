import { compareBytes } from '../../definition/value.js';

/** CAST(STRING AS BYTES). */
export function bytesOfText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

/** CAST(BYTES AS STRING); NULL for what is no UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** STARTS_WITH of bytes. */
export function startsWithBytes(bytes: Uint8Array, part: Uint8Array): boolean {
  return compareBytes(bytes.subarray(0, part.length), part) === 0;
}

/** ENDS_WITH of bytes. */
export function endsWithBytes(bytes: Uint8Array, part: Uint8Array): boolean {
  return part.length <= bytes.length && compareBytes(bytes.subarray(bytes.length - part.length), part) === 0;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
