import fc from 'fast-check';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';

const DOUBLES = [
  ...[0, -0, 1, -1, 2, 0.1, 0.01, 1.005, 0.125, 0.375, 1e16, -1e16, 5e-324, -5e-324, 1e-310],
  ...[1e300, 1.7e308, -1.7e308, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53 + 2, 9e18, -9e16, 2 ** 960],
];

const INTEGERS = [
  ...[0n, 1n, -1n, 7n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 32n, -(2n ** 32n), 94_906_266n],
  ...[2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n],
];

const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', '\uffff', '😀', 'é', 'x'.repeat(31), 'x'.repeat(32)),
  fc.constantFrom('y'.repeat(1024), 'y'.repeat(1025), '€'.repeat(341), '€'.repeat(342)),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

/** Values of each type: some that come twice, some at the ends of their range. */
export const ANY_VALUES: Readonly<Partial<Record<ValueType, fc.Arbitrary<Value>>>> = {
  BOOL: fc.boolean(),
  INT64: fc.oneof(fc.constantFrom(...INTEGERS), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  FLOAT64: fc.oneof(
    fc.constantFrom(...DOUBLES),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
  ),
  STRING: text,
  BYTES: text.map((value) => new Uint8Array(Buffer.from(value, 'utf8'))),
  TIMESTAMP: fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
  DATE: fc.oneof(fc.constantFrom(-719_162, 0, 2_932_896), fc.integer({ min: -3, max: 3 })),
  'ARRAY<FLOAT64>': fc.constantFrom([], [1, 2]),
};
