import fc from 'fast-check';
import { NORMAL_FORMS } from '../../src/compile/runtime/normalize.js';
import type { Domain, Domains } from './domain-kind.js';

const characters = fc.constantFrom(
  'a',
  'b',
  'ab',
  'A',
  ' ',
  '-',
  'é',
  'e\u0301',
  '\u{1F600}',
  '\0',
  'ß',
  '0',
);
const word = fc.array(characters, { maxLength: 8 }).map((parts) => parts.join(''));
const few = fc.array(characters, { maxLength: 2 }).map((parts) => parts.join(''));
/** Letters whose case or form depends on what stands beside them, or on the version of Unicode. */
const letters = fc
  .array(
    fc.constantFrom(
      'Σ',
      'σ',
      'Α',
      'ΐ',
      'ᾳ',
      'İ',
      'ı',
      'ŉ',
      'ǆ',
      'ǅ',
      'ẞ',
      'ﬁ',
      'Ꭰ',
      'ꭰ',
      'ᏸ',
      'ƛ',
      'ɤ',
      'Ა',
      '\u0301',
      '\u0345',
      '\u00ad',
      '.',
      ' ',
      'ᄀ',
      'ᅡ',
      'ᆨ',
      '가',
      'Å',
      'ﷺ',
      '①',
      '\u{10570}',
      '\u{16EA0}',
      '\u{10D50}',
      '\u{1CCD6}',
      '\u{105C9}',
      '\u{1E4EC}',
      'a',
      'Z',
      '\u{1F600}',
    ),
    { maxLength: 7 },
  )
  .map((parts) => parts.join(''));
const near = fc.bigInt(-6n, 9n);
const width = fc.oneof(
  { arbitrary: fc.bigInt(0n, 12n), weight: 9 },
  { arbitrary: fc.constantFrom(-1n, 1_048_577n, 2n ** 62n), weight: 1 },
);
const times = fc.oneof(
  { arbitrary: fc.bigInt(0n, 5n), weight: 9 },
  { arbitrary: fc.constantFrom(-1n, 2n ** 62n), weight: 1 },
);
const code = fc.oneof(
  { arbitrary: fc.bigInt(0n, 0x250n), weight: 6 },
  {
    arbitrary: fc.constantFrom(
      -1n,
      0xd7ffn,
      0xd800n,
      0xdfffn,
      0xe000n,
      0xffffn,
      0x10000n,
      0x10ffffn,
      0x110000n,
    ),
    weight: 1,
  },
);
const hex = fc.stringMatching(/^[\da-fA-F]{0,9}$/);
const base64 = fc
  .stringMatching(/^([\w]{4}){0,2}([\w]{2}(==)?|[\w]{3}=?|[\w]{4})$/)
  .map((s) => s.replaceAll('_', '+'));
const spaced = fc
  .tuple(base64, fc.constantFrom('', ' ', '\n', '\v', '=', '-', '\u00a0'))
  .map(([s, odd]) => s.slice(0, 3) + odd + s.slice(3));
const brokenUtf8 = fc
  .array(
    fc.constantFrom(
      '61',
      'c3a9',
      'e282ac',
      'f09f9880',
      'ff',
      'c3',
      'e282',
      'f09f98',
      'eda080',
      'f4908080',
      'c080',
      'e08080',
      'f0808080',
    ),
    { maxLength: 5 },
  )
  .map((parts) => new Uint8Array(Buffer.from(parts.join(''), 'hex')));
/** Bytes beyond FarmHash's steps at 16, 32, 64 and 128. */
const long = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ minLength: 20, maxLength: 300 }),
  fc.uint8Array({ minLength: 128, maxLength: 128 }),
);

/** Texts and bytes that the operations have a value for. */
export const TEXT_DOMAINS: Domains = {
  lower_string: { arguments: { 0: letters } },
  upper_string: { arguments: { 0: letters } },
  initcap_string: { arguments: { 0: letters } },
  initcap_string_delimiters: { arguments: { 0: letters, 1: few } },
  normalize_string: { arguments: { 0: letters }, ...forms() },
  normalize_and_casefold_string: { arguments: { 0: letters }, ...forms() },
  ...both('trim', '_set', { 0: word, 1: few }),
  ...both('ltrim', '_set', { 0: word, 1: few }),
  ...both('rtrim', '_set', { 0: word, 1: few }),
  ...both('substr', '', { 0: word, 1: near }),
  ...both('substr', '_length', { 0: word, 1: near, 2: times }),
  ...both('left', '', { 0: word, 1: times }),
  ...both('right', '', { 0: word, 1: times }),
  ...both('replace', '', { 0: word, 1: few, 2: few }),
  ...both('translate', '', { 0: word, 1: few, 2: few }),
  ...both('repeat', '', { 1: times }),
  ...both('lpad', '', { 1: width }),
  ...both('lpad', '_pattern', { 1: width, 2: few }),
  ...both('rpad', '', { 1: width }),
  ...both('rpad', '_pattern', { 1: width, 2: few }),
  ...both('starts_with', '', { 0: word, 1: few }),
  ...both('ends_with', '', { 0: word, 1: few }),
  ...both('strpos', '', { 0: word, 1: few }),
  ...both('instr', '', { 0: word, 1: few }),
  ...both('instr', '_position', { 0: word, 1: few, 2: near }),
  ...both('instr', '_occurrence', { 0: word, 1: few, 2: near, 3: times }),
  ascii_string: { arguments: { 0: word } },
  chr_int64: { arguments: { 0: code } },
  code_points_to_string: { arguments: { 0: fc.array(code, { maxLength: 4 }) } },
  code_points_to_bytes: { arguments: { 0: fc.array(fc.bigInt(0n, 256n), { maxLength: 4 }) } },
  soundex_string: { arguments: { 0: fc.stringMatching(/^[ a-zA-Z1é-]{0,9}$/) } },
  edit_distance_string: { arguments: { 0: word, 1: word } },
  from_hex_string: { arguments: { 0: hex } },
  from_base64_string: { arguments: { 0: fc.oneof(base64, spaced) } },
  safe_convert_bytes: { arguments: { 0: brokenUtf8 } },
  farm_fingerprint_string: { arguments: { 0: fc.string({ unit: 'binary', maxLength: 90 }) } },
  farm_fingerprint_bytes: { arguments: { 0: long } },
};

type Places = Readonly<Record<number, fc.Arbitrary<string> | fc.Arbitrary<bigint>>>;

/** The same for strings and, as their UTF-8, for bytes. */
function both(name: string, suffix: string, places: Places): Readonly<Record<string, Domain>> {
  const bytes = Object.entries(places).map(([place, values]) => [
    place,
    (values as fc.Arbitrary<string | bigint>).map((value) =>
      typeof value === 'string' ? new TextEncoder().encode(value) : value,
    ),
  ]);
  return {
    [`${name}_string${suffix}`]: { arguments: places },
    [`${name}_bytes${suffix}`]: { arguments: Object.fromEntries(bytes) },
  };
}

function forms(): Domain {
  return { parameters: fc.record({ mode: fc.constantFrom(...NORMAL_FORMS) }) };
}
