import { boundedText, codePointCount, MAX_TEXT_BYTES, unitOffset } from './text.js';

/** REPEAT; NULL for a negative count and when the text or the result is too long. */
export function repeat(text: string, count: bigint): string | null {
  const repeated = boundedText(text) === null ? null : repeatUnits(text, count);
  return repeated === null ? null : boundedText(repeated);
}

/** LPAD to `length` code points, longer texts are cut; NULL for a negative length, an empty pattern, a result too long. */
export function padStart(text: string, length: bigint, pattern: string): string | null {
  const padding = paddingOf(text, length, pattern);
  if (padding === null) return null;
  return padding.cut === null ? boundedText(padding.text + text) : padding.cut;
}

/** RPAD, as {@link padStart}. */
export function padEnd(text: string, length: bigint, pattern: string): string | null {
  const padding = paddingOf(text, length, pattern);
  if (padding === null) return null;
  return padding.cut === null ? boundedText(text + padding.text) : padding.cut;
}

/** REPEAT of bytes as characters U+0000 to U+00FF. */
export function repeatUnits(text: string, count: bigint): string | null {
  if (count < 0n || text.length > MAX_TEXT_BYTES) return null;
  if (text === '') return '';
  const times = Number(count);
  return times * text.length > MAX_TEXT_BYTES ? null : text.repeat(times);
}

/** LPAD of bytes as characters U+0000 to U+00FF. */
export function padUnitsStart(text: string, length: bigint, pattern: string): string | null {
  if (length < 0n || length > MAX_TEXT_BYTES || pattern === '') return null;
  return text.slice(0, Number(length)).padStart(Number(length), pattern);
}

/** RPAD of bytes as characters U+0000 to U+00FF. */
export function padUnitsEnd(text: string, length: bigint, pattern: string): string | null {
  if (length < 0n || length > MAX_TEXT_BYTES || pattern === '') return null;
  return text.slice(0, Number(length)).padEnd(Number(length), pattern);
}

/** What fills the text up to `length` code points, or the text cut to it. */
function paddingOf(
  text: string,
  length: bigint,
  pattern: string,
): { readonly text: string; readonly cut: string | null } | null {
  if (length < 0n || length > MAX_TEXT_BYTES || pattern === '') return null;
  const wanted = Number(length);
  const missing = wanted - codePointCount(text);
  if (missing <= 0) return { text: '', cut: boundedText(text.slice(0, unitOffset(text, 0, wanted))) };
  const width = codePointCount(pattern);
  const rest = pattern.slice(0, unitOffset(pattern, 0, missing % width));
  return { text: pattern.repeat(Math.floor(missing / width)) + rest, cut: null };
}
