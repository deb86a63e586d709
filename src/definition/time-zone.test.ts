import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { secondOfLocal, timeZone } from './time-zone.js';

const NAMES = Intl.supportedValuesOf('timeZone');
/** Years 1 to 9999. */
const SECONDS = fc.oneof(
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }),
);

describe('time zones', () => {
  it('have the offsets that a calendar shows, in any year', () => {
    const property = fc.property(fc.constantFrom(...NAMES), SECONDS, (name, second) => {
      expect(timeZone(name)!.offsetAt(second)).toBe(shownOffset(name, second));
    });
    fc.assert(property, { seed: 20_130_701, numRuns: 400 });
  });

  it.each([
    // Summer time of a week, and of four days.
    ['America/Recife', '2000-10-08T03:00:00Z', '2000-10-15T02:00:00Z', [-10_800, -7200, -7200, -10_800]],
    ['Africa/Freetown', '1939-09-01T00:20:00Z', '1939-09-05T23:40:00Z', null],
    ['Australia/Lord_Howe', '2013-04-06T15:00:00Z', '2013-10-05T15:30:00Z', [39_600, 37_800, 37_800, 39_600]],
    // A day that never was.
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2012-03-31T14:00:00Z', [-36_000, 50_400, 50_400, 46_800]],
  ])('%s has every change, to the second', (name, first, second, offsets) => {
    const zone = timeZone(name)!;
    const seconds = [first, second].map((text) => Date.parse(text) / 1000).flatMap((at) => [at - 1, at]);
    const found = seconds.map((at) => zone.offsetAt(at));
    expect(found).toEqual(seconds.map((at) => shownOffset(name, at)));
    if (offsets !== null) expect(found).toEqual(offsets);
  });

  it('reads local times as Temporal does, around changes of the clocks', () => {
    const names = ['America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Monrovia', 'Asia/Gaza'];
    const property = fc.property(
      fc.constantFrom(...names),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: -100_000, max: 100_000 }),
      (name, step, by) => {
        const change = Temporal.Instant.fromEpochNanoseconds(BigInt(step - 60) * 15_000_000n * 1_000_000_000n)
          .toZonedDateTimeISO(name)
          .getTimeZoneTransition('next');
        const local = (change?.toPlainDateTime() ?? new Temporal.PlainDateTime(1970, 1, 1)).add({
          seconds: by,
        });
        const expected = local.toZonedDateTime(name).epochMilliseconds / 1000;
        const since = Number(local.toZonedDateTime('UTC').epochMilliseconds) / 1000;
        expect(secondOfLocal(timeZone(name)!, since)).toBe(expected);
      },
    );
    fc.assert(property, { seed: 20_130_701, numRuns: 300 });
  });

  it.each(['utc', 'america/new_york', 'PST', '+02:00', '', 'US/Pacific-New', 'A'.repeat(100), '__proto__'])(
    'know no %s',
    (name) => expect(timeZone(name)).toBeNull(),
  );

  it.each(['UTC', 'Etc/GMT+5', 'US/Pacific', 'EST5EDT', 'Asia/Calcutta', 'Europe/Kyiv'])('know %s', (name) =>
    expect(timeZone(name)).not.toBeNull(),
  );
});

/** Seconds by which the clock that a calendar shows is ahead. Dates before 1800 are Julian there, and clocks did not change. */
function shownOffset(name: string, second: number): number {
  const at = Math.max(second, Date.UTC(1800, 0, 1) / 1000);
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at * 1000);
  const [year, month, day, hour, minute, sec] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map(
    (type) => Number(parts.find((part) => part.type === type)!.value),
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, sec) / 1000 - at;
}
