import { compareBytes } from '../../definition/value.js';
import { MAX_TEXT_BYTES, substrStart } from './text.js';

/** CAST(STRING AS BYTES). */
export function bytesOfText(text: string): Uint8Array {
  if (text.length > WRITTEN_HERE) return UTF8_ENCODER.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return UTF8_ENCODER.encode(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** CAST(BYTES AS STRING); NULL for what is no UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | null {
  if (bytes.length <= WRITTEN_HERE && bytes.every((byte) => byte < 0x80)) return latin1(bytes);
  try {
    return UTF8_DECODER.decode(bytes);
  } catch {
    return null;
  }
}

/** SUBSTR of bytes. */
export function substrOfBytes(bytes: Uint8Array, position: bigint, length: bigint): Uint8Array | null {
  if (length < 0n) return null;
  const start = substrStart(position, bytes.length);
  return bytes.slice(start, start + Number(length));
}

/** LEFT of bytes; NULL for a negative length. */
export function leftOfBytes(bytes: Uint8Array, length: bigint): Uint8Array | null {
  return length < 0n ? null : bytes.slice(0, Number(length));
}

/** RIGHT of bytes; NULL for a negative length. */
export function rightOfBytes(bytes: Uint8Array, length: bigint): Uint8Array | null {
  return length < 0n ? null : bytes.slice(Math.max(0, bytes.length - Number(length)));
}

/** CONCAT of bytes; NULL when the result is too long. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array | null {
  let size = 0;
  for (const part of parts) size += part.length;
  if (size > MAX_TEXT_BYTES) return null;
  const joined = new Uint8Array(size);
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}

/** REVERSE of bytes. */
export function reverseBytes(bytes: Uint8Array): Uint8Array {
  // Not `slice`, which of a Buffer is a view: it would turn the row's own bytes around.
  return new Uint8Array(bytes).reverse();
}

/** LOWER of bytes: the ASCII letters among them. */
export function lowerBytes(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
}

/** UPPER of bytes: the ASCII letters among them. */
export function upperBytes(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte));
}

/** STARTS_WITH of bytes. */
export function startsWithBytes(bytes: Uint8Array, part: Uint8Array): boolean {
  return compareBytes(bytes.subarray(0, part.length), part) === 0;
}

/** ENDS_WITH of bytes. */
export function endsWithBytes(bytes: Uint8Array, part: Uint8Array): boolean {
  return part.length <= bytes.length && compareBytes(bytes.subarray(bytes.length - part.length), part) === 0;
}

/** Bytes as characters U+0000 to U+00FF: what counts in code points then counts in bytes. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += ARGUMENTS) {
    text += String.fromCharCode(...bytes.subarray(from, from + ARGUMENTS));
  }
  return text;
}

/** Bytes back from {@link latin1}. */
export function bytesOfLatin1(text: string | null): Uint8Array | null {
  if (text === null) return null;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Bytes up to which a loop is faster than a call of the encoder. */
const WRITTEN_HERE = 64;
/** A call takes no more arguments than the stack holds. */
const ARGUMENTS = 8192;
const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
