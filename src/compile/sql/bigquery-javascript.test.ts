import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodedBytes, encodedBytes } from './bigquery-javascript.js';

describe('base64 in BigQuery', () => {
  it('is what everybody else writes and reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(encodedBytes(bytes)).toBe(text);
        expect(decodedBytes(text)).toStrictEqual(new Uint8Array(bytes));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
