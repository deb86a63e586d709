import type { Value } from '../../definition/value.js';
import { compareBytes } from '../../definition/value.js';
import { ExactSum } from '../exact-sum.js';
import { compareText } from './text.js';

/** An array as it is, or NULL for one beyond {@link MAX_ARRAY_BYTES}. */
export function boundedArray<T extends Value>(items: readonly T[]): readonly T[] | null {
  let bytes = items.length * BYTES_AN_ELEMENT;
  for (let i = 0; i < items.length && bytes <= MAX_ARRAY_BYTES; i++) {
    const item = items[i]!;
    if (typeof item === 'string') bytes += utf8Length(item);
    else if (item instanceof Uint8Array) bytes += item.length;
    else break;
  }
  return bytes > MAX_ARRAY_BYTES ? null : items;
}

/** The element at an index from 0; NULL where there is none. */
export function elementAt<T extends Value>(items: readonly T[], index: bigint): T | null {
  return index >= 0n && index < BigInt(items.length) ? items[Number(index)]! : null;
}

/** ARRAY_CONCAT; NULL when the result is too large. */
export function concatArrays<T extends Value>(...arrays: readonly (readonly T[])[]): readonly T[] | null {
  const length = arrays.reduce((sum, items) => sum + items.length, 0);
  return length * BYTES_AN_ELEMENT > MAX_ARRAY_BYTES ? null : boundedArray(arrays.flat() as T[]);
}

/**
 * ARRAY_SLICE: the elements from `start` to `end`, both counted from 0 and included; negative ones count from the end.
 * Source: GoogleSQL, ARRAY_SLICE.
 */
export function sliceArray<T extends Value>(items: readonly T[], start: bigint, end: bigint): readonly T[] {
  const count = BigInt(items.length);
  const first = start >= 0n ? start : count + start;
  const last = end >= 0n ? end : count + end;
  if (last < 0n || last < first || first >= count) return [];
  return items.slice(first < 0n ? 0 : Number(first), last >= count ? items.length : Number(last) + 1);
}

/** Whether an element equals `wanted`; 0.0 equals -0.0. */
export function includes(items: readonly Value[], wanted: Value): boolean {
  if (!(wanted instanceof Uint8Array)) return items.includes(wanted);
  return items.some((item) => compareBytes(item as Uint8Array, wanted) === 0);
}

/** Whether one of `wanted` is among the elements. */
export function includesAny(items: readonly Value[], wanted: readonly Value[]): boolean {
  const known = new Set(items.map(identityOf));
  return wanted.some((item) => known.has(identityOf(item)));
}

/** Whether each of `wanted` is among the elements. */
export function includesAll(items: readonly Value[], wanted: readonly Value[]): boolean {
  const known = new Set(items.map(identityOf));
  return wanted.every((item) => known.has(identityOf(item)));
}

/** Whether no two elements are equal. */
export function isDistinctArray(items: readonly Value[]): boolean {
  return new Set(items.map(identityOf)).size === items.length;
}

/** The least element; NULL of nothing, and 0.0 for either zero (S3). */
export function leastElement<T extends Value>(items: readonly T[]): T | null {
  return extreme(items, (next, best) => compareElements(next, best) < 0);
}

/** The greatest element; NULL of nothing, and 0.0 for either zero (S3). */
export function greatestElement<T extends Value>(items: readonly T[]): T | null {
  return extreme(items, (next, best) => compareElements(next, best) > 0);
}

/** The exact sum of INT64; NULL of nothing and beyond 64 bits. */
export function sumOfInts(items: readonly bigint[]): bigint | null {
  if (items.length === 0) return null;
  const sum = items.reduce((total, item) => total + item, 0n);
  return BigInt.asIntN(64, sum) === sum ? sum : null;
}

/** The exact sum of FLOAT64 rounded once (S22); NULL of nothing and when not finite. */
export function sumOfFloats(items: readonly number[]): number | null {
  if (items.length === 0) return null;
  const sum = new ExactSum();
  for (const item of items) sum.add(item);
  const value = sum.value();
  return Number.isFinite(value) ? value : null;
}

/** The exact sum of INT64 rounded once, divided by the count (S22); NULL of nothing. */
export function averageOfInts(items: readonly bigint[]): number | null {
  if (items.length === 0) return null;
  return Number(items.reduce((total, item) => total + item, 0n)) / items.length;
}

/** The exact sum of FLOAT64 rounded once, divided by the count (S22); NULL of nothing and when the sum is not finite. */
export function averageOfFloats(items: readonly number[]): number | null {
  const sum = sumOfFloats(items);
  return sum === null ? null : sum / items.length;
}

/** GENERATE_ARRAY; NULL for a step of 0 and beyond {@link MAX_GENERATED}. */
export function generateArray(start: bigint, end: bigint, step: bigint): readonly bigint[] | null {
  if (step === 0n) return null;
  const isEmpty = step > 0n ? start > end : start < end;
  const count = isEmpty ? 0n : (end - start) / step + 1n;
  if (count > BigInt(MAX_GENERATED)) return null;
  return Array.from({ length: Number(count) }, (_, index) => start + BigInt(index) * step);
}

/** What an operation may give as an array at most: {@link BYTES_AN_ELEMENT} for each, and the bytes of texts (UTF-8) and of BYTES. */
export const MAX_ARRAY_BYTES = 1_048_576;

/** What an element counts for in {@link MAX_ARRAY_BYTES}, whatever its type. */
export const BYTES_AN_ELEMENT = 8;

/** What GENERATE_ARRAY may give at most: the limit of GoogleSQL's reference implementation. */
export const MAX_GENERATED = 16_000;

/** Bytes of a string as UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function extreme<T extends Value>(items: readonly T[], isBetter: (next: T, best: T) => boolean): T | null {
  if (items.length === 0) return null;
  let best = items[0] as T;
  for (const item of items) if (isBetter(item, best)) best = item;
  return Object.is(best, -0) ? (0 as T) : best;
}

function compareElements(a: Value, b: Value): number {
  if (typeof a === 'string') return compareText(a, b as string);
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  return Number(a! > b!) - Number(a! < b!);
}

/** What a Set tells values of one type apart by: bytes as text of a unit a byte. */
function identityOf(item: Value): Value {
  if (!(item instanceof Uint8Array)) return item;
  let text = '';
  for (const byte of item) text += String.fromCharCode(byte);
  return text;
}
