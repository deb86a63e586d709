/** Order of two well-formed strings by code point, which is their order as UTF-8 bytes; 0 when equal. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** LENGTH of a string in code points. */
export function lengthOfText(text: string): bigint {
  return BigInt(codePointCount(text));
}

/** SUBSTR(text, position[, length]) in code points; NULL for a negative length. Source: GoogleSQL, SUBSTR. */
export function substr(text: string, position: bigint, length: bigint): string | null {
  if (length < 0n) return null;
  const count = codePointCount(text);
  const start = substrStart(position, count);
  const end = Math.min(count, start + Number(length > BigInt(count) ? BigInt(count) : length));
  if (start >= end) return '';
  if (count === text.length) return text.slice(start, end);
  const from = unitOffset(text, 0, start);
  return text.slice(from, unitOffset(text, from, end - start));
}

/** SUBSTR of bytes. */
export function substrOfBytes(bytes: Uint8Array, position: bigint, length: bigint): Uint8Array | null {
  if (length < 0n) return null;
  const start = substrStart(position, bytes.length);
  const count = Number(length > BigInt(bytes.length) ? BigInt(bytes.length) : length);
  return bytes.slice(start, start + count);
}

/** STRPOS: the 1-based code point at which `part` first begins, 0 if nowhere. */
export function strpos(text: string, part: string): bigint {
  const at = text.indexOf(part);
  return at < 0 ? 0n : BigInt(codePointCount(text.slice(0, at)) + 1);
}

/** REPLACE of every occurrence, left to right; an empty `from` changes nothing. NULL when the result is too long. */
export function replace(text: string, from: string, to: string): string | null {
  if (from === '') return boundedText(text);
  const parts = text.split(from);
  const units = text.length + (parts.length - 1) * (to.length - from.length);
  return units > MAX_TEXT_BYTES ? null : boundedText(parts.join(to));
}

/** CONCAT of strings; NULL when the result is too long. */
export function concat(...parts: readonly string[]): string | null {
  const units = parts.reduce((sum, part) => sum + part.length, 0);
  return units > MAX_TEXT_BYTES ? null : boundedText(parts.join(''));
}

/** CONCAT of bytes; NULL when the result is too long. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array | null {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return size > MAX_TEXT_BYTES ? null : new Uint8Array(Buffer.concat(parts));
}

/** Removes code points of `set` from the start. */
export function trimStart(text: string, set: string): string {
  const members = new Set(set);
  let at = 0;
  while (at < text.length) {
    const point = String.fromCodePoint(text.codePointAt(at)!);
    if (!members.has(point)) break;
    at += point.length;
  }
  return text.slice(at);
}

/** Removes code points of `set` from the end. */
export function trimEnd(text: string, set: string): string {
  const members = new Set(set);
  let end = text.length;
  while (end > 0) {
    const size = isLowSurrogate(text.charCodeAt(end - 1)) ? 2 : 1;
    if (!members.has(text.slice(end - size, end))) break;
    end -= size;
  }
  return text.slice(0, end);
}

/** Removes code points of `set` from both ends. */
export function trim(text: string, set: string): string {
  return trimEnd(trimStart(text, set), set);
}

/** NULL for a string beyond {@link MAX_TEXT_BYTES}. */
function boundedText(text: string): string | null {
  if (text.length * 3 <= MAX_TEXT_BYTES) return text;
  return Buffer.byteLength(text, 'utf8') <= MAX_TEXT_BYTES ? text : null;
}

/** White space that TRIM removes by itself: the Unicode property White_Space, as in ICU's u_isUWhiteSpace. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

/** What CONCAT and REPLACE may return at most, in bytes of UTF-8: GoogleSQL raises beyond (S6: NULL). */
export const MAX_TEXT_BYTES = 1_048_576;

/** In UTF-16 surrogates stand below U+E000 to U+FFFF, in code point order above. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if (isLowSurrogate(text.charCodeAt(i))) count--;
  return count;
}

/** The unit offset `points` code points behind `from`. */
function unitOffset(text: string, from: number, points: number): number {
  let at = from;
  for (let i = 0; i < points; i++) at += isLowSurrogate(text.charCodeAt(at + 1)) ? 2 : 1;
  return at;
}

/** 0-based start: positions count from 1, 0 is 1, negative ones count from the end and stop at the start. */
function substrStart(position: bigint, count: number): number {
  if (position > 0n) return position > BigInt(count) ? count : Number(position) - 1;
  if (position === 0n) return 0;
  return position < -BigInt(count) ? 0 : count + Number(position);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
