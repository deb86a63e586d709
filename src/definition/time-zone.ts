import { Temporal } from 'temporal-polyfill';

/**
 * The instant of a local time in an IANA zone, "compatible" disambiguation as in Temporal and iCalendar; both are
 * microseconds, the local one since 1970-01-01T00:00:00 on the zone's own clocks. Null for an unknown zone.
 */
export function localInZone(localUs: bigint, zone: string): bigint | null {
  if (!isTimeZone(zone)) return null;
  // An offset differs from UTC by less than a day: were it the same a day before and a day after, it is that one.
  const before = offsetUsAt(zone, localUs - DAY_US);
  const after = offsetUsAt(zone, localUs + DAY_US);
  const early = localUs - before;
  if (offsetUsAt(zone, early) === before) return early;
  const late = localUs - after;
  return offsetUsAt(zone, late) === after ? late : early;
}

/** Microseconds that the clocks of a known zone are ahead of UTC at an instant. */
export function offsetUsAt(zone: string, us: bigint): bigint {
  const spans = spansOf(zone);
  const found = spans.find((span) => us >= span.fromUs && us < span.untilUs);
  if (found !== undefined) return found.offsetUs;
  const span = findSpan(zone, us);
  if (spans.length >= MAX_SPANS) spans.length = 0;
  spans.unshift(span);
  return span.offsetUs;
}

/** Whether the time zone database has this very name, capitals included; offsets such as `+02:00` are no zones. */
export function isTimeZone(zone: string): boolean {
  const known = KNOWN.get(zone);
  if (known !== undefined) return known;
  const is = /^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone) && zone.length <= MAX_NAME && exists(zone);
  if (KNOWN.size >= MAX_ZONES) KNOWN.clear();
  KNOWN.set(zone, is);
  return is;
}

/** A time between two changes of a zone's offset. */
type Span = { readonly fromUs: bigint; readonly untilUs: bigint; readonly offsetUs: bigint };

function spansOf(zone: string): Span[] {
  let spans = SPANS.get(zone);
  if (spans === undefined) {
    if (SPANS.size >= MAX_ZONES) SPANS.clear();
    spans = [];
    SPANS.set(zone, spans);
  }
  return spans;
}

function findSpan(zone: string, us: bigint): Span {
  const at = Temporal.Instant.fromEpochNanoseconds(us * 1000n).toZonedDateTimeISO(zone);
  const next = at.getTimeZoneTransition('next');
  // "previous" is strictly before its instant, so it is asked one nanosecond later.
  const previous = at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  return {
    fromUs: previous === null ? -FOREVER_US : previous.epochNanoseconds / 1000n,
    untilUs: next === null ? FOREVER_US : next.epochNanoseconds / 1000n,
    offsetUs: BigInt(at.offsetNanoseconds) / 1000n,
  };
}

function exists(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochNanoseconds(0n).toZonedDateTimeISO(zone).timeZoneId === zone;
  } catch {
    return false;
  }
}

const DAY_US = 86_400_000_000n;
const FOREVER_US = 2n ** 62n;
/** Spans kept for one zone: 16 years of two changes a year, searched newest first. */
const MAX_SPANS = 32;
/** Names kept: about as many as the database has, so that made-up ones cannot fill memory. */
const MAX_ZONES = 600;
const MAX_NAME = 64;
const KNOWN = new Map<string, boolean>();
const SPANS = new Map<string, Span[]>();
