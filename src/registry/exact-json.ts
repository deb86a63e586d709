/**
 * JSON text of what `parseJsonLossless` gave, as it was written: a bigint as a number of all its digits (a FLOAT64 may
 * stand there as well as an INT64), -0.0 as `-0.0`, a number beyond all doubles as one, members in their order. For storage.
 */
export function exactJson(data: unknown): string {
  if (typeof data === 'bigint') return String(data);
  if (Object.is(data, -0)) return '-0.0';
  if (data === Number.POSITIVE_INFINITY || data === Number.NEGATIVE_INFINITY)
    return data > 0 ? '1e999' : '-1e999';
  if (Array.isArray(data)) return `[${data.map(exactJson).join(',')}]`;
  if (!isObject(data)) return JSON.stringify(data) ?? 'null';
  const members = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${exactJson(value)}`);
  return `{${members.join(',')}}`;
}

/** Dates and boxed numbers are no objects here: JSON.stringify writes them as one value. */
function isObject(data: unknown): data is object {
  return data !== null && typeof data === 'object' && !(data instanceof Number) && !('toJSON' in data);
}
