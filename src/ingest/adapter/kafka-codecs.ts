import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

// Node finds only some of this package's names by itself, so its users take them from its default.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Makes kafkajs read and write zstd, which it leaves to its users; the work is done beside the event loop. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => promisify(zstdCompress)(encoder.buffer),
    decompress: (bytes: Buffer) => promisify(zstdDecompress)(bytes),
  });
}
