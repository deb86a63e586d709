import { floorDivide } from '../../definition/time.js';
import { type TimeZone, timeZone } from '../../definition/time-zone.js';

/**
 * The zone of an IANA name, or of an offset as GoogleSQL writes it: `+5`, `-08:00`, `+0530` or
 * `UTC+8`, up to 14 hours; null for
 * anything else. Source: GoogleSQL, "Data types", time zones.
 */
export function zoneOf(name: string): TimeZone | null {
  if (name === 'UTC') return UTC;
  // Most zones are names; kernels come here for every row.
  const seconds = /^[A-TV-Z]/.test(name) ? null : secondsOfOffset(name);
  return seconds === null ? timeZone(name) : { name, offsetAt: () => seconds };
}

/** Seconds of `[UTC]±H[H][[:]M[M]]`; null for what is no offset, or beyond 14 hours. */
function secondsOfOffset(text: string): number | null {
  const match = OFFSET.exec(text);
  if (match === null) return null;
  const [, sign, hours, minutes = '0'] = match;
  const total = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || total > MAX_OFFSET_MINUTES) return null;
  return (sign === '-' ? -total : total) * 60;
}

/** The second of the Unix epoch that an instant lies in. */
export function secondOf(us: bigint): number {
  const near = Number(us);
  // Here the quotient of doubles cannot round up to the next whole number: 2^33 seconds are more than these.
  return Math.abs(near) < EXACT_US ? Math.floor(near / 1e6) : Number(floorDivide(us, 1_000_000n));
}

/** Microseconds of an instant since the second it lies in. */
export function microsOf(us: bigint, second: number): number {
  const near = Number(us);
  return Math.abs(near) < EXACT_US ? near - second * 1e6 : Number(us - BigInt(second) * 1_000_000n);
}

/** Seconds since 1970-01-01T00:00:00 on the clocks of a zone. */
export function localSecondOf(us: bigint, zone: TimeZone): number {
  const second = secondOf(us);
  return second + zone.offsetAt(second);
}

/** The zone without a name to look up. */
export const UTC: TimeZone = { name: 'UTC', offsetAt: () => 0 };

/** Seconds of a day. */
export const DAY_SECONDS = 86_400;

const OFFSET = /^(?:UTC)?([+-])(\d{1,2})(?::?(\d{1,2}))?$/;
const MAX_OFFSET_MINUTES = 14 * 60;
const EXACT_US = 8e15;
