import type { DIGEST } from '../../operation/digest.js';
import { MAX_TEXT_BYTES } from '../../runtime/text.js';
import { type BigqueryLowering, sql } from '../bigquery-template.js';

/** Hashes and encodings of bytes; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_DIGEST: Readonly<Record<keyof typeof DIGEST, BigqueryLowering | null>> = {
  to_hex_bytes: sql(`CASE WHEN LENGTH($0) <= ${MAX_TEXT_BYTES / 2} THEN TO_HEX($0) END`),
  from_hex_string: sql('SAFE.FROM_HEX($0)'),
  to_base64_bytes: sql(`CASE WHEN LENGTH($0) <= ${(MAX_TEXT_BYTES / 4) * 3} THEN TO_BASE64($0) END`),
  from_base64_string: sql('SAFE.FROM_BASE64($0)'),
  safe_convert_bytes: sql('SAFE_CONVERT_BYTES_TO_STRING($0)'),
  md5_string: sql('MD5($0)'),
  md5_bytes: sql('MD5($0)'),
  sha1_string: sql('SHA1($0)'),
  sha1_bytes: sql('SHA1($0)'),
  sha256_string: sql('SHA256($0)'),
  sha256_bytes: sql('SHA256($0)'),
  sha512_string: sql('SHA512($0)'),
  sha512_bytes: sql('SHA512($0)'),
  farm_fingerprint_string: sql('FARM_FINGERPRINT($0)'),
  farm_fingerprint_bytes: sql('FARM_FINGERPRINT($0)'),
};
