/**
 * What stands between a kernel and BigQuery's JavaScript types: BYTES arrive there as base64 text. Its own code, because
 * neither Buffer nor atob exists there. Source: BigQuery, "SQL type encodings in JavaScript"; RFC 4648.
 */

/** The bytes of canonical base64 text. */
export function decodedBytes(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let from = 0, to = 0; from < text.length; from += 4) {
    const bits = [0, 1, 2, 3].reduce((sum, place) => sum * 64 + sextetOf(text, from + place), 0);
    bytes[to++] = bits >> 16;
    if (to < bytes.length) bytes[to++] = bits >> 8;
    if (to < bytes.length) bytes[to++] = bits;
  }
  return bytes;
}

/** Base64 text of bytes, padded. */
export function encodedBytes(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 3) {
    const bits = (bytes[from]! << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    for (let place = 0; place < 4; place++)
      text += from + place > bytes.length ? '=' : ALPHABET[(bits >> (18 - 6 * place)) & 63];
  }
  return text;
}

/** Padding counts as zeros. */
function sextetOf(text: string, at: number): number {
  return Math.max(0, ALPHABET.indexOf(text.charAt(at)));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
