import fc from 'fast-check';
import {
  INT64_MAX,
  INT64_MIN,
  TIMESTAMP_MAX_US,
  TIMESTAMP_MIN_US,
  type Value,
} from '../../src/definition/value.js';
import type { ScalarType } from '../../src/definition/value-type.js';
import { HOSTILE_TEXTS } from './hostile-text.js';

/** Values that break naive code, mixed with ordinary ones, of each type; never NULL. */
export const HOSTILE: Readonly<Record<ScalarType, fc.Arbitrary<Value>>> = {
  BOOL: fc.boolean(),
  INT64: fc.oneof(
    { arbitrary: fc.bigInt(-12n, 12n), weight: 4 },
    {
      arbitrary: around([
        0n,
        INT64_MIN + 2n,
        INT64_MAX - 2n,
        2n ** 53n,
        -(2n ** 53n),
        2n ** 31n,
        2n ** 32n,
        3_037_000_500n,
      ]),
      weight: 3,
    },
    { arbitrary: fc.bigInt(INT64_MIN, INT64_MAX), weight: 1 },
  ),
  FLOAT64: fc.oneof(
    { arbitrary: fc.integer({ min: -40, max: 40 }).map((n) => n / 4), weight: 4 },
    {
      arbitrary: fc.constantFrom(
        0,
        -0,
        5e-324,
        -5e-324,
        2.2250738585072014e-308,
        1e-310,
        1.7976931348623157e308,
        -1.7976931348623157e308,
        0.1,
        0.5,
        -0.5,
        0.49999999999999994,
        1.5,
        2.5,
        -2.5,
        2 ** 52,
        2 ** 53 - 1,
        2 ** 53,
        2 ** 53 + 2,
        2 ** 63,
        -(2 ** 63),
        1e15,
        1e16,
        1e21,
        123456789012345680,
        1e-5,
        0.0001,
        1 / 3,
        709.782712893384,
        1e300,
      ),
      weight: 3,
    },
    { arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }), weight: 2 },
  ),
  STRING: fc.oneof(
    { arbitrary: fc.constantFrom(...HOSTILE_TEXTS), weight: 4 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 8 }), weight: 1 },
    {
      arbitrary: fc.string({
        unit: fc.constantFrom('a', 'b', 'A', ' ', 'é', '\u{1F600}', '\u0301', 'ß', '\t', "'", '$0', '%'),
        maxLength: 6,
      }),
      weight: 3,
    },
  ),
  BYTES: fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.constantFrom('', 'a', 'ab', 'é').map((text) => new TextEncoder().encode(text)),
  ),
  TIMESTAMP: fc.oneof(
    { arbitrary: around(edgeInstants()), weight: 4 },
    { arbitrary: fc.bigInt(0n, 2_000_000_000_000_000n), weight: 2 },
    { arbitrary: fc.bigInt(TIMESTAMP_MIN_US, TIMESTAMP_MAX_US), weight: 1 },
  ),
  DATE: fc.oneof(
    fc.constantFrom(
      -719_162,
      2_932_896,
      0,
      -1,
      11_016,
      11_017,
      16_435,
      16_436,
      -141_428,
      -141_427,
      -25_509,
      18_321,
      20_088,
      20_453,
      17_166,
      17_167,
      19_782,
      19_783,
    ),
    fc.integer({ min: -719_162, max: 2_932_896 }),
    fc.integer({ min: 0, max: 30_000 }),
  ),
};

/** Time zones with changes of summer time, of half hours and of days. */
export const ZONES = [
  'UTC',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Europe/London',
  'Africa/Monrovia',
  'Antarctica/Troll',
  'America/St_Johns',
];

function around(centres: readonly bigint[]): fc.Arbitrary<bigint> {
  return fc.tuple(fc.constantFrom(...centres), fc.bigInt(-2n, 2n)).map(([centre, by]) => clamp(centre + by));
}

/** TIMESTAMP's range lies within INT64's, and only its own ends could leave it. */
function clamp(value: bigint): bigint {
  if (value > TIMESTAMP_MAX_US && value < TIMESTAMP_MAX_US + 5n) return TIMESTAMP_MAX_US;
  return value < TIMESTAMP_MIN_US && value > TIMESTAMP_MIN_US - 5n ? TIMESTAMP_MIN_US : value;
}

function edgeInstants(): readonly bigint[] {
  const texts = [
    '1970-01-01T00:00:00Z',
    '2013-03-10T07:00:00Z',
    '2013-11-03T06:00:00Z',
    '2013-10-05T15:30:00Z',
    '2011-12-30T10:00:00Z',
    '2012-02-29T23:59:59Z',
    '2016-12-31T23:59:59Z',
    '2017-01-01T00:00:00Z',
    '1883-11-18T17:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '1582-10-15T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '1972-01-07T00:44:30Z',
    '2024-03-31T01:00:00Z',
  ];
  return [TIMESTAMP_MIN_US, TIMESTAMP_MAX_US, ...texts.map((text) => BigInt(Date.parse(text)) * 1000n)];
}
