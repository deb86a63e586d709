import { describe, expect, it } from 'vitest';
import { textOfCodePoints } from './code-points.js';
import { editDistance, MAX_EDIT_CELLS } from './edit-distance.js';
import { base64OfBytes, hexOfBytes } from './encoding.js';
import { normalize } from './normalize.js';
import { padEnd, padStart, padUnitsEnd, repeat, repeatUnits } from './pad.js';
import { concat, left, MAX_TEXT_BYTES, right } from './text.js';

describe('S6 no result is beyond 1 MiB', () => {
  it('LPAD and RPAD, in bytes of UTF-8', () => {
    expect(padStart('x', BigInt(MAX_TEXT_BYTES), 'ab')).toHaveLength(MAX_TEXT_BYTES);
    expect(padStart('x', BigInt(MAX_TEXT_BYTES) + 1n, 'ab')).toBeNull();
    expect(padEnd('x', 524_288n, 'é')).toHaveLength(524_288);
    expect(padEnd('x', 524_290n, 'é')).toBeNull();
    expect(padEnd('x', 2n ** 63n - 1n, 'é')).toBeNull();
    expect(padUnitsEnd('x', BigInt(MAX_TEXT_BYTES), '\xff')).toHaveLength(MAX_TEXT_BYTES);
    expect(padUnitsEnd('x', BigInt(MAX_TEXT_BYTES) + 1n, '\xff')).toBeNull();
  });

  it('REPEAT', () => {
    expect(repeat('é', 524_288n)).toHaveLength(524_288);
    expect(repeat('é', 524_289n)).toBeNull();
    expect(repeat('', 2n ** 63n - 1n)).toBe('');
    expect(repeat('a'.repeat(MAX_TEXT_BYTES + 1), 0n)).toBeNull();
    expect(repeatUnits('\xff', BigInt(MAX_TEXT_BYTES))).toHaveLength(MAX_TEXT_BYTES);
    expect(repeatUnits('\xff', BigInt(MAX_TEXT_BYTES) + 1n)).toBeNull();
  });

  it('CONCAT', () => {
    const half = 'a'.repeat(MAX_TEXT_BYTES / 2);
    expect(concat(half, half)).toHaveLength(MAX_TEXT_BYTES);
    expect(concat(half, half, 'a')).toBeNull();
    expect(concat(half, 'é'.repeat(MAX_TEXT_BYTES / 4 + 1))).toBeNull();
  });

  it('NORMALIZE, encodings and CODE_POINTS_TO_STRING', () => {
    expect(normalize('ﷺ'.repeat(30_000), 'NFKC')).toHaveLength(540_000);
    expect(normalize('ﷺ'.repeat(40_000), 'NFKC')).toBeNull();
    expect(hexOfBytes(new Uint8Array(MAX_TEXT_BYTES / 2))).toHaveLength(MAX_TEXT_BYTES);
    expect(hexOfBytes(new Uint8Array(MAX_TEXT_BYTES / 2 + 1))).toBeNull();
    expect(base64OfBytes(new Uint8Array(786_432))).toHaveLength(MAX_TEXT_BYTES);
    expect(base64OfBytes(new Uint8Array(786_433))).toBeNull();
    expect(textOfCodePoints(new Array<bigint>(300_000).fill(0x1f600n))).toBeNull();
  });
});

describe('long texts', () => {
  it('LEFT and RIGHT take lengths beyond them', () => {
    expect(left('é\u{1F600}', 2n ** 63n - 1n)).toBe('é\u{1F600}');
    expect(right('é\u{1F600}x', 2n)).toBe('\u{1F600}x');
  });

  it('EDIT_DISTANCE is NULL beyond what one value may take', () => {
    const side = Math.sqrt(MAX_EDIT_CELLS);
    expect(editDistance('a'.repeat(side), 'b'.repeat(side))).toBe(BigInt(side));
    expect(editDistance('a'.repeat(side + 1), 'b'.repeat(side))).toBeNull();
  });
});
