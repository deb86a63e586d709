import { floorDivide } from '../../definition/time.js';
import type { TimeZone } from '../../definition/time-zone.js';
import { DAY_SECONDS, localSecondOf, secondOf } from './clock.js';
import { DATE_UNITS, type DateUnit } from './date-unit.js';
import { dateOfTimestamp, timestampInRange, timestampOfDate, UNIT_US } from './timestamp.js';

/** Microseconds of the parts of TIMESTAMP_TRUNC that every day has the same number of, but for DAY. */
export const CLOCK_UNITS: Readonly<Record<string, bigint>> = Object.fromEntries(
  Object.entries(UNIT_US).filter(([part]) => part !== 'DAY'),
);

/** TIMESTAMP_TRUNC to a unit of the calendar; NULL before the range of a TIMESTAMP. */
export function startOfCalendarUnit(us: bigint, unit: DateUnit, zone: TimeZone): bigint | null {
  const days = Math.floor(localSecondOf(us, zone) / DAY_SECONDS);
  return timestampOfDate(unit.startOf(unit.numberOf(days)), zone);
}

/** TIMESTAMP_TRUNC to ISOYEAR, which GoogleSQL has for dates of the years 1 to 9999 only. */
export function startOfIsoYearAt(us: bigint, zone: TimeZone): bigint | null {
  const isInRange = dateOfTimestamp(us, zone) !== null;
  return isInRange ? startOfCalendarUnit(us, DATE_UNITS['ISOYEAR']!, zone) : null;
}

/** TIMESTAMP_TRUNC to a unit of the clock, as a zone's clocks show it at that instant; NULL before the range. */
export function startOfClockUnit(us: bigint, unitUs: bigint, zone: TimeZone): bigint | null {
  const offsetUs = BigInt(zone.offsetAt(secondOf(us))) * 1_000_000n;
  return timestampInRange(floorDivide(us + offsetUs, unitUs) * unitUs - offsetUs);
}
