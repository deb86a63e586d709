import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireBoundedJson, requireShallowYaml } from '../../src/platform/json-bounds.js';

const judged = (text: string): string | null => {
  try {
    requireBoundedJson(Buffer.from(text));
    return null;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

describe('the bounds of a JSON body', () => {
  it.each([
    ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`, null],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'INVALID_REQUEST'],
    ['65 levels of objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'INVALID_REQUEST'],
    ['brackets that are never closed', '[{'.repeat(100_000), 'INVALID_REQUEST'],
    ['brackets in a text', `["${'['.repeat(1000)}","\\"${'{'.repeat(1000)}"]`, null],
    ['a text that never ends', `["${'['.repeat(1000)}`, null],
    ['a backslash at the end', '["\\', null],
    ['three million values and more', `[${'1,'.repeat(3_000_000)}1]`, 'TOO_LARGE'],
    ['three million empty objects', `[${'{},'.repeat(3_000_000)}{}]`, 'TOO_LARGE'],
    ['three million commas in a text', `["${','.repeat(3_000_000)}"]`, null],
  ])('%s', (_, text, code) => expect(judged(text)).toBe(code));

  it('count every bracket of YAML', () => {
    expect(() => requireShallowYaml(Buffer.from(`"a: ${'['.repeat(65)}`))).toThrow('deeper than 64');
    requireShallowYaml(Buffer.from('- [a, {b: c}]\n'.repeat(1000)));
  });

  it('let every small JSON pass', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        expect(judged(text)).toBeNull();
      }),
    );
  });
});
