import { Temporal } from 'temporal-polyfill';
import type { Value } from '../../src/definition/value.js';

/** An instant on the clocks of a zone: an IANA name, or an offset as GoogleSQL writes it. */
export function zoned(value: Value | undefined, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds((value as bigint) * 1000n).toZonedDateTimeISO(zoneId(zone));
}

/** Microseconds since the Unix epoch of a local time; "compatible" where it was skipped or came twice. */
export function instantOf(local: Temporal.PlainDateTime, zone: string): bigint {
  return local.toZonedDateTime(zoneId(zone)).epochNanoseconds / 1000n;
}

/** The clocks' minutes ahead of UTC, seconds cut off. */
export function offsetMinutesAt(value: Value | undefined, zone: string): number {
  return Math.trunc(zoned(value, zone).offsetNanoseconds / 60e9);
}

/** Temporal's name of a zone; throws a RangeError for what is none. */
export function zoneId(zone: string): string {
  const match = /^(?:UTC)?([+-])(\d\d?)(?::?(\d\d?))?$/.exec(zone);
  if (match !== null) {
    const [, sign, hours, minutes = '0'] = match;
    if (Number(minutes) > 59 || Number(hours) * 60 + Number(minutes) > 840) throw new RangeError(zone);
    return `${sign}${hours!.padStart(2, '0')}:${minutes.padStart(2, '0')}`;
  }
  const { timeZoneId } = Temporal.Instant.fromEpochNanoseconds(0n).toZonedDateTimeISO(zone);
  if (timeZoneId !== zone) throw new RangeError(zone);
  return zone;
}
