import { hash } from 'node:crypto';

/** MD5 of bytes, or of a string as UTF-8: 16 bytes. */
export function md5(value: string | Uint8Array): Uint8Array {
  return new Uint8Array(hash('md5', value, 'buffer'));
}

/** SHA-1 of bytes, or of a string as UTF-8: 20 bytes. */
export function sha1(value: string | Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha1', value, 'buffer'));
}

/** SHA-256 of bytes, or of a string as UTF-8: 32 bytes. */
export function sha256(value: string | Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', value, 'buffer'));
}

/** SHA-512 of bytes, or of a string as UTF-8: 64 bytes. */
export function sha512(value: string | Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha512', value, 'buffer'));
}
