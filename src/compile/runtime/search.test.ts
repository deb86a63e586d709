import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instr, replace, strpos, translate } from './search.js';

/** Texts in which a part of more than 64 units comes often, and nearly comes. */
const periodic = fc
  .array(fc.constantFrom('a'.repeat(40), 'ab'.repeat(30), 'b', 'a', 'é', '\u{1F600}'), { maxLength: 12 })
  .map((parts) => parts.join(''));
const longPart = fc.constantFrom(
  'a'.repeat(70),
  `${'a'.repeat(40)}b${'a'.repeat(40)}`,
  'ab'.repeat(45),
  `${'ab'.repeat(40)}a\u{1F600}`,
);

describe('a long part is found as a short one is', () => {
  it('STRPOS', () => {
    fc.assert(
      fc.property(periodic, longPart, (text, part) => {
        const at = text.indexOf(part);
        expect(strpos(text, part)).toBe(at < 0 ? 0n : BigInt([...text.slice(0, at)].length + 1));
      }),
    );
  });

  it('INSTR from either side, overlapping', () => {
    const position = fc.integer({ min: -90, max: 90 }).filter((at) => at !== 0);
    const occurrence = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(periodic, longPart, position, occurrence, (text, part, at, nth) => {
        const found = placesFrom(text, part, at)[nth - 1];
        expect(instr(text, part, BigInt(at), BigInt(nth))).toBe(found === undefined ? 0n : BigInt(found + 1));
      }),
    );
  });

  it('REPLACE, without overlaps', () => {
    fc.assert(
      fc.property(periodic, longPart, (text, part) => {
        expect(replace(text, part, '-')).toBe(text.split(part).join('-'));
      }),
    );
  });
});

describe('S6 no result is beyond 1 MiB', () => {
  const mebibyte = 'a'.repeat(1_048_576);

  it('REPLACE', () => {
    expect(replace(mebibyte, 'a', 'b')).toBe('b'.repeat(1_048_576));
    expect(replace(mebibyte, 'a', 'bb')).toBeNull();
    expect(replace(mebibyte, 'a', 'é')).toBeNull();
    expect(replace(`${mebibyte}a`, 'x', '')).toBeNull();
    expect(replace(`${mebibyte}a`, '', '')).toBeNull();
  });

  it('TRANSLATE', () => {
    expect(translate(mebibyte, 'a', 'b')).toHaveLength(1_048_576);
    expect(translate(mebibyte, 'a', 'é')).toBeNull();
  });
});

/** Code points at which the part begins, in the order in which INSTR comes to them. */
function placesFrom(text: string, part: string, position: number): readonly number[] {
  const points = [...text];
  const from = position > 0 ? position - 1 : points.length + position;
  if (from < 0 || from >= points.length) return [];
  const starts = points.map((_, i) => i).filter((i) => points.slice(i).join('').startsWith(part));
  return position > 0 ? starts.filter((i) => i >= from) : starts.filter((i) => i <= from).reverse();
}
