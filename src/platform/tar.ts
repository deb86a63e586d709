/** A file of an archive. */
export type TarFile = { readonly name: string; readonly bytes: Uint8Array };

/**
 * A tar archive of a few small files, in their order; the same files give the same bytes: no owner, no time. Source: POSIX
 * pax, ustar interchange format.
 */
export function tarOf(files: readonly TarFile[]): Uint8Array {
  const parts = files.flatMap((file) => [
    headerOf(file),
    file.bytes,
    new Uint8Array(padding(file.bytes.length)),
  ]);
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK_BYTES)]);
}

const BLOCK_BYTES = 512;
const CHECKSUM_AT = 148;

function headerOf({ name, bytes }: TarFile): Uint8Array {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, 100, 'utf8');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  // The sum is taken with spaces in its own place.
  header.write(' '.repeat(8), CHECKSUM_AT);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT);
  return header;
}

function padding(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}
