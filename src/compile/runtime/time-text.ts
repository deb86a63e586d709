import { daysInMonth, daysOf, formatDate } from '../../definition/time.js';
import { secondOfLocal, type TimeZone } from '../../definition/time-zone.js';
import { DAY_SECONDS, microsOf, secondOf, UTC, zoneOf } from './clock.js';
import { dateInRange } from './date-unit.js';
import { shortOffsetText } from './time-format.js';
import { timestampInRange } from './timestamp.js';

/**
 * CAST(STRING AS TIMESTAMP): `YYYY-[M]M-[D]D[( |T)[H]H:[M]M:[S]S[.F]][zone]`, the zone `Z`, `±H[H][[:]M[M]]` or a space and
 * an IANA name, UTC when there is none; behind a date alone it is an offset after a space or T. Second 60 is the next minute. At
 * most 6 fraction digits. Source: GoogleSQL, "Conversion rules" and the canonical format of TIMESTAMP.
 */
export function timestampOfText(text: string): bigint | null {
  const match = TIMESTAMP_TEXT.exec(text);
  if (match === null) return null;
  const [offset, name] = [match[8] ?? match[10], match[9]];
  const isUtc = name === undefined && (offset === undefined || offset.toUpperCase() === 'Z');
  const zone = isUtc ? UTC : zoneOf(name ?? offset!);
  return zone === null ? null : instantOf(match, zone);
}

/** TIMESTAMP(STRING, zone): the same without a zone of its own. */
export function timestampOfLocalText(text: string, zone: TimeZone): bigint | null {
  const match = TIMESTAMP_TEXT.exec(text);
  if (match === null || match[8] !== undefined || match[9] !== undefined || match[10] !== undefined)
    return null;
  return instantOf(match, zone);
}

/** CAST(STRING AS DATE): `YYYY-[M]M-[D]D`. */
export function dateOfText(text: string): number | null {
  const match = DATE_TEXT.exec(text);
  const days = match === null ? null : daysOfParts(match[1]!, match[2]!, match[3]!);
  return days === null ? null : dateInRange(days);
}

/**
 * A TIMESTAMP as text, on the clocks of a zone: `2014-09-27 12:30:00.450+00`, with 0, 3 or 6 fraction digits; of an offset
 * with seconds the whole minutes.
 */
export function textOfTimestamp(us: bigint, zone: TimeZone): string {
  const whole = secondOf(us);
  const offsetMinutes = Math.trunc(zone.offsetAt(whole) / 60);
  const local = whole + offsetMinutes * 60;
  const days = Math.floor(local / DAY_SECONDS);
  const second = local - days * DAY_SECONDS;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  const fraction = microsOf(us, whole);
  const digits = String(fraction).padStart(6, '0');
  const decimals = fraction === 0 ? '' : `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
  return `${formatDate(days)} ${clock.map(twoDigits).join(':')}${decimals}${shortOffsetText(offsetMinutes)}`;
}

function instantOf(match: RegExpExecArray, zone: TimeZone): bigint | null {
  const days = daysOfParts(match[1]!, match[2]!, match[3]!);
  const second = secondsOfParts(match[4] ?? '0', match[5] ?? '0', match[6] ?? '0');
  if (days === null || second === null) return null;
  const micros = Number((match[7] ?? '').padEnd(6, '0'));
  const instant = secondOfLocal(zone, days * DAY_SECONDS + second);
  return timestampInRange(BigInt(instant) * 1_000_000n + BigInt(micros));
}

function daysOfParts(yearText: string, monthText: string, dayText: string): number | null {
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return daysOf(year, month, day);
}

function secondsOfParts(hours: string, minutes: string, seconds: string): number | null {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

const DATE_TEXT = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
/** Years may have five digits: 10000 is in range where an offset leads back to 9999. */
const TIMESTAMP_TEXT = new RegExp(
  [
    String.raw`^(\d{4,5})-(\d{1,2})-(\d{1,2})`,
    String.raw`(?:[ Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?`,
    String.raw`(?:([Zz]|[+-]\d{1,2}(?::?\d{1,2})?)| ([A-Za-z][A-Za-z0-9_+:/-]*))?|[ Tt]([+-]\d{1,2}(?::?\d{1,2})?))?$`,
  ].join(''),
);
