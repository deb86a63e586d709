import { describe, expect, it } from 'vitest';
import { like, likePattern, matchesLike } from './like.js';

describe('LIKE', () => {
  it.each([
    ['abc', 'a%c', true],
    ['abc', '%', true],
    ['', '%%', true],
    ['', '_', false],
    ['abcbc', '%bc', true],
    ['aXbXc', 'a%X_', true],
    ['ab', '%ab%ab%', false],
    ['aba', 'ab%ba', false],
    ['\u{1F600}', '_', true],
    ['\u{1F600}', '__', false],
    ['a%', 'a\\%', true],
    ['ab', 'a\\%', false],
    ['a\\', 'a\\\\', true],
    ['a', 'a\\', null],
    ['xaab', '%a_b', true],
    ['xaab', '%a_%_b', false],
  ])('%j LIKE %j is %s', (value, pattern, expected) => {
    expect(like(value, pattern)).toBe(expected);
  });

  it('takes a byte of bytes for a symbol', () => {
    const bytes = new TextEncoder();
    expect(like(bytes.encode('é'), bytes.encode('_'))).toBe(false);
    expect(like(bytes.encode('é'), bytes.encode('__'))).toBe(true);
  });

  it('finds a long part by what it has seen of it', () => {
    const part = `${'ab'.repeat(40)}aa`;
    const pattern = likePattern(`%${part}%`)!;
    expect(pattern.texts).toBeNull();
    expect(matchesLike(`${'ab'.repeat(500)}aab`, pattern)).toBe(true);
    expect(matchesLike('ab'.repeat(500), pattern)).toBe(false);
  });

  it('gives NULL where a part with _ could be tried too often', () => {
    const pattern = likePattern(`%_${'a'.repeat(65_535)}%`)!;
    expect(pattern.maxSymbols).toBe(256);
    expect(matchesLike('a'.repeat(256), pattern)).toBe(false);
    expect(matchesLike('a'.repeat(257), pattern)).toBeNull();
    expect(likePattern('_%a%_')!.maxSymbols).toBe(Number.POSITIVE_INFINITY);
  });
});
