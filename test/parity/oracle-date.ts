import { Temporal } from 'temporal-polyfill';
import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';

/** Dates by Temporal's calendar. */
export const DATES: Readonly<Record<string, StrictOperation>> = {
  extract_date: ([d], { part }) => datePart(dateOf(d), part!),
  date_of_parts: ([year, month, day]) =>
    orNull(() => {
      const fields = { year: Number(year), month: Number(month), day: Number(day) };
      return daysOf(Temporal.PlainDate.from(fields, { overflow: 'reject' }));
    }),
  date_of_number: ([n]) => Number(n),
  unix_date: ([d]) => BigInt(Number(d)),
  date_add: ([d, n], { part }) => orNull(() => daysOf(dateOf(d).add(amountOf(n, part)))),
  date_sub: ([d, n], { part }) => orNull(() => daysOf(dateOf(d).subtract(amountOf(n, part)))),
  date_diff: ([a, b], { part }) => BigInt(countOf(dateOf(a), part) - countOf(dateOf(b), part)),
  date_trunc: ([d], { part }) => daysOf(firstOf(dateOf(d), part!)),
  last_day: ([d], { part }) => daysOf(lastOf(dateOf(d), part!)),
};

/** Days since 1970-01-01 as a date. */
export function dateOf(days: Value | undefined): Temporal.PlainDate {
  return EPOCH.add({ days: Number(days) });
}

/** A date as days since 1970-01-01. */
export function daysOf(date: Temporal.PlainDate): number {
  return EPOCH.until(date, { largestUnit: 'days' }).days;
}

/** What EXTRACT gives of a date. */
export function datePart(date: Temporal.PlainDate, part: string): bigint {
  if (part.startsWith('WEEK')) return BigInt(weekOf(date, firstWeekday(part)));
  return BigInt(PARTS[part]!(date));
}

/** Weeks that began in this year so far, on a day that Temporal numbers from 1, Monday. */
export function weekOf(date: Temporal.PlainDate, weekday: number): number {
  const newYear = date.with({ month: 1, day: 1 });
  const first = 1 + ((weekday - newYear.dayOfWeek + 7) % 7);
  return date.dayOfYear < first ? 0 : 1 + Math.floor((date.dayOfYear - first) / 7);
}

/** The first day of the unit that a date lies in. */
export function firstOf(date: Temporal.PlainDate, part: string): Temporal.PlainDate {
  switch (part) {
    case 'DAY':
      return date;
    case 'MONTH':
      return date.with({ day: 1 });
    case 'QUARTER':
      return date.with({ month: [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10][date.month - 1]!, day: 1 });
    case 'YEAR':
      return date.with({ month: 1, day: 1 });
    case 'ISOYEAR':
      return firstOf(new Temporal.PlainDate(date.yearOfWeek!, 1, 4), 'ISOWEEK');
    default: {
      let day = date;
      while (day.dayOfWeek !== firstWeekday(part)) day = day.subtract({ days: 1 });
      return day;
    }
  }
}

/** What a computation gives, or NULL where Temporal refuses. */
export function orNull(compute: () => Value): Value {
  try {
    return compute();
  } catch {
    return null;
  }
}

function lastOf(date: Temporal.PlainDate, part: string): Temporal.PlainDate {
  const first = firstOf(date, part);
  if (part === 'MONTH') return date.with({ day: date.daysInMonth });
  if (part === 'QUARTER') return first.add({ months: 3 }).subtract({ days: 1 });
  if (part === 'YEAR') return date.with({ month: 12, day: 31 });
  if (part !== 'ISOYEAR') return first.add({ days: 6 });
  // A year has 364 or 371 days.
  return firstOf(first.add({ days: 375 }), 'ISOYEAR').subtract({ days: 1 });
}

function amountOf(amount: Value | undefined, part = 'DAY'): Temporal.DurationLike {
  const n = Number(amount);
  if (part === 'QUARTER') return { months: n * 3 };
  return { [`${part.toLowerCase()}s`]: n };
}

/** Counts units in order; only differences of it mean something. */
function countOf(date: Temporal.PlainDate, part = 'DAY'): number {
  switch (part) {
    case 'MONTH':
      return date.year * 12 + date.month;
    case 'QUARTER':
      return date.year * 4 + Math.floor((date.month + 2) / 3);
    case 'YEAR':
      return date.year;
    case 'ISOYEAR':
      return date.yearOfWeek!;
    case 'DAY':
      return daysOf(date);
    default:
      return Math.round(daysOf(firstOf(date, part)) / 7);
  }
}

/** As Temporal numbers it: Monday is 1. */
function firstWeekday(part: string): number {
  if (part === 'ISOWEEK') return 1;
  const named = /\((.*)\)/.exec(part)?.[1] ?? 'SUNDAY';
  return WEEKDAYS.indexOf(named) + 1;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
const WEEKDAYS = 'MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY'.split(' ');
const PARTS: Readonly<Record<string, (date: Temporal.PlainDate) => number>> = {
  YEAR: (date) => date.year,
  QUARTER: (date) => Math.floor((date.month + 2) / 3),
  MONTH: (date) => date.month,
  DAY: (date) => date.day,
  DAYOFWEEK: (date) => (date.dayOfWeek % 7) + 1,
  DAYOFYEAR: (date) => date.dayOfYear,
  ISOWEEK: (date) => date.weekOfYear!,
  ISOYEAR: (date) => date.yearOfWeek!,
};
