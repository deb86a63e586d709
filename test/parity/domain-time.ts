import fc from 'fast-check';
import { formatDate, formatTimestamp } from '../../src/definition/time.js';
import type { Domains } from './domain-kind.js';
import { ZONES } from './values.js';

const zone = fc.constantFrom(...ZONES, 'UTC', 'UTC', '+05:30', '-8', 'UTC+14');
const unit = fc.record({
  part: fc.constantFrom('MICROSECOND', 'MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY'),
});
const weeks = fc.constantFrom('WEEK', 'ISOWEEK', 'WEEK(MONDAY)', 'WEEK(THURSDAY)', 'WEEK(SATURDAY)');
const dateUnit = fc.oneof(fc.constantFrom('MONTH', 'QUARTER', 'YEAR', 'ISOYEAR'), weeks);
const datePart = fc.oneof(
  fc.constantFrom('YEAR', 'QUARTER', 'MONTH', 'DAY', 'DAYOFWEEK', 'DAYOFYEAR', 'ISOYEAR'),
  weeks,
);
const clockPart = fc.constantFrom('HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND');
const shift = {
  parameters: fc.option(fc.record({ part: fc.constantFrom('WEEK', 'MONTH', 'QUARTER', 'YEAR') }), {
    nil: {},
  }),
  arguments: { 1: fc.oneof(fc.bigInt(-40n, 40n), fc.bigInt(-200_000n, 200_000n)) },
} as const;

const dates = fc.oneof(fc.integer({ min: -719_162, max: 2_932_896 }), fc.integer({ min: 0, max: 30_000 }));
const instants = fc.oneof(
  fc.bigInt(-62_135_596_800_000_000n, 253_402_300_799_999_999n),
  fc.bigInt(0n, 2_000_000_000_000_000n),
);

/** `2020-01-05 10:11:12.5` and its like, on unknown clocks. */
const localText = instants.map((us) => formatTimestamp(us).replace('T', ' ').slice(0, -1));

/** Parts, units, zones and formats. */
export const TIME_DOMAINS: Domains = {
  extract_timestamp: { parameters: fc.record({ part: fc.oneof(datePart, clockPart), zone }) },
  extract_date: { parameters: fc.record({ part: datePart }) },
  date_of_timestamp: { parameters: fc.record({ zone }) },
  timestamp_of_date: { parameters: fc.record({ zone }) },
  timestamp_of_text: {
    parameters: fc.record({ zone }),
    arguments: { 0: fc.oneof(localText, dates.map(formatDate)) },
  },
  string_of_timestamp: { parameters: fc.record({ zone }) },
  timestamp_diff: { parameters: unit },
  timestamp_add: { parameters: unit, arguments: { 1: fc.bigInt(-1_000_000n, 1_000_000n) } },
  timestamp_sub: { parameters: unit, arguments: { 1: fc.bigInt(-1_000_000n, 1_000_000n) } },
  timestamp_trunc: {
    parameters: fc.record({ part: fc.oneof(clockPart, fc.constant('DAY'), dateUnit), zone }),
  },
  timestamp_seconds: { arguments: { 0: fc.bigInt(-62_135_596_801n, 253_402_300_800n) } },
  timestamp_millis: { arguments: { 0: fc.bigInt(-62_135_596_801_000n, 253_402_300_800_000n) } },
  timestamp_micros: { arguments: { 0: instants } },
  date_of_parts: {
    arguments: {
      0: fc.oneof(fc.bigInt(1999n, 2001n), fc.bigInt(0n, 10_000n)),
      1: fc.bigInt(1n, 12n),
      2: fc.bigInt(1n, 31n),
    },
  },
  date_of_number: { arguments: { 0: dates.map(BigInt) } },
  date_add: shift,
  date_sub: shift,
  date_diff: { parameters: fc.option(fc.record({ part: dateUnit }), { nil: {} }) },
  date_trunc: { parameters: fc.record({ part: fc.oneof(fc.constant('DAY'), dateUnit) }) },
  last_day: { parameters: fc.record({ part: dateUnit }) },
  format_date: { parameters: fc.record({ format: dateFormats() }) },
  format_timestamp: { parameters: fc.record({ format: timestampFormats(), zone }) },
  parse_date: {
    parameters: fc.record({
      format: fc.constantFrom('%Y-%m-%d', '%F', '%Y-%m-%e', ' %Y - %m - %d', '%E4Y-%m-%d'),
    }),
    arguments: { 0: dates.map(formatDate) },
  },
  parse_timestamp: {
    parameters: fc.record({
      format: fc.constantFrom(
        '%Y-%m-%d %H:%M:%E*S',
        '%F %T',
        '%F %R:%E6S',
        '%E4Y-%m-%d %k:%M:%E*S',
        '%F %H:%M:%E3S',
      ),
      zone,
    }),
    arguments: { 0: localText },
  },
};

function dateFormats(): fc.Arbitrary<string> {
  const elements = fc.constantFrom(
    ...'AaBbCDdeFGghjmnQtUuVWwxYy%'.split('').map((letter) => `%${letter}`),
    '%E4Y',
  );
  return formatOf(elements);
}

function timestampFormats(): fc.Arbitrary<string> {
  const letters = 'YmdcHIklMPpRSsTXZz'.split('').map((letter) => `%${letter}`);
  return formatOf(fc.constantFrom(...letters, '%Ez', '%E*S', '%E0S', '%E1S', '%E3S', '%E6S'));
}

function formatOf(element: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const text = fc.constantFrom('', ' ', '-', 'é', '$0 ');
  return fc.array(fc.tuple(element, text), { maxLength: 4 }).map((parts) => parts.flat().join(''));
}
