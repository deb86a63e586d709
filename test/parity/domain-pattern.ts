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
/** Pieces so alike, and texts so short, that a pattern would often match if its pieces might overlap. */
const piece = fc.constantFrom('a', 'aa', 'ab', 'ba');
const likePattern = fc.oneof(
  { arbitrary: fc.array(symbol, { maxLength: 5 }).map((symbols) => symbols.join('')), weight: 4 },
  { arbitrary: fc.array(piece, { minLength: 3, maxLength: 3 }).map((pieces) => pieces.join('%')), weight: 1 },
);
const likeText = fc.oneof(
  {
    arbitrary: fc
      .array(fc.constantFrom('a', 'b', 'ab', 'A', '%', '_', '\\', 'é', '\u{1F600}', '\n'), { maxLength: 6 })
      .map((parts) => parts.join('')),
    weight: 4,
  },
  { arbitrary: fc.constantFrom('aa', 'aba', 'aaa', 'abab'), weight: 1 },
);
const bytesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  text.map((characters) => new TextEncoder().encode(characters));

const ATOMS = [
  ...[
    'a',
    'b',
    'c',
    'k',
    'ab',
    'é',
    '\u{1F600}',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\W',
    '[ab]',
    '[^a]',
    '[a-cé]',
    '[^\\d]',
  ],
  ...['\\.', '\\n', '[[:alpha:]]', '\\x{e9}', '\\pL', '\\p{Greek}', '\\P{Lu}', '\\Qa.b\\E'],
];
const PLACES = [
  ...['^', '$', '\\b', '\\B', '\\A', '\\z', '(?m)^', '(?m:$)'],
  ...['(?i)k', '(?i:é)', '(?s:.)', '(?i)[a-c]', '(?U)a+', ''],
];
const REPEATED = ['a', 'b', '.', '[ab]', '\\w', 'é', '\\s'];
const TIMES = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}'];
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''));

/** Expressions made of small parts, so that they match texts of the same letters. */
const { pattern } = fc.letrec<{ pattern: string; atom: string; repeated: string; inner: string }>((tie) => ({
  inner: tie('pattern').map((inner) => `(?:${inner})`),
  atom: fc.oneof(
    { arbitrary: fc.constantFrom(...ATOMS), weight: 6 },
    { arbitrary: fc.constantFrom(...PLACES), weight: 2 },
    { arbitrary: tie('inner'), weight: 1 },
    { arbitrary: tie('pattern').map((inner) => `(${inner})`), weight: 1 },
  ),
  repeated: joined(
    fc.oneof({ maxDepth: 2 }, fc.constantFrom(...REPEATED), tie('inner')),
    fc.constantFrom(...TIMES),
  ),
  pattern: fc.oneof(
    { maxDepth: 3 },
    tie('atom'),
    tie('repeated'),
    joined(tie('pattern'), tie('pattern')),
    joined(tie('atom'), tie('repeated')),
    fc.tuple(tie('pattern'), tie('pattern')).map((options) => `(?:${options.join('|')})`),
  ),
}));
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'c',
      'k',
      'K',
      '\u212a',
      'ab',
      'é',
      'É',
      'α',
      ' ',
      '\n',
      '1',
      '_',
      '.',
      '\u{1F600}',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const replacement = fc
  .array(fc.constantFrom('x', '', '\\0', '\\0', '\\\\', '$1', 'é', '\\1'), { maxLength: 3 })
  .map((parts) => parts.join(''));
/** Mostly the first: short texts seldom have a fourth match. */
const place = fc.oneof(
  { arbitrary: fc.constant(1n), weight: 2 },
  { arbitrary: fc.bigInt(1n, 4n), weight: 1 },
);
const searched = { 0: text, 1: pattern };
/** Extraction takes one capturing group at most. */
const extracted = { 0: text, 1: pattern.map(withOneGroup) };

/** Texts and patterns that they match. */
export const PATTERN_DOMAINS: Domains = {
  like_string: { arguments: { 0: likeText, 1: likePattern } },
  regexp_contains: { arguments: searched },
  regexp_extract: { arguments: extracted },
  regexp_extract_position: { arguments: { ...extracted, 2: place } },
  regexp_extract_occurrence: { arguments: { ...extracted, 2: place, 3: place } },
  regexp_extract_all: { arguments: extracted },
  regexp_replace: { arguments: { ...searched, 2: replacement } },
  regexp_instr: { arguments: extracted },
  regexp_instr_position: { arguments: { ...extracted, 2: place } },
  regexp_instr_occurrence: { arguments: { ...extracted, 2: place, 3: place } },
  regexp_instr_after: { arguments: { ...extracted, 2: place, 3: place, 4: fc.bigInt(0n, 1n) } },
  like_bytes: { arguments: { 0: bytesOf(likeText), 1: bytesOf(likePattern) } },
};

function withOneGroup(expression: string): string {
  let groups = 0;
  return expression.replaceAll(/\((?!\?)/g, () => (groups++ === 0 ? '(' : '(?:'));
}
