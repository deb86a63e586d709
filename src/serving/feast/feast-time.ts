import { floorDivide, formatTimestamp } from '../../definition/time.js';
import { TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from '../../definition/value.js';
import { elementTypeOf, type ValueType } from '../../definition/value-type.js';

/**
 * Values of one column as Feast's clients send them, in the forms that S4 knows: a TIMESTAMP may be seconds since the Unix epoch
 * (Feast's `UnixTimestamp`), or a text without a zone, which Feast reads as UTC. What is neither stays as it came, to be refused.
 */
export function readFeastColumn(type: ValueType, values: readonly unknown[]): readonly unknown[] {
  if (type === 'TIMESTAMP') return values.map((value) => feastInstant(value));
  if (elementTypeOf(type) !== 'TIMESTAMP') return values;
  return values.map((value) => (Array.isArray(value) ? value.map(feastInstant) : value));
}

/** As {@link readFeastColumn}, of a column that says when a row happened: texts alone, as Feast itself reads numbers as nanoseconds there. */
export function readFeastTimes(values: readonly unknown[]): readonly unknown[] {
  return values.map((value) => (typeof value === 'string' ? zoned(value) : value));
}

/** Seconds since the Unix epoch, exact: with as many of up to 6 fraction digits as the instant needs. */
export function secondsText(us: bigint): string {
  const [sign, size] = us < 0n ? ['-', -us] : ['', us];
  const seconds = floorDivide(size, US_PER_SECOND);
  const fraction = String(size - seconds * US_PER_SECOND).padStart(6, '0');
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? `${sign}${seconds}` : `${sign}${seconds}.${digits}`;
}

function feastInstant(value: unknown): unknown {
  if (typeof value === 'string') return zoned(value);
  const us = microseconds(value);
  return us === null || us < TIMESTAMP_MIN_US || us > TIMESTAMP_MAX_US ? value : formatTimestamp(us);
}

function zoned(text: string): string {
  return WITHOUT_ZONE.test(text) ? `${text}Z` : text;
}

function microseconds(seconds: unknown): bigint | null {
  if (typeof seconds === 'bigint') return seconds * US_PER_SECOND;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null;
  if (Number.isInteger(seconds)) return BigInt(seconds) * US_PER_SECOND;
  // Up to here doubles of seconds lie closer together than microseconds, so the written one is the nearest.
  return Math.abs(seconds) < EXACT_SECONDS ? BigInt(Math.round(seconds * 1e6)) : null;
}

const US_PER_SECOND = 1_000_000n;
const EXACT_SECONDS = 2 ** 53 / 1e6;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?$/;
