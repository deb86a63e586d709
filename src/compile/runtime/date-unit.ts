import { civilOf, daysInMonth, daysOf } from '../../definition/time.js';
import { DATE_MAX_DAYS, DATE_MIN_DAYS } from '../../definition/value.js';
import { dayOfWeekFrom, isoYear, WEEKDAYS } from './date-part.js';

/** What a calendar counts in: how many of them began up to a day, and the day on which one began. */
export type DateUnit = {
  readonly numberOf: (days: number) => number;
  readonly startOf: (number: number) => number;
};

/**
 * Units of DATE_TRUNC, DATE_DIFF and LAST_DAY; a WEEK begins on Sunday or on the day named. Source: GoogleSQL, "Date
 * functions".
 */
export const DATE_UNITS: Readonly<Record<string, DateUnit>> = {
  DAY: { numberOf: (days) => days, startOf: (days) => days },
  WEEK: weeksFrom(0),
  ...Object.fromEntries(WEEKDAYS.slice(1).map((name, index) => [`WEEK(${name})`, weeksFrom(index + 1)])),
  ISOWEEK: weeksFrom(1),
  MONTH: months(1),
  QUARTER: months(3),
  YEAR: months(12),
  ISOYEAR: { numberOf: isoYear, startOf: startOfIsoYear },
};

/** Months of the units that DATE_ADD and DATE_SUB count in months. */
export const MONTHS_OF: Readonly<Record<string, bigint>> = { MONTH: 1n, QUARTER: 3n, YEAR: 12n };

/** DATE_TRUNC: the day on which the unit began; NULL where that is before the range of a DATE. */
export function startOfUnit(days: number, unit: DateUnit): number | null {
  return dateInRange(unit.startOf(unit.numberOf(days)));
}

/** LAST_DAY: the day before the next unit; NULL where that is beyond the range of a DATE. */
export function endOfUnit(days: number, unit: DateUnit): number | null {
  return dateInRange(unit.startOf(unit.numberOf(days) + 1) - 1);
}

/** DATE_DIFF: how many of the unit begin after `start`, up to `end`. */
export function unitsBetween(end: number, start: number, unit: DateUnit): bigint {
  return BigInt(unit.numberOf(end) - unit.numberOf(start));
}

/** DATE_ADD of days; NULL beyond the range of a DATE. */
export function addDays(days: number, amount: bigint): number | null {
  const sum = BigInt(days) + amount;
  return sum >= BigInt(DATE_MIN_DAYS) && sum <= BigInt(DATE_MAX_DAYS) ? Number(sum) : null;
}

/** DATE_ADD of months: a day that the month does not have is its last; NULL beyond the range of a DATE. */
export function addMonths(days: number, amount: bigint): number | null {
  if (amount < -MAX_MONTHS || amount > MAX_MONTHS) return null;
  const { year, month, day } = civilOf(days);
  const total = year * 12 + month - 1 + Number(amount);
  const toYear = Math.floor(total / 12);
  const toMonth = total - toYear * 12 + 1;
  return dateInRange(daysOf(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth))));
}

/** DATE(year, month, day); NULL where there is no such day. */
export function dateOfParts(year: bigint, month: bigint, day: bigint): number | null {
  if (year < 1n || year > 9999n || month < 1n || month > 12n || day < 1n) return null;
  const [y, m] = [Number(year), Number(month)];
  return day <= BigInt(daysInMonth(y, m)) ? daysOf(y, m, Number(day)) : null;
}

/** DATE_FROM_UNIX_DATE; NULL beyond the range of a DATE. */
export function dateOfNumber(days: bigint): number | null {
  return addDays(0, days);
}

/** NULL where a day is outside the range of a DATE (S6). */
export function dateInRange(days: number): number | null {
  return days >= DATE_MIN_DAYS && days <= DATE_MAX_DAYS ? days : null;
}

/** Week 0 is that of the first such weekday of the Unix epoch, which began on a Thursday. */
function weeksFrom(first: number): DateUnit {
  const zero = (first + 3) % 7;
  return {
    numberOf: (days) => (days - dayOfWeekFrom(days, first) - zero) / 7,
    startOf: (week) => week * 7 + zero,
  };
}

/** Months counted from year 0. */
function months(size: number): DateUnit {
  return {
    numberOf: (days) => {
      const { year, month } = civilOf(days);
      return Math.floor((year * 12 + month - 1) / size);
    },
    startOf: (number) => {
      const total = number * size;
      const year = Math.floor(total / 12);
      return daysOf(year, total - year * 12 + 1, 1);
    },
  };
}

/** The Monday of the week of January 4th. Source: ISO 8601, week dates. */
function startOfIsoYear(year: number): number {
  const fourth = daysOf(year, 1, 4);
  return fourth - dayOfWeekFrom(fourth, 1);
}

/** More months than a DATE has room for. */
const MAX_MONTHS = 120_000n;
