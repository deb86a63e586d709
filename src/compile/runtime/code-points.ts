import { BYTES_AN_ELEMENT, MAX_ARRAY_BYTES } from './array.js';
import { boundedText, codePointCount, MAX_TEXT_BYTES } from './text.js';

/** ASCII: the first code point, 0 of nothing; NULL for one that is not ASCII. */
export function asciiOf(text: string): bigint | null {
  const code = text === '' ? 0 : text.charCodeAt(0);
  return code < 0x80 ? BigInt(code) : null;
}

/** UNICODE: the first code point, 0 of nothing. */
export function unicodeOf(text: string): bigint {
  return BigInt(text.codePointAt(0) ?? 0);
}

/** CHR; NULL for what is no code point. */
export function chr(code: bigint): string | null {
  return isCodePoint(code) ? String.fromCodePoint(Number(code)) : null;
}

/** TO_CODE_POINTS of a string; NULL for more than an array holds. */
export function codePointsOf(text: string): readonly bigint[] | null {
  if (codePointCount(text) > MAX_CODE_POINTS) return null;
  return Array.from(text, (point) => BigInt(point.codePointAt(0)!));
}

/** TO_CODE_POINTS of bytes; NULL for more than an array holds. */
export function codesOfBytes(bytes: Uint8Array): readonly bigint[] | null {
  return bytes.length > MAX_CODE_POINTS ? null : Array.from(bytes, BigInt);
}

/** Elements of an ARRAY<INT64> at most. */
export const MAX_CODE_POINTS = MAX_ARRAY_BYTES / BYTES_AN_ELEMENT;

/** CODE_POINTS_TO_STRING; NULL where one is no code point, and when the result is too long. */
export function textOfCodePoints(codes: readonly bigint[]): string | null {
  if (codes.length > MAX_TEXT_BYTES || !codes.every(isCodePoint)) return null;
  let text = '';
  for (const code of codes) text += String.fromCodePoint(Number(code));
  return boundedText(text);
}

/** CODE_POINTS_TO_BYTES; NULL where one is not from 0 to 255. */
export function bytesOfCodes(codes: readonly bigint[]): Uint8Array | null {
  if (codes.length > MAX_TEXT_BYTES || codes.some((code) => code < 0n || code > 255n)) return null;
  return Uint8Array.from(codes, Number);
}

function isCodePoint(code: bigint): boolean {
  return code >= 0n && code <= 0x10ffffn && !(code >= 0xd800n && code <= 0xdfffn);
}
