import type {
  AggregateArgument,
  AggregateName,
  AggregateParameters,
} from '../../src/compile/aggregate/aggregate-function.js';
import { compareOrder, type RowOrder } from '../../src/definition/order.js';
import { INT64_MAX, INT64_MIN, type Value } from '../../src/definition/value.js';
import {
  exactOf,
  type Fraction,
  minus,
  nearestDouble,
  over,
  plus,
  times,
  toNearestEven,
} from './naive-fractions.js';

export type NaiveRow = { readonly order: RowOrder; readonly value: Value };

/** What S21 and S22 say of some rows, over every row and in fractions; APPROX_COUNT_DISTINCT is the exact count here. */
export function naiveAggregate(
  name: AggregateName,
  argument: AggregateArgument | null,
  parameters: AggregateParameters,
  rows: readonly NaiveRow[],
): Value {
  if (argument === null) return BigInt(rows.length);
  const inOrder = [...rows].sort((a, b) => compareOrder(a.order, b.order));
  const values = inOrder.map(({ value }) => value).filter((value) => value !== null);
  const kept = values.filter((value) => byteCount(value) <= 1024);
  const sorted = [...kept].sort(compared);
  switch (name) {
    case 'COUNT':
      return BigInt(values.length);
    case 'MIN':
      return positiveZero(sorted[0] ?? null);
    case 'MAX':
      return positiveZero(sorted.at(-1) ?? null);
    case 'FIRST':
      return positiveZero(kept[0] ?? null);
    case 'LAST':
      return positiveZero(kept.at(-1) ?? null);
    case 'LAST_N':
      return kept.reverse().slice(0, parameters.n).map(positiveZero);
    case 'COUNT_DISTINCT':
      return BigInt(Math.min(counted(values).length, parameters.max!));
    case 'APPROX_COUNT_DISTINCT':
      return BigInt(counted(values).length);
    case 'TOP_K':
      return mostFrequent(counted(sorted), parameters);
    case 'APPROX_QUANTILE':
      return quantile(values.map(Number), parameters);
    default:
      return ofSum(name, argument, values);
  }
}

/** One value of each different ones with how many there are, in the order in which they come first. */
function counted(values: readonly Value[]): readonly (readonly [value: Value, count: number])[] {
  const counts = new Map<string, [Value, number]>();
  for (const value of values) {
    const entry = counts.get(textOf(value));
    if (entry === undefined) counts.set(textOf(value), [positiveZero(value), 1]);
    else entry[1]++;
  }
  return [...counts.values()];
}

function mostFrequent(
  distinct: readonly (readonly [Value, number])[],
  { k, max }: AggregateParameters,
): Value {
  if (distinct.length > max!) return null;
  // Sorting is stable, and they come in the order of their values.
  const byCount = [...distinct].sort((a, b) => b[1] - a[1]);
  return byCount.slice(0, k).map(([value]) => value);
}

/** The ⌈q n⌉-th value, its mantissa cut to as many bits as `max` different ones allow, at most 20. */
function quantile(values: readonly number[], { q, max }: AggregateParameters): Value {
  if (values.length === 0) return null;
  for (let dropped = 32n; ; dropped++) {
    const cut = values.map((value) => cutDouble(value, dropped));
    if (new Set(cut.map(({ text }) => text)).size > max!) continue;
    const sorted = cut.sort((a, b) => a.value - b.value);
    return sorted[Math.max(Math.ceil(q! * values.length), 1) - 1]!.value + 0;
  }
}

function cutDouble(value: number, dropped: bigint): { readonly value: number; readonly text: string } {
  const pattern = new BigUint64Array(new Float64Array([Math.abs(value)]).buffer)[0]!;
  const size = new Float64Array(new BigUint64Array([(pattern >> dropped) << dropped]).buffer)[0]!;
  return { value: value < 0 ? -size : size, text: `${value < 0 ? '-' : ''}${size}` };
}

function ofSum(name: AggregateName, argument: AggregateArgument, values: readonly Value[]): Value {
  const fractions = fractionsOf(argument, values);
  const n = BigInt(fractions.length);
  if (n === 0n) return null;
  const sum = fractions.reduce(plus);
  if (name === 'SUM') return argument.type === 'INT64' ? int64(sum.over) : finite(nearestDouble(sum));
  if (name === 'AVG') return finite(nearestDouble(sum) / Number(n));
  const mean = over(sum, { over: n, under: 1n });
  const squares = fractions.map((value) => times(minus(value, mean), minus(value, mean))).reduce(plus);
  const divisor = name.endsWith('POP') ? n : n - 1n;
  if (divisor === 0n) return null;
  const variance = nearestDouble(over(squares, { over: divisor, under: 1n }));
  return finite(name.startsWith('STDDEV') ? Math.sqrt(variance) : variance);
}

/** The numbers that are summed: of a column with a scale its nearest multiples that are INT64. */
function fractionsOf({ scale }: AggregateArgument, values: readonly Value[]): readonly Fraction[] {
  const exact = values.map((value) =>
    typeof value === 'bigint' ? { over: value, under: 1n } : exactOf(value as number),
  );
  if (scale === null || scale === undefined) return exact;
  const unit = decimal(scale);
  const multiples = exact.map((value) => toNearestEven(over(value, unit)));
  return multiples
    .filter((multiple) => int64(multiple) !== null)
    .map((multiple) => times({ over: multiple, under: 1n }, unit));
}

const int64 = (x: bigint): Value => (x >= INT64_MIN && x <= INT64_MAX ? x : null);

function decimal(text: string): Fraction {
  const [whole, digits = ''] = text.split('.');
  return { over: BigInt(`${whole}${digits}`), under: 10n ** BigInt(digits.length) };
}

const finite = (x: number): Value => (Number.isFinite(x) ? x + 0 : null);

const positiveZero = (value: Value): Value => (value === 0 ? 0 : value);

const byteCount = (value: Value): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : value instanceof Uint8Array ? value.length : 8;

const textOf = (value: Value): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(positiveZero(value));

/** The order of values of one type: numbers by size, FALSE first, texts by their UTF-8. */
export function compared(a: Value, b: Value): number {
  if (typeof a === 'string' || a instanceof Uint8Array) {
    return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
  }
  return a! < b! ? -1 : Number(a! > b!);
}
