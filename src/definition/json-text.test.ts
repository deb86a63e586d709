import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonTextOf } from './json-text.js';
import { jsonOf, stringifyJson } from './json-value.js';
import {
  DATE_MAX_DAYS,
  DATE_MIN_DAYS,
  INT64_MAX,
  INT64_MIN,
  TIMESTAMP_MAX_US,
  TIMESTAMP_MIN_US,
  type Value,
} from './value.js';
import { SCALAR_TYPES, type ScalarType } from './value-type.js';

const VALUES: Record<ScalarType, fc.Arbitrary<Value>> = {
  BOOL: fc.boolean(),
  INT64: fc.oneof(fc.bigInt({ min: INT64_MIN, max: INT64_MAX }), fc.bigInt({ min: -9n, max: 9n })),
  FLOAT64: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(-0, 0, 1e21, 5e-324),
  ),
  STRING: fc.string({ unit: 'binary' }),
  BYTES: fc.uint8Array(),
  TIMESTAMP: fc.bigInt({ min: TIMESTAMP_MIN_US, max: TIMESTAMP_MAX_US }),
  DATE: fc.integer({ min: DATE_MIN_DAYS, max: DATE_MAX_DAYS }),
};

describe('the JSON text of a value', () => {
  it.each(SCALAR_TYPES)('of type %s is that of its JSON form', (type) => {
    fc.assert(
      fc.property(fc.option(VALUES[type]), fc.array(VALUES[type]), (value, items) => {
        expect(jsonTextOf(type)(value)).toBe(stringifyJson(jsonOf(type, value)));
        expect(jsonTextOf(`ARRAY<${type}>`)(items)).toBe(stringifyJson(jsonOf(`ARRAY<${type}>`, items)));
      }),
    );
  });
});
