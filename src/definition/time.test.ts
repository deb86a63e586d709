import { readFileSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { formatDate, formatTimestamp, localToUtc, parseDate, parseTimestamp } from './time.js';
import { TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from './value.js';

type TimeCase = { input: string; zone: string | null; epoch_us: string };

const CASES = readFileSync('test/data/traps/times.jsonl', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as TimeCase);

describe('S4 times', () => {
  it.each(CASES)('reads $input in zone $zone', ({ input, zone, epoch_us }) => {
    const expected = BigInt(epoch_us);
    expect(parseTimestamp(zone === null ? input : `${input}[${zone}]`)).toBe(expected);
    if (zone !== null) expect(localToUtc(input, zone)).toBe(expected);
    expect(parseTimestamp(formatTimestamp(expected))).toBe(expected);
  });

  it.each([
    ['2013-07-01T00:00:00.0000019Z', 1372636800000001n],
    ['1969-12-31T23:59:59.9999999Z', -1n],
    ['2013-07-01t00:00:00z', 1372636800000000n],
    ['2013-07-01 00:00:00-00:00', 1372636800000000n],
    ['0001-01-01T00:00:00Z', TIMESTAMP_MIN_US],
    ['9999-12-31T23:59:59.999999Z', TIMESTAMP_MAX_US],
  ])('reads %s', (text, us) => expect(parseTimestamp(text)).toBe(us));

  it.each([
    '',
    '2013-07-01',
    '2013-07-01T00:00:00',
    '2013-07-01T00:00Z',
    '2013-07-01T00:00:00.Z',
    '2013-07-01T00:00:60Z',
    '2013-07-01T24:00:00Z',
    '2013-02-29T00:00:00Z',
    '2013-13-01T00:00:00Z',
    '2013-07-01T00:00:00+0545',
    '2013-07-01T00:00:00+24:00',
    '2013-07-01T00:00:00Z ',
    '2013-07-01T00:00:00Z[UTC]',
    '2013-07-01T00:00:00[Mars/Olympus]',
    '2013-07-01T00:00:00[+02:00]',
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '+002013-07-01T00:00:00Z',
    '２013-07-01T00:00:00Z',
  ])('refuses %j', (text) => expect(parseTimestamp(text)).toBeNull());

  it('writes 0, 3 or 6 fraction digits', () => {
    expect(formatTimestamp(0n)).toBe('1970-01-01T00:00:00Z');
    expect(formatTimestamp(-1n)).toBe('1969-12-31T23:59:59.999999Z');
    expect(formatTimestamp(120_000n)).toBe('1970-01-01T00:00:00.120Z');
    expect(formatTimestamp(TIMESTAMP_MIN_US)).toBe('0001-01-01T00:00:00Z');
  });

  it('agrees with Temporal on every local half hour of years with odd changes', () => {
    for (const [zone, year] of [
      ['Pacific/Apia', 2011],
      ['Africa/Cairo', 2014],
      ['Africa/Casablanca', 2013],
      ['Antarctica/Troll', 2013],
      ['America/St_Johns', 1988],
    ] as const) {
      let local = Temporal.PlainDateTime.from({ year, month: 1, day: 1 });
      for (; local.year === year; local = local.add({ minutes: 30 })) {
        const expected = local.toZonedDateTime(zone).epochNanoseconds / 1000n;
        expect(localToUtc(local.toString({ smallestUnit: 'second' }), zone)).toBe(expected);
      }
    }
  });
});

describe('dates', () => {
  it('round-trips every day of the range, and only those', () => {
    for (let days = -719_162; days <= 2_932_896; days += 97) {
      expect(parseDate(formatDate(days))).toBe(days);
    }
    expect(formatDate(-719_162)).toBe('0001-01-01');
    expect(formatDate(2_932_896)).toBe('9999-12-31');
    for (const text of ['2013-1-01', '2013-02-30', '0000-01-01', '2013-01-01 ', '20130101']) {
      expect(parseDate(text)).toBeNull();
    }
  });
});
