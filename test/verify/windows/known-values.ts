import { INT64_MAX, INT64_MIN } from '../../../src/definition/value.js';
import type { Column } from '../rows/row-text.js';

/** Known answers by the name of the feature. INT64 may be texts, to be exact. */
export type KnownValues = Readonly<Record<string, unknown>>;

/** One member of known answers as a feature without its window. */
export type KnownFeature = { readonly name: string; readonly aggregate: string; readonly isDouble: boolean };

/** Known answers of any column: their name, their aggregate, whether they are doubles. */
const OF_ANY = [
  ['count_rows', 'COUNT(*)', false],
  ['count', 'COUNT(x)', false],
  ['count_distinct', 'COUNT_DISTINCT(x)', false],
  ['first', 'FIRST(x)', null],
  ['last', 'LAST(x)', null],
  ['last_n', 'LAST_N(x, 3)', null],
] as const;

/** Those of numbers; null is as the column is. */
const OF_NUMBERS = [
  ['sum', 'SUM(x)', null],
  ['min', 'MIN(x)', null],
  ['max', 'MAX(x)', null],
  ['avg', 'AVG(x)', true],
  ['stddev_pop', 'STDDEV_POP(x)', true],
  ['stddev_samp', 'STDDEV_SAMP(x)', true],
] as const;

/** The features that known answers of a column have. */
export function knownFeatures({ name: column, type }: Column): readonly KnownFeature[] {
  const isNumber = type === 'INT64' || type === 'FLOAT64';
  return [...OF_ANY, ...(isNumber ? OF_NUMBERS : [])].map(([name, aggregate, isDouble]) => ({
    name,
    aggregate: aggregate.replace('(x', `(${column}`),
    isDouble: isDouble ?? type === 'FLOAT64',
  }));
}

/** What a value differs in from a known one; null where they are the same, doubles up to how they were rounded there. */
export function knownDifference(
  { name, isDouble }: KnownFeature,
  known: unknown,
  value: unknown,
  tolerance: Tolerance,
): string | null {
  const isSame = isDouble ? isNear(known, value, tolerance) : isEqual(known, value);
  return isSame ? null : `${name} is ${JSON.stringify(value)}, not ${JSON.stringify(known)}`;
}

/** How far doubles may be apart: by either of the two. */
export type Tolerance = { readonly relative: number; readonly absolute: number };

/** Doubles there were rounded in other places. */
export const TOLERANCE: Tolerance = { relative: 1e-9, absolute: 1e-9 };

function isNear(known: unknown, value: unknown, tolerance: Tolerance): boolean {
  if (Array.isArray(known) && Array.isArray(value))
    return known.length === value.length && known.every((each, i) => isNear(each, value[i], tolerance));
  if (typeof known !== 'number' || typeof value !== 'number') return known === value;
  const { relative, absolute } = tolerance;
  return Math.abs(known - value) <= Math.max(absolute, relative * Math.abs(known));
}

function isEqual(known: unknown, value: unknown): boolean {
  // A sum beyond 64 bits is NULL (S22).
  if (isInt64(known) === false) return value === null;
  return JSON.stringify(texts(known)) === JSON.stringify(texts(value));
}

/** null: no integer at all. */
function isInt64(known: unknown): boolean | null {
  if (typeof known !== 'string' || !/^-?\d+$/.test(known)) return null;
  return BigInt(known) >= INT64_MIN && BigInt(known) <= INT64_MAX;
}

/** INT64 as texts, whichever way they are written. */
function texts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(texts);
  return typeof value === 'number' ? String(value) : value;
}
