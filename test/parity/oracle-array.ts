import { sameValue, type Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';

/** GoogleSQL's array functions, element by element. */
export const ARRAYS: Readonly<Record<string, StrictOperation>> = {
  array: (items) => limited([...items]),
  array_offset: ([items, index]) => at(items, int(index)),
  array_ordinal: ([items, place]) => at(items, int(place) - 1n),
  array_length: ([items]) => BigInt(list(items).length),
  array_concat: (lists) => limited(lists.flatMap(list)),
  array_reverse: ([items]) => list(items).map((_, index) => list(items)[list(items).length - 1 - index]!),
  array_first: ([items]) => at(items, 0n),
  array_last: ([items]) => at(items, BigInt(list(items).length) - 1n),
  array_slice: ([items, start, end]) => {
    const fromStart = (place: bigint): bigint => (place < 0n ? place + BigInt(list(items).length) : place);
    return list(items).filter(
      (_, index) => BigInt(index) >= fromStart(int(start)) && BigInt(index) <= fromStart(int(end)),
    );
  },
  array_to_string: ([items, delimiter]) => {
    const parts = list(items).flatMap((item, index) => (index === 0 ? [item] : [delimiter!, item]));
    const text = parts.map(String).join('');
    return Buffer.byteLength(text) <= MEBIBYTE ? text : null;
  },
  array_to_bytes: ([items, delimiter]) => {
    const parts = list(items).flatMap((item, index) => (index === 0 ? [item] : [delimiter!, item]));
    const bytes = parts.flatMap((part) => [...(part as Uint8Array)]);
    return bytes.length <= MEBIBYTE ? Uint8Array.from(bytes) : null;
  },
  array_includes: ([items, wanted]) => has(list(items), wanted!),
  array_includes_any: ([items, wanted]) => list(wanted).some((item) => has(list(items), item)),
  array_includes_all: ([items, wanted]) => list(wanted).every((item) => has(list(items), item)),
  array_is_distinct: ([items]) => list(items).every((item, index) => !has(list(items).slice(0, index), item)),
  array_min: ([items]) => positive(list(items).toSorted(order)[0] ?? null),
  array_max: ([items]) => positive(list(items).toSorted(order).at(-1) ?? null),
  array_sum_int64: ([items]) => (list(items).length === 0 ? null : total(items)),
  array_sum_float64: ([items]) => exactSum(list(items)),
  array_avg_int64: ([items]) => (list(items).length === 0 ? null : Number(total(items)) / list(items).length),
  array_avg_float64: ([items]) => {
    const sum = exactSum(list(items));
    return sum === null || !Number.isFinite(sum) ? null : sum / list(items).length;
  },
  generate_array: ([start, end]) => generated(int(start), int(end), 1n),
  generate_array_step: ([start, end, step]) => generated(int(start), int(end), int(step)),
  split_string: ([text]) => splitText(text, ','),
  split_string_delimiter: ([text, delimiter]) => splitText(text, delimiter as string),
  split_bytes: ([bytes, delimiter]) => {
    const parts = pieces([...(bytes as Uint8Array)], [...(delimiter as Uint8Array)]);
    return limited(parts.map((part) => Uint8Array.from(part)));
  },
};

/** `value IN UNNEST(array)`: nothing is in an array that is missing. */
export function inUnnest(value: Value, items: Value): Value {
  if (items === null || list(items).length === 0) return false;
  return value === null ? null : has(list(items), value);
}

function list(value: Value | undefined): readonly Value[] {
  return value as readonly Value[];
}

function int(value: Value | undefined): bigint {
  return value as bigint;
}

function at(items: Value | undefined, index: bigint): Value {
  return list(items).find((_, place) => BigInt(place) === index) ?? null;
}

function has(items: readonly Value[], wanted: Value): boolean {
  return items.some((item) => sameValue(item, wanted));
}

function total(items: Value | undefined): bigint {
  return list(items).reduce((sum: bigint, item) => sum + int(item), 0n);
}

/** Every double is a whole number of 2^-1074; only what the sum is at last is rounded. */
function exactSum(items: readonly Value[]): number | null {
  if (items.length === 0) return null;
  const units = items.reduce((sum: bigint, item) => sum + unitsOf(item as number), 0n);
  const text = (units < 0n ? -units : units).toString(2);
  const kept = text.slice(0, 64);
  // A digit beyond the 64 kept that is set tells a tie from more than a tie.
  const isInexact = text.slice(64).includes('1');
  const mantissa = BigInt(`0b${kept}`) | (isInexact ? 1n : 0n);
  return (
    Math.sign(Number(units > 0n) - Number(units < 0n)) * scaled(mantissa, text.length - kept.length - 1074)
  );
}

/** mantissa · 2^exponent, rounded once: by decimal digits, which JavaScript reads correctly. */
function scaled(mantissa: bigint, exponent: number): number {
  if (exponent >= 0) return Number(mantissa * 2n ** BigInt(exponent));
  return Number(`${mantissa * 5n ** BigInt(-exponent)}e${exponent}`);
}

function unitsOf(value: number): bigint {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return BigInt(mantissa) * 2n ** BigInt(1074 - exponent);
}

/** Strings by their UTF-8 bytes. */
function order(a: Value, b: Value): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  return Number(a! > b!) - Number(a! < b!);
}

function positive(value: Value): Value {
  return value === 0 ? 0 : value;
}

function generated(start: bigint, end: bigint, step: bigint): Value {
  const numbers: bigint[] = [];
  if (step === 0n) return null;
  for (let next = start; step > 0n ? next <= end : next >= end; next += step) {
    numbers.push(next);
    if (numbers.length > 16_000) return null;
  }
  return numbers;
}

function splitText(text: Value | undefined, delimiter: string): Value {
  return limited(pieces([...(text as string)], [...delimiter]).map((part) => part.join('')));
}

function pieces<T>(items: readonly T[], delimiter: readonly T[]): readonly (readonly T[])[] {
  if (delimiter.length === 0 && items.length > 0) return items.map((item) => [item]);
  const parts: T[][] = [[]];
  for (let i = 0; i < items.length; ) {
    const isHere = delimiter.length > 0 && delimiter.every((item, index) => items[i + index] === item);
    if (isHere) parts.push([]);
    else parts.at(-1)!.push(items[i]!);
    i += isHere ? delimiter.length : 1;
  }
  return parts;
}

/** Eight bytes an element and those of its text, a mebibyte at most. */
function limited(items: readonly Value[]): Value {
  const sizes = items.map((item) => {
    if (typeof item === 'string') return 8 + Buffer.byteLength(item);
    return item instanceof Uint8Array ? 8 + item.length : 8;
  });
  return sizes.reduce((sum, size) => sum + size, 0) <= MEBIBYTE ? items : null;
}

const MEBIBYTE = 1_048_576;
