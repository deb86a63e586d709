import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';
import { LETTERS } from './oracle-letters.js';
import { TEXT_LISTS } from './oracle-text-list.js';

/** GoogleSQL's functions of one string that are more than lists of code points, and all of oracle-text-list.ts. */
export const TEXTS: Readonly<Record<string, StrictOperation>> = {
  ...TEXT_LISTS,
  length_string: ([s]) => BigInt([...text(s)].length),
  length_bytes: ([b]) => BigInt(bytes(b).length),
  char_length_string: ([s]) => BigInt([...text(s)].length),
  byte_length_string: ([s]) => BigInt(sizeOf(text(s))),
  byte_length_bytes: ([b]) => BigInt(bytes(b).length),
  lower_string: ([s]) => LETTERS.lower(text(s)),
  upper_string: ([s]) => LETTERS.upper(text(s)),
  lower_bytes: ([b]) =>
    Uint8Array.from(bytes(b), (byte) =>
      'A'.charCodeAt(0) <= byte && byte <= 'Z'.charCodeAt(0) ? byte + 32 : byte,
    ),
  upper_bytes: ([b]) =>
    Uint8Array.from(bytes(b), (byte) =>
      'a'.charCodeAt(0) <= byte && byte <= 'z'.charCodeAt(0) ? byte - 32 : byte,
    ),
  initcap_string: ([s]) => LETTERS.initcap(text(s), `${WHITE_SPACE}[](){}/|\\<>!?@"^#$&~_,.:;*%+-`),
  initcap_string_delimiters: ([s, delimiters]) => LETTERS.initcap(text(s), text(delimiters)),
  normalize_string: ([s], { mode }) => limited(LETTERS.normalize(text(s), mode!)),
  normalize_and_casefold_string: ([s], { mode }) => limited(LETTERS.fold(LETTERS.normalize(text(s), mode!))),
  ascii_string: ([s]) =>
    text(s) === '' ? 0n : /^[\0-\x7f]/.test(text(s)) ? BigInt(text(s).charCodeAt(0)) : null,
  ascii_bytes: ([b]) => BigInt([...bytes(b), 0][0]!),
  unicode_string: ([s]) => (text(s) === '' ? 0n : BigInt([...text(s)][0]!.codePointAt(0)!)),
  chr_int64: ([code]) => character(code as bigint),
  to_code_points_string: ([s]) => array([...text(s)].map((point) => BigInt(point.codePointAt(0)!))),
  to_code_points_bytes: ([b]) => array([...bytes(b)].map(BigInt)),
  code_points_to_string: ([codes]) => {
    const points = (codes as readonly bigint[]).map(character);
    return points.includes(null) ? null : limited(points.join(''));
  },
  code_points_to_bytes: ([codes]) => {
    const numbers = codes as readonly bigint[];
    return numbers.every((code) => 0n <= code && code <= 255n) ? Uint8Array.from(numbers, Number) : null;
  },
  soundex_string: ([s]) => soundex(text(s)),
  edit_distance_string: ([a, b]) => editDistance([...text(a)], [...text(b)]),
};

function text(value: Value | undefined): string {
  return value as string;
}

function bytes(value: Value | undefined): Uint8Array {
  return value as Uint8Array;
}

function sizeOf(value: string): number {
  return new TextEncoder().encode(value).length;
}

function limited(result: string): Value {
  return sizeOf(result) <= 1_048_576 ? result : null;
}

function array(items: readonly bigint[]): Value {
  return items.length <= 131_072 ? items : null;
}

function character(code: bigint): string | null {
  const isSurrogate = code >= 0xd800n && code < 0xe000n;
  return code < 0n || code > 0x10ffffn || isSurrogate ? null : String.fromCodePoint(Number(code));
}

/** Letters of one digit count once, though there be letters without one or no letters between. */
function soundex(value: string): string {
  const letters = [...value].filter((character) => /[a-zA-Z]/.test(character));
  const digits = letters.map((letter) => {
    const group = ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].findIndex((each) =>
      each.includes(letter.toLowerCase()),
    );
    return group < 0 ? '' : String(group + 1);
  });
  const sounds = digits
    .map((digit, index) => ({ digit, isFirst: index === 0 }))
    .filter(({ digit }) => digit !== '');
  const heard = sounds.filter(({ digit, isFirst }, index) => !isFirst && digit !== sounds[index - 1]?.digit);
  const code = heard.map(({ digit }) => digit).join('');
  return letters.length === 0 ? '' : `${letters[0]}${code}000`.slice(0, 4);
}

/** By the definition, the cheapest of three ways to treat the last characters: of every start of `a` to every start of `b`. */
function editDistance(a: readonly string[], b: readonly string[]): Value {
  if (a.length * b.length > 16_777_216) return null;
  let shorter = b.map((_, j) => j);
  shorter.push(b.length);
  for (const [i, character] of a.entries()) {
    const row = [i + 1];
    for (const [j, other] of b.entries()) {
      const replaced = shorter[j]! + (character === other ? 0 : 1);
      row.push(Math.min(replaced, shorter[j + 1]! + 1, row[j]! + 1));
    }
    shorter = row;
  }
  return BigInt(shorter[b.length]!);
}

const WHITE_SPACE = Array.from({ length: 0x3001 }, (_, code) => String.fromCharCode(code))
  .filter((character) => /\p{White_Space}/u.test(character))
  .join('');
