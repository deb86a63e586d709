import { MAX_TEXT_BYTES } from './text.js';

/** TO_HEX, in small letters; NULL when the result is too long. */
export function hexOfBytes(bytes: Uint8Array): string | null {
  if (bytes.length * 2 > MAX_TEXT_BYTES) return null;
  let hex = '';
  for (const byte of bytes) hex += HEX_DIGITS[byte >> 4]! + HEX_DIGITS[byte & 15]!;
  return hex;
}

/** FROM_HEX; a digit too few counts as a leading 0, NULL for anything but digits. */
export function bytesOfHex(hex: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.ceil(hex.length / 2));
  const shift = hex.length % 2;
  for (let i = 0; i < hex.length; i++) {
    const digit = hexDigit(hex.charCodeAt(i));
    if (digit < 0) return null;
    const at = (i + shift) >> 1;
    bytes[at] = bytes[at]! * 16 + digit;
  }
  return bytes;
}

/** TO_BASE64 with its padding; NULL when the result is too long. */
export function base64OfBytes(bytes: Uint8Array): string | null {
  if (Math.ceil(bytes.length / 3) * 4 > MAX_TEXT_BYTES) return null;
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64_DIGITS[three >> 18]! + BASE64_DIGITS[(three >> 12) & 63]!;
    text += i + 1 < bytes.length ? BASE64_DIGITS[(three >> 6) & 63]! : '=';
    text += i + 2 < bytes.length ? BASE64_DIGITS[three & 63]! : '=';
  }
  return text;
}

/**
 * FROM_BASE64: ASCII white space between the digits is skipped, the padding is whole or missing, bits too many are ignored.
 * NULL for anything else. Source: GoogleSQL's reference, FROM_BASE64.
 */
export function bytesOfBase64(text: string): Uint8Array | null {
  const match = BASE64_TEXT.exec(text.replace(ASCII_SPACE, ''));
  if (match === null) return null;
  const digits = match[1]!;
  const padding = match[2]!.length;
  const rest = digits.length % 4;
  if (rest === 1 || (padding > 0 && rest + padding !== 4)) return null;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  for (let i = 0, at = 0; i < digits.length; i++) {
    bits = ((bits << 6) | BASE64_DIGITS.indexOf(digits[i]!)) & 0xffffff;
    if (i % 4 > 0) bytes[at++] = bits >> (6 - (i % 4) * 2);
  }
  return bytes;
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const small = unit | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

const HEX_DIGITS = '0123456789abcdef';
const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_TEXT = /^([A-Za-z0-9+/]*)(={0,2})$/;
const ASCII_SPACE = /[\t\n\v\f\r ]+/g;
