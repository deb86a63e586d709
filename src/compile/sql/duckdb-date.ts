import type { CallExpression } from '../../definition/expression.js';
import { DATE_MAX_DAYS, DATE_MIN_DAYS } from '../../definition/value.js';
import { WEEKDAYS } from '../runtime/date-part.js';
import { MONTHS_OF } from '../runtime/date-unit.js';
import { type DuckdbLowering, EPOCH, floorDivided } from './duckdb-template.js';

/** SQL of one DATE, written `$0` or as any other expression of DuckDB's type DATE, and never NULL for a date in range. */
type DateSql = (date: string) => string;

/** The first day of a unit of DATE_TRUNC; it may lie before the range of a DATE. */
export function startOfUnitSql(part: string, date: string): string {
  return UNITS[part]!.start(date);
}

/** The last day of a unit of LAST_DAY; it may lie beyond the range of a DATE. */
export function endOfUnitSql(part: string, date: string): string {
  return UNITS[part]!.end(date);
}

/** How many units began up to a date, as a BIGINT; differences of it are those of DATE_DIFF. */
export function numberOfUnitSql(part: string, date: string): string {
  return UNITS[part]!.number(date);
}

/** EXTRACT of a part of a DATE, or of a TIMESTAMP in UTC; null where the part is none of a date. */
export function datePartSql(part: string, date: string): string | null {
  const write = Object.hasOwn(PARTS, part) ? PARTS[part] : undefined;
  return write === undefined ? null : write(date);
}

/** NULL where a date that DuckDB could compute is none of ours (S6). */
export function inRange(date: string): string {
  return `CASE WHEN ${date} BETWEEN ${MIN} AND ${MAX} THEN ${date} END`;
}

/** DATE_ADD and DATE_SUB of days, weeks or months. */
export function shifted(sign: '+' | '-'): DuckdbLowering {
  return {
    floats: 'finite',
    template: ({ parameters }: CallExpression) => {
      const part = parameters?.['part'] ?? 'DAY';
      const months = Object.hasOwn(MONTHS_OF, part) ? MONTHS_OF[part]! : null;
      if (months !== null) return shiftedMonths(`${sign === '-' ? '-' : ''}CAST($1 AS HUGEINT) * ${months}`);
      const days = `CAST($0 - ${EPOCH} AS HUGEINT) ${sign} CAST($1 AS HUGEINT)${part === 'WEEK' ? ' * 7' : ''}`;
      return `CASE WHEN ${days} BETWEEN ${DATE_MIN_DAYS} AND ${DATE_MAX_DAYS} THEN ${EPOCH} + CAST(${days} AS INTEGER) END`;
    },
  };
}

/** Months are counted from year 0; a day that the month does not have is its last. */
function shiftedMonths(amount: string): string {
  const total = `CAST(year($0) * 12 + month($0) - 1 AS HUGEINT) + ${amount}`;
  const first = `make_date(CAST((${total}) // 12 AS INTEGER), CAST((${total}) % 12 + 1 AS INTEGER), 1)`;
  const day = `least(day($0), day(last_day(${first})))`;
  return `CASE WHEN ${total} BETWEEN 12 AND 119999 THEN ${first} + CAST(${day} - 1 AS INTEGER) END`;
}

type Unit = { readonly start: DateSql; readonly end: DateSql; readonly number: DateSql };

function weeks(first: number): Unit {
  const start: DateSql = (date) => `${date} - CAST(${weekdayFrom(first, date)} AS INTEGER)`;
  const zero = (first + 3) % 7;
  return {
    start,
    end: (date) => `${start(date)} + 6`,
    number: (date) => floorDivided(`(CAST(${date} - ${EPOCH} AS BIGINT) - ${zero})`, 7n),
  };
}

function months(size: number): Unit {
  const month = (date: string): string =>
    size === 12 ? '1' : size === 3 ? `quarter(${date}) * 3 - 2` : `month(${date})`;
  return {
    start: (date) => `make_date(year(${date}), ${month(date)}, 1)`,
    end: (date) => `last_day(make_date(year(${date}), ${month(date)} + ${size - 1}, 1))`,
    number: (date) => `(year(${date}) * 12 + month(${date}) - 1) // ${size}`,
  };
}

/** The Monday of the week of January 4th of an ISO year. */
function isoStart(year: string): string {
  const fourth = `make_date(${year}, 1, 4)`;
  return `${fourth} - CAST(isodow(${fourth}) - 1 AS INTEGER)`;
}

const UNITS: Readonly<Record<string, Unit>> = {
  DAY: { start: (date) => date, end: (date) => date, number: (date) => `CAST(${date} - ${EPOCH} AS BIGINT)` },
  WEEK: weeks(0),
  ...Object.fromEntries(WEEKDAYS.slice(1).map((name, index) => [`WEEK(${name})`, weeks(index + 1)])),
  ISOWEEK: weeks(1),
  MONTH: months(1),
  QUARTER: months(3),
  YEAR: months(12),
  ISOYEAR: {
    start: (date) => isoStart(`isoyear(${date})`),
    end: (date) => `${isoStart(`isoyear(${date}) + 1`)} - 1`,
    number: (date) => `isoyear(${date})`,
  },
};

function weekOf(first: number): DateSql {
  return (date) => `(dayofyear(${date}) + 6 - ${weekdayFrom(first, date)}) // 7`;
}

/** Days since the last first day of a week; Sunday is 0 in DuckDB too. */
function weekdayFrom(first: number, date: string): string {
  return first === 0 ? `dayofweek(${date})` : `(dayofweek(${date}) + ${7 - first}) % 7`;
}

const PARTS: Readonly<Record<string, DateSql>> = {
  YEAR: (date) => `year(${date})`,
  QUARTER: (date) => `quarter(${date})`,
  MONTH: (date) => `month(${date})`,
  DAY: (date) => `day(${date})`,
  DAYOFWEEK: (date) => `dayofweek(${date}) + 1`,
  DAYOFYEAR: (date) => `dayofyear(${date})`,
  WEEK: weekOf(0),
  ...Object.fromEntries(WEEKDAYS.slice(1).map((name, index) => [`WEEK(${name})`, weekOf(index + 1)])),
  ISOWEEK: (date) => `week(${date})`,
  ISOYEAR: (date) => `isoyear(${date})`,
};

const MIN = "DATE '0001-01-01'";
const MAX = "DATE '9999-12-31'";
