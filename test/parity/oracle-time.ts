import { Temporal } from 'temporal-polyfill';
import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';

const UNITS: Readonly<Record<string, bigint>> = {
  MICROSECOND: 1n,
  MILLISECOND: 1000n,
  SECOND: 1_000_000n,
  MINUTE: 60n * 1_000_000n,
  HOUR: 3600n * 1_000_000n,
  DAY: 86_400n * 1_000_000n,
};

const EPOCH = Temporal.PlainDate.from('1970-01-01');

/** Times by Temporal's own calendar and clocks. */
export const TIMES: Readonly<Record<string, StrictOperation>> = {
  extract_timestamp: ([t], { part, zone }) => partOf(zoned(t, zone!).toPlainDateTime(), part!),
  extract_date: ([d], { part }) => partOf(dateOf(d).toPlainDateTime(), part!),
  date_of_timestamp: ([t], { zone }) => daysOf(zoned(t, zone!).toPlainDate()),
  timestamp_diff: ([a, b], { part }) => (us(a) - us(b)) / UNITS[part!]!,
  timestamp_add: ([t, n], { part }) => us(t) + us(n) * UNITS[part!]!,
  timestamp_sub: ([t, n], { part }) => us(t) - us(n) * UNITS[part!]!,
  date_diff: ([a, b]) => BigInt(Number(a) - Number(b)),
  date_add: ([d, n]) => Number(BigInt(Number(d)) + us(n)),
  date_sub: ([d, n]) => Number(BigInt(Number(d)) - us(n)),
  unix_seconds: ([t]) => floored(us(t), 1_000_000n),
  unix_millis: ([t]) => floored(us(t), 1000n),
  unix_micros: ([t]) => us(t),
  unix_date: ([d]) => BigInt(Number(d)),
  timestamp_seconds: ([n]) => us(n) * 1_000_000n,
  timestamp_millis: ([n]) => us(n) * 1000n,
  timestamp_micros: ([n]) => us(n),
};

/** Days since 1970-01-01 as a date. */
export function dateOf(days: Value | undefined): Temporal.PlainDate {
  return EPOCH.add({ days: Number(days) });
}

/** A date as days since 1970-01-01. */
export function daysOf(date: Temporal.PlainDate): number {
  return EPOCH.until(date, { largestUnit: 'days' }).days;
}

/** An instant on the clocks of a zone. */
export function zoned(value: Value | undefined, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(us(value) * 1000n).toZonedDateTimeISO(zone);
}

function us(value: Value | undefined): bigint {
  return value as bigint;
}

function floored(value: bigint, unit: bigint): bigint {
  return (value - (((value % unit) + unit) % unit)) / unit;
}

function partOf(time: Temporal.PlainDateTime, part: string): bigint {
  return BigInt(PARTS[part]!(time));
}

const PARTS: Readonly<Record<string, (time: Temporal.PlainDateTime) => number>> = {
  YEAR: (time) => time.year,
  QUARTER: (time) => Math.floor((time.month + 2) / 3),
  MONTH: (time) => time.month,
  DAY: (time) => time.day,
  DAYOFWEEK: (time) => (time.dayOfWeek % 7) + 1,
  DAYOFYEAR: (time) => time.dayOfYear,
  // The Sundays of the year so far: weeks begin on them.
  WEEK: (time) => {
    let sundays = 0;
    let day = time.toPlainDate().with({ month: 1, day: 1 });
    for (; Temporal.PlainDate.compare(day, time.toPlainDate()) <= 0; day = day.add({ days: 1 })) {
      if (day.dayOfWeek === 7) sundays++;
    }
    return sundays;
  },
  ISOWEEK: (time) => time.weekOfYear!,
  ISOYEAR: (time) => time.yearOfWeek!,
  HOUR: (time) => time.hour,
  MINUTE: (time) => time.minute,
  SECOND: (time) => time.second,
  MILLISECOND: (time) => time.millisecond,
  MICROSECOND: (time) => time.millisecond * 1000 + time.microsecond,
};
