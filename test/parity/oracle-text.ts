import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';

/** GoogleSQL's string functions over lists of code points and of bytes. */
export const TEXTS: Readonly<Record<string, StrictOperation>> = {
  length_string: ([s]) => BigInt([...text(s)].length),
  length_bytes: ([b]) => BigInt(bytes(b).length),
  lower_string: ([s]) => text(s).toLowerCase(),
  upper_string: ([s]) => text(s).toUpperCase(),
  trim_string: ([s]) => trimEnd(trimStart(text(s), isWhiteSpace), isWhiteSpace),
  ltrim_string: ([s]) => trimStart(text(s), isWhiteSpace),
  rtrim_string: ([s]) => trimEnd(text(s), isWhiteSpace),
  trim_string_set: ([s, set]) => trimEnd(trimStart(text(s), among(set)), among(set)),
  ltrim_string_set: ([s, set]) => trimStart(text(s), among(set)),
  rtrim_string_set: ([s, set]) => trimEnd(text(s), among(set)),
  substr_string: ([s, position]) => part([...text(s)], position, null)?.join('') ?? null,
  substr_string_length: ([s, position, length]) => part([...text(s)], position, length)?.join('') ?? null,
  substr_bytes: ([b, position]) => bytesOf(part([...bytes(b)], position, null)),
  substr_bytes_length: ([b, position, length]) => bytesOf(part([...bytes(b)], position, length)),
  concat_string: (parts) => limited(parts.map(text).join('')),
  concat_bytes: (parts) => bytesOf(parts.flatMap((part) => [...bytes(part)])),
  replace_string: ([s, from, to]) =>
    limited(text(from) === '' ? text(s) : text(s).split(text(from)).join(text(to))),
  starts_with_string: ([s, prefix]) => text(s).slice(0, text(prefix).length) === text(prefix),
  ends_with_string: ([s, suffix]) =>
    text(suffix) === '' || text(s).slice(-text(suffix).length) === text(suffix),
  starts_with_bytes: ([b, prefix]) => hex(prefix) === hex(b).slice(0, hex(prefix).length),
  ends_with_bytes: ([b, suffix]) => hex(suffix) === '' || hex(b).slice(-hex(suffix).length) === hex(suffix),
  strpos_string: ([s, wanted]) => {
    const points = [...text(s)];
    const starts = points.map((_, index) => points.slice(index).join('').startsWith(text(wanted)));
    return text(wanted) === '' ? 1n : BigInt(starts.indexOf(true) + 1);
  },
};

function text(value: Value | undefined): string {
  return value as string;
}

function bytes(value: Value | undefined): Uint8Array {
  return value as Uint8Array;
}

function hex(value: Value | undefined): string {
  return [...bytes(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(items: readonly number[] | null): Value {
  return items === null ? null : Uint8Array.from(items);
}

function limited(result: string): Value {
  return new TextEncoder().encode(result).length <= 1_048_576 ? result : null;
}

/** SUBSTR: positions count from 1, 0 is 1, negative ones from the end, no further than the start. */
function part<T>(
  items: readonly T[],
  position: Value | undefined,
  length: Value | undefined,
): readonly T[] | null {
  const at = position as bigint;
  const count = BigInt(items.length);
  const start = at > 0n ? at - 1n : at === 0n ? 0n : count + at < 0n ? 0n : count + at;
  if (length === null) return items.filter((_, index) => BigInt(index) >= start);
  if ((length as bigint) < 0n) return null;
  return items.filter((_, index) => BigInt(index) >= start && BigInt(index) < start + (length as bigint));
}

function among(set: Value | undefined): (point: string) => boolean {
  return (point) => [...text(set)].includes(point);
}

function isWhiteSpace(point: string): boolean {
  return /^\p{White_Space}$/u.test(point);
}

function trimStart(value: string, isTrimmed: (point: string) => boolean): string {
  const points = [...value];
  while (points.length > 0 && isTrimmed(points[0]!)) points.shift();
  return points.join('');
}

function trimEnd(value: string, isTrimmed: (point: string) => boolean): string {
  const points = [...value];
  while (points.length > 0 && isTrimmed(points.at(-1)!)) points.pop();
  return points.join('');
}
