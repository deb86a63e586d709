import { describe, expect, it } from 'vitest';
import { checkExpression } from './check.js';
import { compileRowKernel } from './kernel.js';
import { compilePattern } from './regular-expression.js';

const SCOPE = new Map([
  ['s', 'STRING'],
  ['p', 'STRING'],
] as const);

function messageOf(text: string): string | undefined {
  const checked = checkExpression(text, { scope: SCOPE, allow: 'row' });
  return 'problems' in checked ? checked.problems[0]?.message : undefined;
}

function resultOf(text: string, row: { s?: string; p?: string }): unknown {
  const checked = checkExpression(text, { scope: SCOPE, allow: 'row' });
  if (!('expression' in checked)) throw new Error(checked.problems[0]?.message);
  const kernel = compileRowKernel([{ name: 'out', expression: checked.expression }], ['s', 'p']);
  return kernel([row.s ?? null, row.p ?? null], null)[0];
}

describe('constant regular expressions', () => {
  it.each([
    ["REGEXP_CONTAINS(s, r'(a')", 'missing closing ): `(a`'],
    ["REGEXP_CONTAINS(s, r'a**')", 'invalid nested repetition operator: `**`'],
    ["REGEXP_CONTAINS(s, r'(?=a)')", 'invalid or unsupported Perl syntax'],
    ["REGEXP_CONTAINS(s, r'(x{1000}){1000}')", 'the expression is too large'],
    ["REGEXP_CONTAINS(s, REPEAT('a', 3) || '(')", undefined],
    ["REGEXP_CONTAINS(s, r'\\p{Emoji}')", 'there is no character class \\p{Emoji}'],
    ["REGEXP_CONTAINS(s, r'(?<n>a)')", 'names of groups are written (?P<name>…)'],
    ["REGEXP_EXTRACT(s, r'(a)(b)')", '2 capturing groups'],
    ["REGEXP_REPLACE(s, r'(a)', r'\\2')", 'asks for group \\2; the regular expression has 1'],
    ["REGEXP_REPLACE(s, r'a', r'\\x')", 'followed by neither a digit nor a backslash'],
    ["REGEXP_REPLACE(s, p, r'\\x')", 'followed by neither a digit nor a backslash'],
    ["s LIKE 'a\\\\'", 'ends in a backslash that escapes nothing'],
  ])('%s is refused: %s', (text, reason) => {
    if (reason === undefined) expect(messageOf(text)).toBeUndefined();
    else expect(messageOf(text)).toContain(reason);
  });

  it('are compiled to no more instructions than a row may cost', () => {
    expect(compilePattern(`${'a'.repeat(20_000)}`)).toEqual({ reason: expect.stringContaining('too large') });
    expect(compilePattern('(?:a|b){1000}')).toHaveProperty('program');
    expect(compilePattern('(?:x{1000}){4}x{100}')).toEqual({ reason: expect.any(String) });
  });

  it('give NULL for a value that is too long for them', () => {
    const short = `${'b'.repeat(4_000)}a`;
    expect(resultOf("REGEXP_CONTAINS(s, r'(?:a|b){500}a')", { s: short })).toBe(true);
    expect(resultOf("REGEXP_CONTAINS(s, r'(?:a|b){500}a')", { s: short.repeat(3) })).toBeNull();
  });

  it('see code points, never halves of them', () => {
    expect(resultOf("REGEXP_REPLACE(s, r'.', '[\\\\0]')", { s: 'a\u{1F600}é' })).toBe('[a][\u{1F600}][é]');
    expect(resultOf("REGEXP_REPLACE(s, r'\\B', '-')", { s: '\u{1F600}\u{1F600}' })).toBe(
      '-\u{1F600}-\u{1F600}-',
    );
  });

  it('find every match of a long value in one walk', () => {
    // A search from each place anew would look at the rest of the value each time.
    const value = 'a'.repeat(300_000);
    expect(resultOf("LENGTH(REGEXP_REPLACE(s, r'(?:a*[bd])|a', ''))", { s: value })).toBe(0n);
  });
});

describe('computed regular expressions', () => {
  it('mean what constant ones do', () => {
    expect(resultOf('REGEXP_EXTRACT(s, p)', { s: 'flight 1545', p: '[0-9]+' })).toBe('1545');
    expect(resultOf('REGEXP_REPLACE(s, p, s)', { s: 'ab', p: 'b' })).toBe('aab');
  });

  it.each(['(', 'a{2}', '\\pL', '\\Qa', '(?i)é', '[[:alpha:]]', '(?P<n>a)', '\\x61', '\\B', 'a'.repeat(257)])(
    'are NULL where engines or costs may differ: %s',
    (p) => {
      expect(resultOf('REGEXP_CONTAINS(s, p)', { s: 'a', p })).toBeNull();
    },
  );

  it('are NULL for a long value and for groups that are one too many', () => {
    expect(resultOf('REGEXP_CONTAINS(s, p)', { s: 'a'.repeat(4_096), p: 'a' })).toBe(true);
    expect(resultOf('REGEXP_CONTAINS(s, p)', { s: 'a'.repeat(4_097), p: 'a' })).toBeNull();
    expect(resultOf('REGEXP_EXTRACT(s, p)', { s: 'ab', p: '(a)(b)' })).toBeNull();
    expect(resultOf("REGEXP_REPLACE(s, p, '\\\\1')", { s: 'ab', p: 'a' })).toBeNull();
  });
});
