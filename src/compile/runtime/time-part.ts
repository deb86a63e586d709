import { civilOf, daysOf, floorDivide } from '../../definition/time.js';
import { offsetUsAt } from '../../definition/time-zone.js';
import { DATE_MAX_DAYS, DATE_MIN_DAYS } from '../../definition/value.js';
import { timestampInRange } from './time-text.js';

/** A part of a day number, as EXTRACT gives it. */
export type DatePart = (days: number) => number;

/** EXTRACT's parts of a DATE. Source: GoogleSQL, "Date functions", EXTRACT. Weeks begin on Sunday, ISO weeks on Monday. */
export const DATE_PARTS: Readonly<Record<string, DatePart>> = {
  YEAR: (days) => civilOf(days).year,
  QUARTER: (days) => Math.ceil(civilOf(days).month / 3),
  MONTH: (days) => civilOf(days).month,
  DAY: (days) => civilOf(days).day,
  DAYOFWEEK: (days) => weekdayOf(days) + 1,
  DAYOFYEAR: (days) => dayOfYear(days),
  WEEK: (days) => Math.floor((dayOfYear(days) - 1 - weekdayOf(days) + 7) / 7),
  ISOWEEK: (days) => isoWeek(days),
  ISOYEAR: (days) => civilOf(isoThursday(days)).year,
};

/** EXTRACT's parts of a time of day, from microseconds since midnight. */
export const TIME_PARTS: Readonly<Record<string, (dayUs: number) => number>> = {
  HOUR: (dayUs) => Math.floor(dayUs / 3_600_000_000),
  MINUTE: (dayUs) => Math.floor(dayUs / 60_000_000) % 60,
  SECOND: (dayUs) => Math.floor(dayUs / 1_000_000) % 60,
  MILLISECOND: (dayUs) => Math.floor(dayUs / 1000) % 1000,
  MICROSECOND: (dayUs) => dayUs % 1_000_000,
};

/** Microseconds of the parts that TIMESTAMP_DIFF, TIMESTAMP_ADD and TIMESTAMP_SUB take. */
export const UNIT_US: Readonly<Record<string, bigint>> = {
  MICROSECOND: 1n,
  MILLISECOND: 1000n,
  SECOND: 1_000_000n,
  MINUTE: 60_000_000n,
  HOUR: 3_600_000_000n,
  DAY: 86_400_000_000n,
};

/** EXTRACT(part FROM timestamp AT TIME ZONE zone). */
export function partOfTimestamp(us: bigint, part: string, zone: string): bigint {
  const local = zone === 'UTC' ? us : us + offsetUsAt(zone, us);
  const days = floorDivide(local, DAY_US);
  const ofDate = DATE_PARTS[part];
  if (ofDate !== undefined) return BigInt(ofDate(Number(days)));
  return BigInt(TIME_PARTS[part]!(Number(local - days * DAY_US)));
}

/** EXTRACT(part FROM date). */
export function partOfDate(days: number, part: string): bigint {
  return BigInt(DATE_PARTS[part]!(days));
}

/** The DATE on the clocks of a zone; NULL where the zone's offset leads out of the range. */
export function dateOfTimestamp(us: bigint, zone: string): number | null {
  const local = zone === 'UTC' ? us : us + offsetUsAt(zone, us);
  return dateInRange(Number(floorDivide(local, DAY_US)));
}

/** Midnight UTC of a DATE. */
export function timestampOfDate(days: number): bigint {
  return BigInt(days) * DAY_US;
}

/** TIMESTAMP_ADD with an amount of either sign; NULL beyond the range of a TIMESTAMP. */
export function addToTimestamp(us: bigint, amount: bigint, unitUs: bigint): bigint | null {
  return timestampInRange(us + amount * unitUs);
}

/** DATE_ADD of days; NULL beyond the range of a DATE. */
export function addDays(days: number, amount: bigint): number | null {
  const sum = BigInt(days) + amount;
  return sum >= BigInt(DATE_MIN_DAYS) && sum <= BigInt(DATE_MAX_DAYS) ? Number(sum) : null;
}

function dateInRange(days: number): number | null {
  return days >= DATE_MIN_DAYS && days <= DATE_MAX_DAYS ? days : null;
}

/** 0 for Sunday; 1970-01-01 was a Thursday. */
function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

function dayOfYear(days: number): number {
  return days - daysOf(civilOf(days).year, 1, 1) + 1;
}

/** The Thursday of the ISO week: the year it lies in is the week's. */
function isoThursday(days: number): number {
  return days - ((weekdayOf(days) + 6) % 7) + 3;
}

function isoWeek(days: number): number {
  return Math.floor((dayOfYear(isoThursday(days)) - 1) / 7) + 1;
}

const DAY_US = UNIT_US['DAY']!;
