import { secondOfLocal, type TimeZone } from '../../definition/time-zone.js';
import { TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from '../../definition/value.js';
import { DAY_SECONDS, localSecondOf, microsOf, secondOf } from './clock.js';
import type { DatePart } from './date-part.js';
import { dateInRange } from './date-unit.js';

/** A part of the time of day, from the second of the day and the microseconds within the second. */
export type TimePart = (second: number, micros: number) => number;

/** EXTRACT's parts of a time of day. */
export const TIME_PARTS: Readonly<Record<string, TimePart>> = {
  HOUR: (second) => Math.floor(second / 3600),
  MINUTE: (second) => Math.floor(second / 60) % 60,
  SECOND: (second) => second % 60,
  MILLISECOND: (_, micros) => Math.floor(micros / 1000),
  MICROSECOND: (_, micros) => micros,
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

/** EXTRACT of a part of the date that a zone's clocks show. */
export function datePartOf(us: bigint, part: DatePart, zone: TimeZone): bigint {
  return BigInt(part(Math.floor(localSecondOf(us, zone) / DAY_SECONDS)));
}

/** EXTRACT of a part of the time of day that a zone's clocks show. */
export function timePartOf(us: bigint, part: TimePart, zone: TimeZone): bigint {
  const second = secondOf(us);
  const local = second + zone.offsetAt(second);
  return BigInt(part(local - Math.floor(local / DAY_SECONDS) * DAY_SECONDS, microsOf(us, second)));
}

/** EXTRACT of hours, minutes or seconds: units of so many seconds that a zone's clocks count up to `modulus`. */
export function clockPartOf(us: bigint, zone: TimeZone, unitSeconds: number, modulus: number): bigint {
  const units = Math.floor(localSecondOf(us, zone) / unitSeconds);
  return BigInt(units - Math.floor(units / modulus) * modulus);
}

/** The DATE on the clocks of a zone; NULL where the zone's offset leads out of the range. */
export function dateOfTimestamp(us: bigint, zone: TimeZone): number | null {
  return dateInRange(Math.floor(localSecondOf(us, zone) / DAY_SECONDS));
}

/** The instant at which a DATE began on the clocks of a zone; NULL beyond the range of a TIMESTAMP. */
export function timestampOfDate(days: number, zone: TimeZone): bigint | null {
  return timestampInRange(BigInt(secondOfLocal(zone, days * DAY_SECONDS)) * 1_000_000n);
}

/** TIMESTAMP_ADD with an amount of either sign; NULL beyond the range of a TIMESTAMP. */
export function addToTimestamp(us: bigint, amount: bigint, unitUs: bigint): bigint | null {
  return timestampInRange(us + amount * unitUs);
}

/** NULL where an instant is outside the range of a TIMESTAMP (S6). */
export function timestampInRange(us: bigint | null): bigint | null {
  return us !== null && us >= TIMESTAMP_MIN_US && us <= TIMESTAMP_MAX_US ? us : null;
}
