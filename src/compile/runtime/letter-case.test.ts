import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { casefold, initcap, lower, upper } from './letter-case.js';
import { NORMAL_FORMS, normalize } from './normalize.js';

/** SHA-256 of what GoogleSQL's reference (com.google.zetasql 2025.06.1) gives for every code point, blanks between. */
const ALL_CODE_POINTS = {
  lower: '695d3862107c837985233ee17c371e6c14875033645f24459d92cd346da2c2f2',
  upper: 'e63c2afcf37a1275b5beb32da85e609fc08a4402507d8b8ad50819cfeeef5a2b',
  initcap: '177f0885dc05453ae3eca11c2fe726f20762e032ef3d03d6b3f91bd0199ee767',
  NFC: '29013452257f125fd85001e1aa1d64ab16bb1aa19ae4ed82d03d7e39e232f802',
  NFD: '640e23c948f40e489757ceb4ffb94bf3c82f6ee6bc8e4abb1a7df00160175978',
  NFKC: '0383295ca4eaa22925b80784be5a86f38a1bc45f88c8f3d95294baaf24d30739',
  NFKD: '5a2a43b347c370747fbcf170793c838d940705da8d3242514a810429679b729c',
  foldNFC: '58a2e62c9acc8fead67a5297d006759cac7a0bbc7c673cd9eb0a9716ee623988',
  foldNFKC: '756d81d76fd7ef1a3814d15e7c1a2b75e287aa16b1d95180e2ad0a7a1f9e8fb1',
} as const;
/** The same for LOWER of `ΑcΣ` and of `ΑΣcΑ`, c being each code point below U+20000. */
const ALL_SIGMAS = '9bf0e8ada8de76c7cb1717420a8d13bfba1b293b924ef8f52a40e8808622accc';

describe('S8 letters are those of Unicode 12.1, whatever the engine knows', () => {
  const points = allCodePoints();

  it.each([
    ['LOWER', lower, ALL_CODE_POINTS.lower],
    ['UPPER', upper, ALL_CODE_POINTS.upper],
    ['INITCAP', (text: string) => initcap(text, ' '), ALL_CODE_POINTS.initcap],
  ])('%s of every code point', (_, map, digest) => {
    expect(digestOf(points, map)).toBe(digest);
  });

  it.each(NORMAL_FORMS)('NORMALIZE to %s of every code point', (form) => {
    expect(digestOf(points, (text) => normalize(text, form)!)).toBe(ALL_CODE_POINTS[form]);
  });

  it('NORMALIZE_AND_CASEFOLD of every code point', () => {
    expect(digestOf(points, (text) => casefold(normalize(text, 'NFC')!))).toBe(ALL_CODE_POINTS.foldNFC);
    expect(digestOf(points, (text) => casefold(normalize(text, 'NFKC')!))).toBe(ALL_CODE_POINTS.foldNFKC);
  });

  it('a capital sigma beside every code point', () => {
    const sigmas = codesTo(0x20000).map((code) => {
      const point = String.fromCodePoint(code);
      return `${lower(`Α${point}Σ`)} ${lower(`ΑΣ${point}Α`)}`;
    });
    expect(hash('sha256', sigmas.join(' '))).toBe(ALL_SIGMAS);
  });

  it('beside unassigned code points and in both directions of a long run', () => {
    expect(lower('ΑΣ\u{10570}')).toBe('ας\u{10570}');
    expect(lower(`Α${'\u0301'.repeat(1000)}Σ`)).toBe(`α${'\u0301'.repeat(1000)}ς`);
    expect(upper('ƛɤɐ')).toBe('ƛɤⱯ');
  });
});

/** Every code point with blanks between, in texts of some thousand. */
function allCodePoints(): readonly string[] {
  const codes = codesTo(0x110000);
  const texts: string[] = [];
  for (let from = 0; from < codes.length; from += 4096) {
    texts.push(
      codes
        .slice(from, from + 4096)
        .map((code) => String.fromCodePoint(code))
        .join(' '),
    );
  }
  return texts;
}

function codesTo(end: number): readonly number[] {
  return Array.from({ length: end }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff);
}

function digestOf(texts: readonly string[], map: (text: string) => string): string {
  return hash('sha256', texts.map(map).join(' '));
}
