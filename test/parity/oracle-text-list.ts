import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';

/**
 * Functions that strings and bytes share: a string is a list of code points, bytes are a list of numbers, and a list that
 * comes out is put together again, or NULL when it is larger than 1 MiB.
 */
export const TEXT_LISTS: Readonly<Record<string, StrictOperation>> = {
  trim_string: strings(([s]) => trimEnd(trimStart(s, isWhite), isWhite)),
  ltrim_string: strings(([s]) => trimStart(s, isWhite)),
  rtrim_string: strings(([s]) => trimEnd(s, isWhite)),
  ...both('trim', '_set', ([s, set]) => trimEnd(trimStart(s, among(set)), among(set))),
  ...both('ltrim', '_set', ([s, set]) => trimStart(s, among(set))),
  ...both('rtrim', '_set', ([s, set]) => trimEnd(s, among(set))),
  ...both('substr', '', ([s], [position]) => part(s, position, null)),
  ...both('substr', '_length', ([s], [position, length]) => part(s, position, length)),
  ...both('left', '', ([s], [length]) => (length < 0n ? null : s.filter((_, i) => i < length))),
  ...both('right', '', ([s], [length]) => (length < 0n ? null : s.filter((_, i) => s.length - i <= length))),
  ...both('concat', '', (lists) => lists.flat()),
  ...both('replace', '', ([s, from, to]) => replace(s, from, to)),
  ...both('translate', '', ([s, source, target]) => translate(s, source, target)),
  ...both('reverse', '', ([s]) => s.map((_, i) => s[s.length - 1 - i]!)),
  ...both('repeat', '', ([s], [count]) => repeat(s, count)),
  ...both('lpad', '', ([s], [length], blank) => pad(s, length, [blank], 'left')),
  ...both('lpad', '_pattern', ([s, pattern], [length]) => pad(s, length, pattern, 'left')),
  ...both('rpad', '', ([s], [length], blank) => pad(s, length, [blank], 'right')),
  ...both('rpad', '_pattern', ([s, pattern], [length]) => pad(s, length, pattern, 'right')),
  ...both('starts_with', '', ([s, prefix]) => isAt(s, prefix, 0)),
  ...both('ends_with', '', ([s, suffix]) => isAt(s, suffix, s.length - suffix.length)),
  ...both('strpos', '', ([s, wanted]) => instr(s, wanted, 1n, 1n)),
  ...both('instr', '', ([s, wanted]) => instr(s, wanted, 1n, 1n)),
  ...both('instr', '_position', ([s, wanted], [position]) => instr(s, wanted, position, 1n)),
  ...both('instr', '_occurrence', ([s, wanted], [position, nth]) => instr(s, wanted, position, nth)),
};

type Item = string | number;
type List = readonly Item[];
type Numbers = readonly [bigint, bigint];
/** Lists and whole numbers among the arguments, each in their order, and what a blank is. */
type Compute = (lists: readonly [List, List, List], numbers: Numbers, blank: Item) => List | Value;

function both(name: string, suffix: string, compute: Compute): Readonly<Record<string, StrictOperation>> {
  return { [`${name}_string${suffix}`]: strings(compute), [`${name}_bytes${suffix}`]: bytes(compute) };
}

function strings(compute: Compute): StrictOperation {
  return (values) => {
    const result = compute(listsIn(values), numbersIn(values), ' ');
    if (!Array.isArray(result)) return result as Value;
    const text = result.join('');
    return new TextEncoder().encode(text).length > MAX_BYTES ? null : text;
  };
}

function bytes(compute: Compute): StrictOperation {
  return (values) => {
    const result = compute(listsIn(values), numbersIn(values), 0x20);
    if (!Array.isArray(result)) return result as Value;
    return result.length > MAX_BYTES ? null : Uint8Array.from(result as readonly number[]);
  };
}

function listsIn(values: readonly Value[]): readonly [List, List, List] {
  const lists = values.filter((value) => typeof value === 'string' || value instanceof Uint8Array);
  return lists.map((value) => [...(value as Iterable<Item>)]) as unknown as readonly [List, List, List];
}

function numbersIn(values: readonly Value[]): Numbers {
  return values.filter((value) => typeof value === 'bigint') as unknown as Numbers;
}

/** SUBSTR: positions count from 1, 0 is 1, negative ones from the end, no further than the start. */
function part(items: List, position: bigint, length: bigint | null): List | null {
  const count = BigInt(items.length);
  const start =
    position > 0n ? position - 1n : position === 0n ? 0n : count + position < 0n ? 0n : count + position;
  if (length === null) return items.filter((_, index) => BigInt(index) >= start);
  if (length < 0n) return null;
  return items.filter((_, index) => BigInt(index) >= start && BigInt(index) < start + length);
}

function replace(items: List, from: List, to: List): List {
  if (from.length === 0) return items;
  const replaced: Item[] = [];
  for (let at = 0; at < items.length; ) {
    const isFound = isAt(items, from, at);
    replaced.push(...(isFound ? to : [items[at]!]));
    at += isFound ? from.length : 1;
  }
  return replaced;
}

function translate(items: List, source: List, target: List): List | null {
  if (new Set(source).size < source.length) return null;
  return items.flatMap((item) => {
    const place = source.indexOf(item);
    return place < 0 ? [item] : target.slice(place, place + 1);
  });
}

function repeat(items: List, count: bigint): List | null {
  if (count < 0n || items.length > MAX_BYTES || BigInt(items.length) * count > BigInt(MAX_BYTES)) return null;
  return items.length === 0 ? [] : Array.from({ length: Number(count) }, () => items).flat();
}

function pad(items: List, length: bigint, pattern: List, side: 'left' | 'right'): List | null {
  if (length < 0n || length > BigInt(MAX_BYTES) || pattern.length === 0) return null;
  const missing = Math.max(0, Number(length) - items.length);
  const padding = Array.from({ length: missing }, (_, index) => pattern[index % pattern.length]!);
  const kept = items.slice(0, Number(length));
  return side === 'left' ? [...padding, ...kept] : [...kept, ...padding];
}

/** INSTR: places at which the part is, from the wanted side of the position on. */
function instr(items: List, wanted: List, position: bigint, nth: bigint): bigint | null {
  if (position === 0n || nth < 1n) return null;
  const count = BigInt(items.length) + (wanted.length === 0 ? 1n : 0n);
  const from = position > 0n ? position - 1n : count + position;
  if (from < 0n || from >= count) return 0n;
  const places = [...items, null].map((_, place) => place).filter((place) => isAt(items, wanted, place));
  const onSide =
    position > 0n
      ? places.filter((place) => place >= from)
      : places.filter((place) => place <= from).reverse();
  const found = nth > BigInt(onSide.length) ? undefined : onSide[Number(nth) - 1];
  return found === undefined ? 0n : BigInt(found) + 1n;
}

function isAt(items: List, wanted: List, place: number): boolean {
  return (
    place >= 0 &&
    place + wanted.length <= items.length &&
    wanted.every((item, i) => items[place + i] === item)
  );
}

function among(set: List): (item: Item) => boolean {
  return (item) => set.includes(item);
}

function isWhite(item: Item): boolean {
  return /^\p{White_Space}$/u.test(String(item));
}

function trimStart(items: List, isTrimmed: (item: Item) => boolean): List {
  const first = items.findIndex((item) => !isTrimmed(item));
  return first < 0 ? [] : items.slice(first);
}

function trimEnd(items: List, isTrimmed: (item: Item) => boolean): List {
  const last = items.findLastIndex((item) => !isTrimmed(item));
  return items.slice(0, last + 1);
}

const MAX_BYTES = 1_048_576;
