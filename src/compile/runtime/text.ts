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

/** BYTE_LENGTH of a string: its size as UTF-8. */
export function sizeOfText(text: string): bigint {
  return BigInt(utf8Size(text));
}

/** SUBSTR(text, position[, length]) in code points; NULL for a negative length. Source: GoogleSQL, SUBSTR. */
export function substr(text: string, position: bigint, length: bigint): string | null {
  if (length < 0n) return null;
  const count = codePointCount(text);
  const start = substrStart(position, count);
  return slice(text, count, start, Math.min(count, start + Number(length)));
}

/** SUBSTR from the 0-based code point `start`, of at most `length` code points: neither below 0, both small integers. */
export function partOfText(text: string, start: number, length: number): string {
  const end = Math.min(text.length, start + length);
  for (let at = 0; at < end; at++) {
    if ((text.charCodeAt(at) & 0xf800) === 0xd800) return sliceOf(text, start, start + length);
  }
  return text.slice(start, end);
}

/** LEFT: the first `length` code points; NULL for a negative length. */
export function left(text: string, length: bigint): string | null {
  if (length < 0n) return null;
  if (length >= BigInt(text.length)) return text;
  const count = codePointCount(text);
  return slice(text, count, 0, Math.min(count, Number(length)));
}

/** RIGHT: the last `length` code points; NULL for a negative length. */
export function right(text: string, length: bigint): string | null {
  if (length < 0n) return null;
  if (length >= BigInt(text.length)) return text;
  const count = codePointCount(text);
  return slice(text, count, Math.max(0, count - Number(length)), count);
}

/** CONCAT of strings; NULL when the result is too long. */
export function concat(...parts: readonly string[]): string | null {
  let joined = '';
  for (const part of parts) {
    joined += part;
    if (joined.length > MAX_TEXT_BYTES) return null;
  }
  return boundedText(joined);
}

/** CONCAT of two. */
export function concat2(a: string, b: string): string | null {
  return a.length + b.length > MAX_TEXT_BYTES ? null : boundedText(a + b);
}

/** CONCAT of three. */
export function concat3(a: string, b: string, c: string): string | null {
  return a.length + b.length + c.length > MAX_TEXT_BYTES ? null : boundedText(a + b + c);
}

/** REVERSE by code points. */
export function reverse(text: string): string {
  let reversed = '';
  for (let at = text.length - 1; at >= 0; at--) {
    const isPair = isLowSurrogate(text.charCodeAt(at));
    reversed += isPair ? text[at - 1]! + text[at]! : text[at]!;
    if (isPair) at--;
  }
  return reversed;
}

/** NULL for a string beyond {@link MAX_TEXT_BYTES}. */
export function boundedText(text: string): string | null {
  if (text.length * 3 <= MAX_TEXT_BYTES) return text;
  return text.length <= MAX_TEXT_BYTES && utf8Size(text) <= MAX_TEXT_BYTES ? text : null;
}

/** What functions that can make a text or bytes longer return at most, in bytes of UTF-8: beyond it is NULL (S6). */
export const MAX_TEXT_BYTES = 1_048_576;

/** Code points of a well-formed string. */
export function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if (isLowSurrogate(text.charCodeAt(i))) count--;
  return count;
}

/** The unit offset `points` code points behind `from`. */
export function unitOffset(text: string, from: number, points: number): number {
  let at = from;
  for (let i = 0; i < points; i++) at += isLowSurrogate(text.charCodeAt(at + 1)) ? 2 : 1;
  return at;
}

/** 0-based start of SUBSTR: positions count from 1, 0 is 1, negative ones count from the end and stop at the start. */
export function substrStart(position: bigint, count: number): number {
  // Beyond 2^53 a number is still on the right side of every length.
  const at = Number(position);
  if (at > 0) return Math.min(count, at - 1);
  return at === 0 ? 0 : Math.max(0, count + at);
}

/** Whether a UTF-16 code unit is the second one of a code point. */
export function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Code points `start` to `end` of a text that has `count` of them. */
function sliceOf(text: string, start: number, end: number): string {
  const count = codePointCount(text);
  return slice(text, count, start, Math.min(count, end));
}

function slice(text: string, count: number, start: number, end: number): string {
  if (start >= end) return '';
  if (count === text.length) return text.slice(start, end);
  const from = unitOffset(text, 0, start);
  return text.slice(from, unitOffset(text, from, end - start));
}

function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) size += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return size;
}

/** In UTF-16 surrogates stand below U+E000 to U+FFFF, in code point order above. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
