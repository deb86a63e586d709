import { textOfBytes } from './bytes.js';

/** SAFE_CONVERT_BYTES_TO_STRING: every byte that is no part of UTF-8 becomes one U+FFFD. */
export function safeTextOfBytes(bytes: Uint8Array): string {
  const whole = textOfBytes(bytes);
  if (whole !== null) return whole;
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceSize(bytes, at);
    text += size === 0 ? '\ufffd' : String.fromCodePoint(codePointAt(bytes, at, size));
    at += Math.max(1, size);
  }
  return text;
}

/** How many bytes from there are one code point; 0 where they are none. Source: The Unicode Standard, table 3-7. */
function sequenceSize(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return isContinued(bytes.subarray(at, at + size), size) ? size : 0;
}

function isContinued(sequence: Uint8Array, size: number): boolean {
  if (sequence.length < size) return false;
  const [least, most] = SECOND_BYTES.get(sequence[0]!) ?? [0x80, 0xbf];
  if (sequence[1]! < least || sequence[1]! > most) return false;
  return sequence.subarray(2).every((byte) => (byte & 0xc0) === 0x80);
}

/** Ranges of second bytes that shut out overlong forms, surrogates and what is beyond U+10FFFF. */
const SECOND_BYTES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0xe0, [0xa0, 0xbf]],
  [0xed, [0x80, 0x9f]],
  [0xf0, [0x90, 0xbf]],
  [0xf4, [0x80, 0x8f]],
]);

function codePointAt(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at]!;
  let code = bytes[at]! & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) code = code * 64 + (bytes[at + i]! & 0x3f);
  return code;
}
