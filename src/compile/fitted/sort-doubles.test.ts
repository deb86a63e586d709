import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortDoubles } from './sort-doubles.js';

/** As many values as the radix sort takes, made of a few. */
const many = (values: readonly number[]): Float64Array =>
  Float64Array.from({ length: 40_000 }, (_, i) => values[(i * 7919) % values.length]! * (1 + (i % 5)));

it.each([
  ['whole numbers', [3, 1, 2, 0, 65_536, -7]],
  ['one value', [4.5]],
  ['the ends of the range', [1e300, -1e300, 5e-324, -5e-324, 0, Number.MIN_VALUE]],
])('sorts %s as the engine does', (_, values) => {
  const doubles = many(values);
  const expected = doubles.slice().sort();
  sortDoubles(doubles);
  expect(doubles).toEqual(expected);
});

it('sorts any doubles as the engine does, also a part of a larger array', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e307, max: 1e307 });
  fc.assert(
    fc.property(fc.array(double, { minLength: 1, maxLength: 200 }), (values) => {
      const whole = many(values).map((value) => value + 0);
      const part = whole.subarray(8);
      const expected = part.slice().sort();
      sortDoubles(part);
      expect(part).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});
