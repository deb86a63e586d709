import { civilOf, daysOf } from '../../definition/time.js';

/** A part of a day number, as EXTRACT gives it. */
export type DatePart = (days: number) => number;

/** Days of the week as WEEK(…) names them, Sunday first. */
export const WEEKDAYS = [
  'SUNDAY',
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
] as const;

/**
 * EXTRACT's parts of a DATE; weeks begin on Sunday or on the day named, ISO weeks on Monday. Days before the first such day
 * of the year are in week 0. Source: GoogleSQL, "Date functions", EXTRACT.
 */
export const DATE_PARTS: Readonly<Record<string, DatePart>> = {
  YEAR: (days) => civilOf(days).year,
  QUARTER: (days) => Math.ceil(civilOf(days).month / 3),
  MONTH: (days) => civilOf(days).month,
  DAY: (days) => civilOf(days).day,
  DAYOFWEEK: (days) => weekdayOf(days) + 1,
  DAYOFYEAR: dayOfYear,
  WEEK: (days) => weekOf(days, 0),
  ...Object.fromEntries(
    WEEKDAYS.slice(1).map((name, index) => [`WEEK(${name})`, (days: number) => weekOf(days, index + 1)]),
  ),
  ISOWEEK: isoWeek,
  ISOYEAR: isoYear,
};

/** 0 for Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** 1 for January 1st. */
export function dayOfYear(days: number): number {
  return days - daysOf(civilOf(days).year, 1, 1) + 1;
}

/** Days since the last first day of a week, 0 to 6; `first` is 0 for Sunday. */
export function dayOfWeekFrom(days: number, first: number): number {
  return (weekdayOf(days) - first + 7) % 7;
}

/** How many weeks of the year began up to this day. */
export function weekOf(days: number, first: number): number {
  return Math.floor((dayOfYear(days) + 6 - dayOfWeekFrom(days, first)) / 7);
}

/** The year that the week's Thursday lies in. Source: ISO 8601, week dates. */
export function isoYear(days: number): number {
  return civilOf(isoThursday(days)).year;
}

/** 1 to 53. */
export function isoWeek(days: number): number {
  return Math.floor((dayOfYear(isoThursday(days)) - 1) / 7) + 1;
}

function isoThursday(days: number): number {
  return days - dayOfWeekFrom(days, 1) + 3;
}
