import { Temporal } from 'temporal-polyfill';

/** The clocks of a zone. Whole seconds throughout: no zone ever was ahead of UTC by a fraction of one. */
export type TimeZone = {
  readonly name: string;
  /** Seconds that the clocks are ahead of UTC, at a second of the Unix epoch. */
  readonly offsetAt: (second: number) => number;
};

/**
 * The zone of the IANA time zone database with this very name, capitals included; null where there is none. Offsets such as
 * `+02:00` are no names. The database is the one of the JavaScript engine.
 */
export function timeZone(name: string): TimeZone | null {
  const known = ZONES.get(name);
  if (known !== undefined || UNKNOWN.has(name)) return known ?? null;
  if (isName(name)) {
    const zone = new NamedZone(name);
    ZONES.set(name, zone);
    return zone;
  }
  if (UNKNOWN.size >= MAX_UNKNOWN) UNKNOWN.clear();
  UNKNOWN.add(name);
  return null;
}

/**
 * The second of the Unix epoch at which a zone's clocks show a local second, which counts from 1970-01-01T00:00:00 on these
 * clocks. A time that was skipped is read with the offset before the gap, a time that came twice is the earlier
 * ("compatible" in Temporal and iCalendar, `pre` in GoogleSQL's clocks).
 */
export function secondOfLocal(zone: TimeZone, local: number): number {
  // An offset is less than a day, and two changes are days apart: the offset is that of the day before or of the day after.
  const before = zone.offsetAt(local - DAY);
  const early = local - before;
  if (zone.offsetAt(early) === before) return early;
  const after = zone.offsetAt(local + DAY);
  const late = local - after;
  return zone.offsetAt(late) === after ? late : early;
}

/** {@link secondOfLocal} in microseconds and by the zone's name; null for an unknown one. */
export function localInZone(localUs: bigint, name: string): bigint | null {
  const zone = timeZone(name);
  if (zone === null) return null;
  const second = Number((localUs - (((localUs % US) + US) % US)) / US);
  return localUs + BigInt(secondOfLocal(zone, second) - second) * US;
}

/** Reads the engine's offsets, a page of time at once, and keeps them. */
class NamedZone implements TimeZone {
  private readonly pages = new Map<number, Page>();
  private format: Intl.DateTimeFormat | null = null;

  constructor(readonly name: string) {}

  offsetAt(second: number): number {
    const at = withinPages(second);
    const number = Math.floor(at / PAGE);
    const page = this.pages.get(number) ?? this.read(number);
    let { offset } = page;
    for (const change of page.changes) {
      if (at < change.at) return offset;
      offset = change.offset;
    }
    return offset;
  }

  private read(number: number): Page {
    const first = number * PAGE;
    const start = this.measure(first);
    const changes: Change[] = [];
    let offset = start;
    for (let at = first; at < first + PAGE; at += STEP) {
      const next = this.measure(at + STEP);
      if (next !== offset) changes.push({ at: this.changeWithin(at, at + STEP), offset: next });
      offset = next;
    }
    const page = { offset: start, changes };
    if (heldPages >= MAX_PAGES) forgetPages();
    heldPages++;
    this.pages.set(number, page);
    return page;
  }

  /** The first second with the offset that `end` has; `start` has another, and they change once. */
  private changeWithin(start: number, end: number): number {
    const after = this.measure(end);
    let [before, at] = [start, end];
    while (at - before > 1) {
      const middle = Math.floor((before + at) / 2);
      if (this.measure(middle) === after) at = middle;
      else before = middle;
    }
    return at;
  }

  private measure(second: number): number {
    this.format ??= new Intl.DateTimeFormat('en-US', { timeZone: this.name, timeZoneName: 'longOffset' });
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.format.format(second * 1000))!;
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -size : size;
  }

  forget(): void {
    this.pages.clear();
  }
}

/** The offset at the start of a stretch of time, and every change of it, in order. */
type Page = { readonly offset: number; readonly changes: readonly Change[] };

type Change = { readonly at: number; readonly offset: number };

/** Clocks stood still before the first page; after the last rule was made, a cycle of the calendar is like the one before. */
function withinPages(second: number): number {
  if (second < FIRST_SECOND) return FIRST_SECOND;
  return second < CYCLE_START + CYCLE ? second : CYCLE_START + ((second - CYCLE_START) % CYCLE);
}

function forgetPages(): void {
  for (const zone of ZONES.values()) zone.forget();
  heldPages = 0;
}

/** Engines know a few names more, which are in no version of the database any more. */
function isName(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name) || name.length > MAX_NAME || FORMER.has(name)) return false;
  try {
    return Temporal.Instant.fromEpochNanoseconds(0n).toZonedDateTimeISO(name).timeZoneId === name;
  } catch {
    return false;
  }
}

const DAY = 86_400;
const US = 1_000_000n;
/** 388 days. */
const PAGE = 2 ** 25;
/** Three days: the two closest changes of the database are four days apart, in Freetown, 1939. */
const STEP = 2 ** 18;
/** In 1799; the first change of the database is of 1844. */
const FIRST_SECOND = -160 * PAGE;
/** In 2107; the last change that is no rule's is of 2087. */
const CYCLE_START = 129 * PAGE;
/** 400 years of the Gregorian calendar, a whole number of weeks. */
const CYCLE = 146_097 * DAY;
/** Made-up names that come again and again are looked up once, but cannot fill memory. */
const MAX_UNKNOWN = 1000;
const MAX_NAME = 64;
/** Some 10 MB; a zone has one for each year that somebody asked about, and at most 700. */
const MAX_PAGES = 40_000;
const FORMER = new Set(['US/Pacific-New', 'Canada/East-Saskatchewan']);
const ZONES = new Map<string, NamedZone>();
const UNKNOWN = new Set<string>();
let heldPages = 0;
