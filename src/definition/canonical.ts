import { createHash } from 'node:crypto';

/**
 * Canonical JSON: keys sorted by code units, no space, undefined members left out, bigint as a decimal string, bytes as
 * base64. Equal data gives equal text, so its hash names the data.
 */
export function canonicalJson(data: unknown): string {
  if (typeof data === 'bigint') return `"${data}"`;
  if (data instanceof Uint8Array) return JSON.stringify(Buffer.from(data).toString('base64'));
  if (Array.isArray(data)) return `[${data.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (data !== null && typeof data === 'object') {
    const members = Object.entries(data)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${JSON.stringify(key)}:${canonicalJson(value)}`);
    return `{${members.join(',')}}`;
  }
  return Object.is(data, -0) ? '-0.0' : (JSON.stringify(data) ?? 'null');
}

/** SHA-256 of the canonical JSON, in hexadecimal: the name of a meaning (S26). */
export function fingerprint(data: unknown): string {
  return createHash('sha256').update(canonicalJson(data)).digest('hex');
}
