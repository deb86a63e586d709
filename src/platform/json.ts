/**
 * JSON text of plain data without loss (S2): a bigint as a number of all its digits, -0.0 as `-0.0`, members in their
 * order, undefined members left out. `parseJsonLossless` reads it back. Slower than JSON.stringify: for the control
 * plane and stored documents.
 */
export function writeJson(data: unknown): string {
  if (typeof data === 'bigint') return String(data);
  if (Object.is(data, -0)) return '-0.0';
  if (Array.isArray(data)) return `[${data.map((item) => writeJson(item)).join(',')}]`;
  if (data === null || typeof data !== 'object' || hasToJson(data)) {
    return JSON.stringify(data) ?? 'null';
  }
  const members = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${writeJson(value)}`);
  return `{${members.join(',')}}`;
}

function hasToJson(data: object): boolean {
  return 'toJSON' in data && typeof data.toJSON === 'function';
}

/** A member of a JSON pointer (RFC 6901). */
export function pointerToken(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
