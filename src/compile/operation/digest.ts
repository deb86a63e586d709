import { type Operation, strict } from './operation.js';

/** Hashes of 'abc'. */
const OF_ABC = {
  MD5: '900150983cd24fb0d6963f7d28e17f72',
  SHA1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  SHA256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  SHA512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
};

/** Hashes and encodings of bytes; hashes of a string are those of its UTF-8. */
export const DIGEST = {
  to_hex_bytes: {
    sql: 'TO_HEX',
    arguments: ['BYTES'],
    result: 'STRING',
    about: 'Two hexadecimal digits a byte, in small letters. NULL when the result is beyond 1 MiB.',
    example: ["TO_HEX(b'\\x00\\xff')", "'00ff'"],
    kernel: strict('nullable', 'rt.hexOfBytes($0)'),
  },
  from_hex_string: {
    sql: 'FROM_HEX',
    arguments: ['STRING'],
    result: 'BYTES',
    about: 'The bytes of hexadecimal digits; an odd number of them has a leading 0. NULL for anything else.',
    example: ["FROM_HEX('00FF')", "b'\\x00\\xff'"],
    kernel: strict('nullable', 'rt.bytesOfHex($0)'),
  },
  to_base64_bytes: {
    sql: 'TO_BASE64',
    arguments: ['BYTES'],
    result: 'STRING',
    about: 'RFC 4648 base64 with its padding. NULL when the result is beyond 1 MiB.',
    example: ["TO_BASE64(b'\\x00\\xff')", "'AP8='"],
    kernel: strict('nullable', 'rt.base64OfBytes($0)'),
  },
  from_base64_string: {
    sql: 'FROM_BASE64',
    arguments: ['STRING'],
    result: 'BYTES',
    about:
      'The bytes of RFC 4648 base64. ASCII white space is skipped, the padding may be missing as a whole, bits too many are ignored. NULL for anything else.',
    example: ["FROM_BASE64('AP8')", "b'\\x00\\xff'"],
    kernel: strict('nullable', 'rt.bytesOfBase64($0)'),
  },
  safe_convert_bytes: {
    sql: 'SAFE_CONVERT_BYTES_TO_STRING',
    arguments: ['BYTES'],
    result: 'STRING',
    about: 'The string of UTF-8, with U+FFFD in place of every byte that is none.',
    example: ["SAFE_CONVERT_BYTES_TO_STRING(b'n\\xff')", "'n\\ufffd'"],
    kernel: strict('total', 'rt.safeTextOfBytes($0)'),
  },
  md5_string: digest('MD5', 'STRING', '16'),
  md5_bytes: digest('MD5', 'BYTES', '16'),
  sha1_string: digest('SHA1', 'STRING', '20'),
  sha1_bytes: digest('SHA1', 'BYTES', '20'),
  sha256_string: digest('SHA256', 'STRING', '32'),
  sha256_bytes: digest('SHA256', 'BYTES', '32'),
  sha512_string: digest('SHA512', 'STRING', '64'),
  sha512_bytes: digest('SHA512', 'BYTES', '64'),
  farm_fingerprint_string: {
    sql: 'FARM_FINGERPRINT',
    arguments: ['STRING'],
    result: 'INT64',
    about: "FarmHash's Fingerprint64: 64 bits that never change, for sampling and for buckets.",
    example: ["MOD(ABS(FARM_FINGERPRINT('N712JB')), 10)", '7'],
    kernel: strict('total', 'rt.farmFingerprintOfText($0)'),
  },
  farm_fingerprint_bytes: {
    sql: 'FARM_FINGERPRINT',
    arguments: ['BYTES'],
    result: 'INT64',
    about: "FarmHash's Fingerprint64: 64 bits that never change, for sampling and for buckets.",
    example: ["FARM_FINGERPRINT(b'abc')", '2640714258260161385'],
    kernel: strict('total', 'rt.farmFingerprint($0)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

function digest(
  sql: 'MD5' | 'SHA1' | 'SHA256' | 'SHA512',
  from: 'STRING' | 'BYTES',
  size: string,
): Operation {
  const of = from === 'STRING' ? 'a string as UTF-8' : 'bytes';
  const written = from === 'STRING' ? "'abc'" : "b'abc'";
  return {
    sql,
    arguments: [from],
    result: 'BYTES',
    about: `The hash of ${of}, ${size} bytes; TO_HEX writes it as text.`,
    example: [`TO_HEX(${sql}(${written}))`, `'${OF_ABC[sql]}'`],
    kernel: strict('total', `rt.${sql.toLowerCase()}($0)`),
  };
}
