import { describe, expect, it } from 'vitest';
import { boundedArray, concatArrays, generateArray, isDistinctArray, utf8Length } from './array.js';
import { joinText, splitBytes, splitText } from './split.js';

describe('arrays', () => {
  it('are at most a mebibyte, eight bytes an element and the bytes of texts', () => {
    expect(boundedArray(['x'.repeat(1_048_568)])).toHaveLength(1);
    expect(boundedArray(['x'.repeat(1_048_569)])).toBeNull();
    expect(boundedArray([`é${'x'.repeat(1_048_567)}`])).toBeNull();
    expect(boundedArray([new Uint8Array(1_048_569)])).toBeNull();
    const numbers = Array.from({ length: 65_536 }, () => 1n);
    expect(concatArrays(numbers, numbers)).toHaveLength(131_072);
    expect(concatArrays(numbers, numbers, [1n])).toBeNull();
    expect(splitText('x'.repeat(131_072), '')).toBeNull();
    expect(splitText(','.repeat(131_071), ',')).toHaveLength(131_072);
    expect(splitBytes(new Uint8Array(131_072), new Uint8Array())).toBeNull();
    expect(joinText(['a'.repeat(524_288), 'a'.repeat(524_288)], '')).toHaveLength(1_048_576);
    expect(joinText(['a'.repeat(524_288), 'a'.repeat(524_288)], ',')).toBeNull();
  });

  it('are generated within the limit of GoogleSQL', () => {
    expect(generateArray(1n, 16_000n, 1n)).toHaveLength(16_000);
    expect(generateArray(1n, 16_001n, 1n)).toBeNull();
    expect(generateArray(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 62n)).toHaveLength(4);
  });

  it('tell bytes apart by value', () => {
    expect(isDistinctArray([Uint8Array.of(1), Uint8Array.of(2)])).toBe(true);
    expect(isDistinctArray([Uint8Array.of(1), Uint8Array.of(1)])).toBe(false);
  });

  it('count UTF-8 as encoders do', () => {
    for (const text of ['', 'a', 'é', '\uffff', '\u{1F600}', '\ud7ff\ue000']) {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }
  });
});
