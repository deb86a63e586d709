import fc from 'fast-check';
import type { Domains } from './domain-kind.js';

const symbol = fc.constantFrom(
  'a',
  'b',
  'ab',
  'A',
  '_',
  '%',
  '%',
  '\\%',
  '\\_',
  '\\\\',
  '\\a',
  'é',
  '\u{1F600}',
  '\n',
);
const likePattern = fc.array(symbol, { maxLength: 5 }).map((symbols) => symbols.join(''));
const likeText = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'A', '%', '_', '\\', 'é', '\u{1F600}', '\n'), { maxLength: 6 })
  .map((parts) => parts.join(''));
const bytesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  text.map((characters) => new TextEncoder().encode(characters));

/** Texts and patterns that they match. */
export const PATTERN_DOMAINS: Domains = {
  like_string: { arguments: { 0: likeText, 1: likePattern } },
  like_bytes: { arguments: { 0: bytesOf(likeText), 1: bytesOf(likePattern) } },
};
