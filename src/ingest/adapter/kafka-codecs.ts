import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';

/** Makes kafkajs read and write zstd, which it leaves to its users; the work is done beside the event loop. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => promisify(zstdCompress)(encoder.buffer),
    decompress: (bytes: Buffer) => promisify(zstdDecompress)(bytes),
  });
}
