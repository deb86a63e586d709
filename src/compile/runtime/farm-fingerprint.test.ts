import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { farmFingerprint, farmFingerprintOfText } from './farm-fingerprint.js';

describe('FARM_FINGERPRINT', () => {
  it.each([
    ['', -7286425919675154353n],
    ['abc', 2640714258260161385n],
  ])('of %j is that of GoogleSQL', (text, fingerprint) => {
    expect(farmFingerprintOfText(text)).toBe(fingerprint);
  });

  /** Digest and samples from GoogleSQL's reference (com.google.zetasql 2025.06.1). */
  it('of 0 to 300 bytes is that of GoogleSQL, multiples of 64 too', () => {
    const found = Array.from({ length: 301 }, (_, length) => farmFingerprint(message(length)));
    expect([found[16], found[64], found[128], found[300]]).toEqual([
      -6192718510793587121n,
      4217231429423817720n,
      -4265440626655264465n,
      -4317527698258624294n,
    ]);
    expect(hash('sha256', found.join(' '))).toBe(
      'aa9d33c4a025da690bb66d151be9c132efd47e73c05f306e172c9c4cd3347d6e',
    );
  });

  it('reads a part of a buffer, and a string as UTF-8', () => {
    const whole = new TextEncoder().encode('xéx');
    expect(farmFingerprint(whole.subarray(1, 3))).toBe(farmFingerprintOfText('é'));
  });
});

function message(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (length * 31 + i * i * 7 + i * 13) & 255);
}
