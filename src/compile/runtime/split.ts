import { compareBytes } from '../../definition/value.js';
import { BYTES_AN_ELEMENT, boundedArray, MAX_ARRAY_BYTES, utf8Length } from './array.js';
import { MAX_TEXT_BYTES } from './text.js';

/** SPLIT of a string; an empty delimiter splits code points. NULL when the result is too large. */
export function splitText(text: string, delimiter: string): readonly string[] | null {
  if (text === '') return [''];
  // Two units are a code point at most, so this many cannot fit.
  if (delimiter === '' && text.length > (MAX_ARRAY_BYTES / BYTES_AN_ELEMENT) * 2) return null;
  return boundedArray(delimiter === '' ? [...text] : text.split(delimiter));
}

/** SPLIT of bytes; an empty delimiter splits bytes. NULL when the result is too large. */
export function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): readonly Uint8Array[] | null {
  if (bytes.length === 0) return [bytes];
  if (bytes.length > MAX_ARRAY_BYTES && delimiter.length === 0) return null;
  const size = delimiter.length;
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = size === 0 ? 1 : 0; at + size <= bytes.length; ) {
    const isHere = size === 0 ? at < bytes.length : startsAt(bytes, at, delimiter);
    if (isHere) {
      parts.push(bytes.slice(from, at));
      from = at + size;
    }
    at = isHere ? Math.max(from, at + 1) : at + 1;
  }
  parts.push(bytes.slice(from));
  return boundedArray(parts);
}

/** ARRAY_TO_STRING of strings; NULL when the result is too long. */
export function joinText(items: readonly string[], delimiter: string): string | null {
  let bytes = Math.max(0, items.length - 1) * utf8Length(delimiter);
  for (let i = 0; i < items.length && bytes <= MAX_TEXT_BYTES; i++) bytes += utf8Length(items[i]!);
  return bytes > MAX_TEXT_BYTES ? null : items.join(delimiter);
}

/** ARRAY_TO_STRING of bytes; NULL when the result is too long. */
export function joinBytes(items: readonly Uint8Array[], delimiter: Uint8Array): Uint8Array | null {
  const gaps = Math.max(0, items.length - 1) * delimiter.length;
  const size = items.reduce((sum, item) => sum + item.length, gaps);
  if (size > MAX_TEXT_BYTES) return null;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const [index, item] of items.entries()) {
    if (index > 0) {
      joined.set(delimiter, at);
      at += delimiter.length;
    }
    joined.set(item, at);
    at += item.length;
  }
  return joined;
}

function startsAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  return bytes[at] === part[0] && compareBytes(bytes.subarray(at, at + part.length), part) === 0;
}
