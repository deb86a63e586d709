import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileBytes } from '../../src/ingest/file-bytes.js';
import { zstdFrames } from '../../src/ingest/zstd-frames.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const path = join(temporaryFolder('zstd'), 'frames.zst');
const contents = [
  '',
  'one\n',
  'x'.repeat(300_000),
  randomBytes(200_000).toString('base64'),
  'ü'.repeat(70_000),
];
const frames = contents.flatMap((text) =>
  [0, 1].map((checksum) => zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: checksum } })),
);
const skippable = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('a zstd file of many frames', () => {
  it('is read to its end', async () => {
    writeFileSync(path, Buffer.concat([...frames, skippable, ...frames]));
    const parts: Uint8Array[] = [];
    for await (const part of fileBytes(path, 'zstd')) parts.push(part);
    const twice = contents.flatMap((text) => [text, text]).join('');
    expect(Buffer.concat(parts).toString()).toBe(twice + twice);
  });

  it('is cut where frames end, however it comes', async () => {
    const whole = Buffer.concat([...frames, skippable]);
    const ends = [...frames, skippable].map((_, i, all) =>
      all.slice(0, i + 1).reduce((bytes, frame) => bytes + frame.length, 0),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1 }), async (sizes) => {
        const seen = new Set<number>();
        let at = 0;
        for await (const part of zstdFrames(inPieces(whole, sizes))) {
          at += part.length;
          seen.add(at);
        }
        expect(at).toBe(whole.length);
        for (const end of ends) expect(seen.has(end)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused when it is cut short or goes on with something else', async () => {
    for (const bytes of [
      Buffer.concat([frames[2]!, frames[3]!]).subarray(0, -1),
      Buffer.concat([frames[2]!, Buffer.from('garbage')]),
      Buffer.concat([frames[2]!, skippable.subarray(0, 9)]),
    ]) {
      writeFileSync(path, bytes);
      const read = async (): Promise<void> => {
        for await (const _ of fileBytes(path, 'zstd'));
      };
      await expect(read()).rejects.toMatchObject({ code: 'INVALID_FILE' });
    }
  });
});

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
