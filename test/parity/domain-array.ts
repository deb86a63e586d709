import fc from 'fast-check';
import type { Domains } from './domain-kind.js';

const place = fc.bigInt(-4n, 5n);
const delimiter = fc.constantFrom('', ',', 'a', '-', 'aa', '\u{1F600}');
const separated = fc
  .array(fc.constantFrom('a', 'b', ',', '-', 'é', '\u{1F600}', 'aa'), { maxLength: 7 })
  .map((parts) => parts.join(''));
const bytesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  text.map((characters) => new TextEncoder().encode(characters));
const vector = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 });
const whole = fc.array(fc.bigInt(-9n, 9n), { minLength: 3, maxLength: 3 });
const vectors = { arguments: { 0: vector, 1: vector } };
const wholes = { arguments: { 0: whole, 1: whole } };
const near = fc.bigInt(-20n, 20n);

/** Vectors of one length, places that arrays have, delimiters that texts have, and ranges that end. */
export const ARRAY_DOMAINS: Domains = {
  array_offset: { arguments: { 1: fc.bigInt(-1n, 3n) } },
  array_ordinal: { arguments: { 1: fc.bigInt(0n, 4n) } },
  array_slice: { arguments: { 1: place, 2: place } },
  array_to_string: { arguments: { 1: delimiter } },
  generate_array: { arguments: { 0: near, 1: near } },
  generate_array_step: { arguments: { 0: near, 1: near, 2: fc.bigInt(-3n, 3n) } },
  split_string: { arguments: { 0: separated } },
  split_string_delimiter: { arguments: { 0: separated, 1: delimiter } },
  split_bytes: { arguments: { 0: bytesOf(separated), 1: bytesOf(delimiter) } },
  cosine_distance: vectors,
  euclidean_distance: vectors,
  dot_product_float64: vectors,
  manhattan_distance_float64: vectors,
  dot_product_int64: wholes,
  manhattan_distance_int64: wholes,
};
