import { localInZone } from './time-zone.js';
import { TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from './value.js';

const US_PER_SECOND = 1_000_000n;
const SECONDS_PER_DAY = 86_400;

/**
 * Reads a TIMESTAMP as S4 has it: RFC 3339 with a zone (`2013-07-01T00:00:00.5+05:45`), or local time with an IANA zone
 * in brackets (`2013-03-10T02:30:00[America/New_York]`, "compatible" disambiguation). Finer than a microsecond is floored.
 * Returns microseconds since the Unix epoch, or null for anything else, second 60 and times outside the range included.
 */
export function parseTimestamp(text: string): bigint | null {
  const local = parseLocal(text);
  if (local === null) return null;
  if (text.charCodeAt(local.end) === BRACKET && text.endsWith(']')) {
    return inRange(localInZone(local.epochUs, text.slice(local.end + 1, -1)));
  }
  const offsetMinutes = parseOffset(text, local.end);
  if (offsetMinutes === null) return null;
  if (offsetMinutes === 0) return inRange(local.epochUs);
  return inRange(local.epochUs - BigInt(offsetMinutes) * 60_000_000n);
}

/** Writes a TIMESTAMP as RFC 3339 in UTC with as many of 0, 3 or 6 fraction digits as it needs. */
export function formatTimestamp(us: bigint): string {
  const asNumber = Number(us);
  // Within 285 years of 1970 a double holds it, and no other bigint is made.
  const isExact = Number.isSafeInteger(asNumber);
  const whole = isExact ? Math.floor(asNumber / 1e6) : Number(floorDivide(us, US_PER_SECOND));
  const fraction = isExact ? asNumber - whole * 1e6 : Number(us - BigInt(whole) * US_PER_SECOND);
  const days = Math.floor(whole / SECONDS_PER_DAY);
  const second = whole - days * SECONDS_PER_DAY;
  const clock = `${pad(Math.floor(second / 3600))}:${pad(Math.floor(second / 60) % 60)}:${pad(second % 60)}`;
  return `${formatDate(days)}T${clock}${formatFraction(fraction)}Z`;
}

/** Reads a DATE `YYYY-MM-DD` as days since 1970-01-01, or null: no such day, or another form. */
export function parseDate(text: string): number | null {
  return text.length === 10 ? parseDays(text) : null;
}

/** Writes a DATE as `YYYY-MM-DD`. */
export function formatDate(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)}`;
}

/**
 * The instant of a local time without a zone (`2013-03-10T02:30:00`) on the clocks of an IANA zone: a time that was
 * skipped is read with the offset before the gap, a time that came twice is the earlier ("compatible"). Null when either is
 * no such thing.
 */
export function localToUtc(local: string, zone: string): bigint | null {
  const parsed = parseLocal(local);
  if (parsed === null || parsed.end !== local.length) return null;
  return inRange(localInZone(parsed.epochUs, zone));
}

/** Year, month and day of a day number. Source: H. Hinnant, chrono-compatible low-level date algorithms, civil_from_days. */
export function civilOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + Number(month <= 2), month, day };
}

/** Day number of a valid civil date. Source: H. Hinnant, days_from_civil. */
export function daysOf(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** How many days the month has. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Division towards −∞, for a positive divisor. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}

type LocalTime = {
  /** Microseconds since 1970-01-01T00:00:00 on the same clock. */
  readonly epochUs: bigint;
  /** Where the zone begins. */
  readonly end: number;
};

/** `YYYY-MM-DDTHH:MM:SS[.f…]`; RFC 3339 also allows `t` and a space between date and time. */
function parseLocal(text: string): LocalTime | null {
  const days = parseDays(text);
  if (days === null || !isTimeSeparator(text.charCodeAt(10))) return null;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return null;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return null;
  const end = fractionEnd(text);
  if (end === null) return null;
  const micros = end === 19 ? 0 : fractionMicros(text, end);
  const seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  const us = seconds * 1e6 + micros;
  // Within 285 years of 1970 a double holds it, and one bigint is made instead of four.
  return {
    epochUs: Number.isSafeInteger(us) ? BigInt(us) : BigInt(seconds) * US_PER_SECOND + BigInt(micros),
    end,
  };
}

function parseDays(text: string): number | null {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return null;
  return day <= daysInMonth(year, month) ? daysOf(year, month, day) : null;
}

/** NaN unless both are digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function fractionEnd(text: string): number | null {
  if (text.charCodeAt(19) !== DOT) return 19;
  let end = 20;
  while (isDigit(text.charCodeAt(end))) end++;
  return end > 20 ? end : null;
}

function fractionMicros(text: string, end: number): number {
  return Number(text.slice(20, Math.min(end, 26)).padEnd(6, '0'));
}

/** Minutes east of UTC of `Z` or `±HH:MM` from `at` to the end of the text. */
function parseOffset(text: string, at: number): number | null {
  const sign = text.charCodeAt(at);
  if (sign === UPPER_Z || sign === LOWER_Z) return text.length === at + 1 ? 0 : null;
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6) return null;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (text.charCodeAt(at + 3) !== COLON || !(hours <= 23 && minutes <= 59)) return null;
  return (hours * 60 + minutes) * (sign === DASH ? -1 : 1);
}

function formatFraction(micros: number): string {
  if (micros === 0) return '';
  const digits = String(micros).padStart(6, '0');
  return `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
}

function inRange(us: bigint | null): bigint | null {
  return us !== null && us >= TIMESTAMP_MIN_US && us <= TIMESTAMP_MAX_US ? us : null;
}

function isTimeSeparator(code: number): boolean {
  return code === UPPER_T || code === LOWER_T || code === SPACE;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

function pad(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

const SPACE = 0x20;
const PLUS = 0x2b;
const DASH = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
const BRACKET = 0x5b;
const LOWER_T = 0x74;
const LOWER_Z = 0x7a;
