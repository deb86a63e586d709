import { describe, expect, it } from 'vitest';
import { javascriptLiteral } from './javascript-literal.js';

describe('a constant as JavaScript', () => {
  it.each([
    [-(2n ** 63n)],
    [-0],
    [5e-324],
    ['"""\\\n\u2028\x24{`;`}*/ -- \ud800'],
    [[true, null, undefined]],
    [new Set(['a', 1n])],
    [new Map([['k', [1, 2]]])],
    [new Uint8Array([0, 255])],
    [new Int32Array([-1])],
    [/[a"]+\/\\/giu],
    [{ a: { 'b"c': 1n } }],
  ])('reads back as %s', (value) => {
    const text = javascriptLiteral(value);
    expect(text).toMatch(/^[ -~]*$/);
    expect(text).not.toContain('"""');
    expect(new Function(`return ${text};`)()).toStrictEqual(value);
  });

  it('refuses what is no data', () => {
    expect(() => javascriptLiteral(() => 1)).toThrow('function');
    expect(() => javascriptLiteral(new Date(0))).toThrow('Date');
  });
});
