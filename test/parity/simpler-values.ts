import type { Value } from '../../src/definition/value.js';

/** Values that are simpler than one of the same type, the simplest first; each has fewer to follow, so that this ends. */
export function simplerValues(value: Value): readonly Value[] {
  if (value === null || value === false) return [];
  if (value === true) return [false];
  if (typeof value === 'bigint') return simplerIntegers(value);
  if (typeof value === 'number') return simplerNumbers(value);
  if (typeof value === 'string') return pieces([...value]).map((items) => items.join(''));
  if (value instanceof Uint8Array) return pieces([...value]).map((items) => Uint8Array.from(items));
  return pieces(value as readonly Value[]);
}

function simplerIntegers(value: bigint): readonly bigint[] {
  const nearer = [0n, value / 1_000_000n, value / 10n, value / 2n, value > 0n ? value - 1n : value + 1n];
  return value === 0n ? [] : [...new Set(nearer)].filter((each) => each !== value);
}

/** Towards zero, whole numbers first; a number of few digits stays. */
function simplerNumbers(value: number): readonly number[] {
  if (Object.is(value, 0) || !Number.isFinite(value)) return [];
  if (Object.is(value, -0)) return [0];
  const nearer = [0, 1, Math.trunc(value), Math.trunc(value / 10), Number(value.toPrecision(3))];
  return [...new Set(nearer)].filter((each) => sizeOf(each) < sizeOf(value));
}

/** Digits to write it with, then size. */
function sizeOf(value: number): number {
  return String(value).length + 1 - 1 / (1 + Math.abs(value));
}

/** Nothing, each half, and all but one item. */
function pieces<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [];
  const middle = Math.ceil(items.length / 2);
  const halves = items.length > 1 ? [items.slice(0, middle), items.slice(middle)] : [];
  const others = items.length > 2 ? items.map((_, index) => items.toSpliced(index, 1)) : [];
  return [[], ...halves, ...others.slice(0, MAX_PIECES)];
}

const MAX_PIECES = 24;
