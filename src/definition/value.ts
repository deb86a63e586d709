import { elementTypeOf, type ScalarType, type ValueType } from './value-type.js';

/**
 * One value of a declared type; null is the only kind of missing (S3).
 *
 * BOOL boolean · INT64 bigint · FLOAT64 number (always finite) · STRING string of whole code points · BYTES Uint8Array ·
 * TIMESTAMP bigint, microseconds since the Unix epoch, UTC · DATE number, days since 1970-01-01 · ARRAY readonly Value[].
 */
export type Value = null | boolean | bigint | number | string | Uint8Array | readonly Value[];

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z: the range of a GoogleSQL TIMESTAMP, in microseconds. */
export const TIMESTAMP_MIN_US = -62_135_596_800_000_000n;
export const TIMESTAMP_MAX_US = 253_402_300_799_999_999n;

/** 0001-01-01 and 9999-12-31: the range of a GoogleSQL DATE, in days since 1970-01-01. */
export const DATE_MIN_DAYS = -719_162;
export const DATE_MAX_DAYS = 2_932_896;

/** S3: NaN and the infinities are NULL, and an array that holds one of them or a NULL is NULL as a whole. */
export function finiteOrNull(value: Value): Value {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) {
    return value.some((element) => finiteOrNull(element) === null) ? null : value;
  }
  return value;
}

/** Whether two values of one type are equal: 0.0 equals -0.0 (S3), strings by code points, NULL equals NULL. */
export function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, i) => sameValue(element, b[i] ?? null));
  }
  return a === b;
}

/** Byte order, shorter first on a tie: the order of BYTES, and of STRING once it is UTF-8. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const SCALAR_CHECKS: Record<ScalarType, (value: Value) => boolean> = {
  BOOL: (value) => typeof value === 'boolean',
  INT64: (value) => typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX,
  FLOAT64: (value) => typeof value === 'number' && Number.isFinite(value),
  STRING: (value) => typeof value === 'string' && value.isWellFormed(),
  BYTES: (value) => value instanceof Uint8Array,
  TIMESTAMP: (value) => typeof value === 'bigint' && value >= TIMESTAMP_MIN_US && value <= TIMESTAMP_MAX_US,
  DATE: (value) =>
    Number.isInteger(value) && Number(value) >= DATE_MIN_DAYS && Number(value) <= DATE_MAX_DAYS,
};

/** Whether `value` is NULL or a value of `type`, in range. */
export function isValueOf(type: ValueType, value: Value): boolean {
  if (value === null) return true;
  const element = elementTypeOf(type);
  if (element === null) return SCALAR_CHECKS[type as ScalarType](value);
  return Array.isArray(value) && value.every((item) => item !== null && isValueOf(element, item));
}
