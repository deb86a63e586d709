import { daysInMonth, daysOf, floorDivide, formatDate } from '../../definition/time.js';
import { localInZone } from '../../definition/time-zone.js';
import { TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from '../../definition/value.js';

/**
 * CAST(STRING AS TIMESTAMP): `YYYY-[M]M-[D]D[( |T)[H]H:[M]M:[S]S[.F][zone]]`, the zone `Z`, `±H[H][[:]M[M]]` or a space and
 * an IANA name, UTC when there is none; second 60 is the next minute. At most 6 fraction digits. Source: GoogleSQL, "Conversion rules" and the canonical format of TIMESTAMP.
 */
export function timestampOfText(text: string): bigint | null {
  const match = TIMESTAMP_TEXT.exec(text);
  if (match === null) return null;
  const days = daysOfParts(match[1]!, match[2]!, match[3]!);
  const seconds = secondsOfParts(match[4] ?? '0', match[5] ?? '0', match[6] ?? '0');
  if (days === null || seconds === null) return null;
  const micros = Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
  const local = BigInt(days * 86_400 + seconds) * 1_000_000n + BigInt(micros);
  return timestampInRange(instantOf(local, match[8], match[9]));
}

/** CAST(STRING AS DATE): `YYYY-[M]M-[D]D`. */
export function dateOfText(text: string): number | null {
  const match = DATE_TEXT.exec(text);
  return match === null ? null : daysOfParts(match[1]!, match[2]!, match[3]!);
}

/** CAST(TIMESTAMP AS STRING): `2014-09-27 12:30:00.450+00`, with 0, 3 or 6 fraction digits. */
export function textOfTimestamp(us: bigint): string {
  const seconds = floorDivide(us, 1_000_000n);
  const days = Number(floorDivide(seconds, 86_400n));
  const second = Number(seconds) - days * 86_400;
  const fraction = Number(us - seconds * 1_000_000n);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  const digits = String(fraction).padStart(6, '0');
  const decimals = fraction === 0 ? '' : `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
  return `${formatDate(days)} ${clock.map(twoDigits).join(':')}${decimals}+00`;
}

/** NULL where an instant is outside the range of a TIMESTAMP (S6). */
export function timestampInRange(us: bigint | null): bigint | null {
  return us !== null && us >= TIMESTAMP_MIN_US && us <= TIMESTAMP_MAX_US ? us : null;
}

function instantOf(local: bigint, offset: string | undefined, zone: string | undefined): bigint | null {
  if (zone !== undefined) return localInZone(local, zone);
  if (offset === undefined || offset === 'Z' || offset === 'z') return local;
  const [, hours, minutes = '0'] = /^.(\d\d?):?(\d*)$/.exec(offset)!;
  const total = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || total > MAX_OFFSET_MINUTES) return null;
  return local - BigInt(offset.startsWith('-') ? -total : total) * 60_000_000n;
}

function daysOfParts(yearText: string, monthText: string, dayText: string): number | null {
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return daysOf(year, month, day);
}

function secondsOfParts(hours: string, minutes: string, seconds: string): number | null {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

const DATE_TEXT = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const TIMESTAMP_TEXT = new RegExp(
  [
    String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})`,
    String.raw`(?:[ Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?`,
    String.raw`(?:([Zz]|[+-]\d{1,2}(?::?\d{1,2})?)| ([A-Za-z][A-Za-z0-9_+/-]*))?)?$`,
  ].join(''),
);
/** GoogleSQL takes offsets up to ±14:00. */
const MAX_OFFSET_MINUTES = 14 * 60;
