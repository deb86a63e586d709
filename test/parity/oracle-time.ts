import { Temporal } from 'temporal-polyfill';
import type { Value } from '../../src/definition/value.js';
import { DATES, dateOf, datePart, daysOf, firstOf, orNull } from './oracle-date.js';
import type { StrictOperation } from './oracle-kind.js';
import { TIME_TEXTS } from './oracle-time-text.js';
import { instantOf, offsetMinutesAt, zoned } from './oracle-zone.js';

const UNITS: Readonly<Record<string, bigint>> = {
  MICROSECOND: 1n,
  MILLISECOND: 1000n,
  SECOND: 1_000_000n,
  MINUTE: 60n * 1_000_000n,
  HOUR: 3600n * 1_000_000n,
  DAY: 86_400n * 1_000_000n,
};

/** Times by Temporal's own calendar and clocks. */
export const TIMES: Readonly<Record<string, StrictOperation>> = {
  ...DATES,
  ...TIME_TEXTS,
  extract_timestamp: ([t], { part, zone }) => partOf(zoned(t, zone!).toPlainDateTime(), part!),
  date_of_timestamp: ([t], { zone }) => daysOf(zoned(t, zone!).toPlainDate()),
  timestamp_of_date: ([d], { zone }) => instantOf(dateOf(d).toPlainDateTime(), zone!),
  timestamp_of_text: ([s], { zone }) =>
    orNull(() => {
      const leap = /^(.*\d:)60(\D.*)?$/.exec(String(s));
      if (leap === null) return instantOf(localOf(String(s)), zone!);
      const before = localOf(`${leap[1]}59${leap[2] ?? ''}`);
      return instantOf(before.add({ seconds: 1 }), zone!);
    }),
  string_of_timestamp: ([t], { zone }) => {
    const minutes = offsetMinutesAt(t, zone!);
    const shown = zoned(us(t) + BigInt(minutes) * 60_000_000n, 'UTC').toPlainDateTime();
    const micros = shown.millisecond * 1000 + shown.microsecond;
    const digits = micros === 0 ? 0 : micros % 1000 === 0 ? 3 : 6;
    const clock = shown.toPlainTime().toString({ fractionalSecondDigits: digits });
    const size = Math.abs(minutes);
    const offset = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${size % 60 === 0 ? '' : `:${pad(size % 60)}`}`;
    return `${pad(shown.year, 4)}-${pad(shown.month)}-${pad(shown.day)} ${clock}${offset}`;
  },
  timestamp_diff: ([a, b], { part }) => (us(a) - us(b)) / UNITS[part!]!,
  timestamp_add: ([t, n], { part }) => us(t) + us(n) * UNITS[part!]!,
  timestamp_sub: ([t, n], { part }) => us(t) - us(n) * UNITS[part!]!,
  timestamp_trunc: ([t], { part, zone }) => {
    const local = zoned(t, zone!).toPlainDateTime();
    const smallestUnit = part!.toLowerCase();
    if (isOfClock(smallestUnit)) {
      const start = local.round({ smallestUnit, roundingMode: 'floor' });
      return us(t) - BigInt(start.until(local).total('microseconds'));
    }
    // GoogleSQL finds no ISO year beyond the last date.
    if (part === 'ISOYEAR' && (local.year < 1 || local.year > 9999)) return null;
    return instantOf(firstOf(local.toPlainDate(), part!).toPlainDateTime(), zone!);
  },
  unix_seconds: ([t]) => floored(us(t), 1_000_000n),
  unix_millis: ([t]) => floored(us(t), 1000n),
  unix_micros: ([t]) => us(t),
  timestamp_seconds: ([n]) => us(n) * 1_000_000n,
  timestamp_millis: ([n]) => us(n) * 1000n,
  timestamp_micros: ([n]) => us(n),
};

/** `YYYY-[M]M-[D]D[( |T)[H]H:[M]M:[S]S[.F]]`; throws for anything else. */
function localOf(text: string): Temporal.PlainDateTime {
  const match = /^(\d{4,5})-(\d\d?)-(\d\d?)(?:[ Tt](\d\d?):(\d\d?):(\d\d?)(?:\.(\d{1,6}))?)?$/.exec(text)!;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const micros = Number((match[7] ?? '').padEnd(6, '0'));
  const fields = { year: year!, month: month!, day: day!, hour, minute, second };
  const whole = Temporal.PlainDateTime.from(fields, { overflow: 'reject' });
  return whole.add({ microseconds: micros });
}

function partOf(time: Temporal.PlainDateTime, part: string): bigint {
  const ofClock = CLOCK_PARTS[part];
  return ofClock === undefined ? datePart(time.toPlainDate(), part) : BigInt(ofClock(time));
}

const CLOCK_PARTS: Readonly<Record<string, (time: Temporal.PlainDateTime) => number>> = {
  HOUR: (time) => time.hour,
  MINUTE: (time) => time.minute,
  SECOND: (time) => time.second,
  MILLISECOND: (time) => time.millisecond,
  MICROSECOND: (time) => time.millisecond * 1000 + time.microsecond,
};

function isOfClock(unit: string): unit is 'hour' | 'minute' | 'second' | 'millisecond' | 'microsecond' {
  return ['hour', 'minute', 'second', 'millisecond', 'microsecond'].includes(unit);
}

function us(value: Value | undefined): bigint {
  return value as bigint;
}

function floored(value: bigint, unit: bigint): bigint {
  return (value - (((value % unit) + unit) % unit)) / unit;
}

function pad(number: number, digits = 2): string {
  return String(number).padStart(digits, '0');
}
