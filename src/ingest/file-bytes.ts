import { createReadStream } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { PlumblineError } from '../definition/error.js';
import type { Compression } from './file-kind.js';
import { zstdFrames } from './zstd-frames.js';

/** Read at a time, and parsed in one go: some thousand rows. */
const CHUNK_BYTES = 256 * 1024;

/** Data that is not made to harm compresses a hundredfold at most; up to here nobody asks. */
const FREE_BYTES = 32 * 1024 ** 2;
const MAX_RATIO = 250;

/** The content of a file, decompressed as it is read. Throws INVALID_FILE for what is cut short or swells without measure. */
export async function* fileBytes(path: string, compression: Compression): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (compression === 'none') {
    yield* file;
    return;
  }
  let sizeBytes = 0;
  try {
    for await (const chunk of DECOMPRESSED[compression](file)) {
      sizeBytes += chunk.length;
      if (sizeBytes > FREE_BYTES && sizeBytes > MAX_RATIO * file.bytesRead) throw bomb();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new PlumblineError('INVALID_FILE', `the file is no whole ${compression}: ${cause}; write it anew`, {
      path: 'file',
    });
  } finally {
    file.destroy();
  }
}

const DECOMPRESSED: Record<Exclude<Compression, 'none'>, (file: Readable) => AsyncIterable<Uint8Array>> = {
  gzip: (file) => piped(file, createGunzip({ chunkSize: CHUNK_BYTES })),
  zstd: (file) => piped(Readable.from(zstdFrames(file)), createZstdDecompress({ chunkSize: CHUNK_BYTES })),
};

function piped(bytes: Readable, decompressor: Transform): AsyncIterable<Uint8Array> {
  bytes.once('error', (error) => decompressor.destroy(error));
  return bytes.pipe(decompressor);
}

function bomb(): PlumblineError {
  const message = `the file swells to more than ${MAX_RATIO} times its size; decompress it first if it is meant to`;
  return new PlumblineError('INVALID_FILE', message, { path: 'file' });
}
