import type { DIGEST } from '../../operation/digest.js';
import { MAX_TEXT_BYTES } from '../../runtime/text.js';
import { type DuckdbLowering, sql } from '../duckdb-template.js';

/** Hashes and encodings of bytes; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_DIGEST: Readonly<Record<keyof typeof DIGEST, DuckdbLowering | null>> = {
  to_hex_bytes: sql(`CASE WHEN octet_length($0) <= ${MAX_TEXT_BYTES / 2} THEN lower(hex($0)) END`),
  from_hex_string: sql("CASE WHEN regexp_full_match($0, '[0-9A-Fa-f]*') THEN unhex($0) END"),
  to_base64_bytes: sql(`CASE WHEN octet_length($0) <= ${(MAX_TEXT_BYTES / 4) * 3} THEN to_base64($0) END`),
  // DuckDB takes neither white space nor digits without padding.
  from_base64_string: null,
  // DuckDB raises on what is no UTF-8.
  safe_convert_bytes: null,
  md5_string: sql('unhex(md5($0))'),
  md5_bytes: sql('unhex(md5($0))'),
  sha1_string: sql('unhex(sha1($0))'),
  sha1_bytes: sql('unhex(sha1($0))'),
  sha256_string: sql('unhex(sha256($0))'),
  sha256_bytes: sql('unhex(sha256($0))'),
  // DuckDB has neither.
  sha512_string: null,
  sha512_bytes: null,
  farm_fingerprint_string: null,
  farm_fingerprint_bytes: null,
};
