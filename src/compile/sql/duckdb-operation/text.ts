import type { Expression } from '../../../definition/expression.js';
import type { TEXT } from '../../operation/text.js';
import { MAX_TEXT_BYTES } from '../../runtime/text.js';
import { WHITE_SPACE } from '../../runtime/trim.js';
import { bounded, type DuckdbLowering, sql, substrTemplate, variadic } from '../duckdb-template.js';

/** As many times as the kernel allows; DuckDB would allocate whatever it is told. */
const repeat = (size: string): DuckdbLowering =>
  sql(
    `CASE WHEN $1 >= 0 AND CAST(${size} AS HUGEINT) * greatest($1, 1) <= ${MAX_TEXT_BYTES} THEN repeat($0, CASE WHEN ${size} > 0 THEN $1 ELSE 0 END) END`,
  );

/** LPAD and RPAD with a pattern; DuckDB takes an empty one. */
const pad = (name: 'lpad' | 'rpad'): DuckdbLowering =>
  variadic(([text, length, pattern = "' '"]) => {
    const isPadded = `${length} BETWEEN 0 AND ${MAX_TEXT_BYTES} AND ${pattern} <> ''`;
    const padded = bounded(
      `${name}(${text}, CAST(least(${length}, ${MAX_TEXT_BYTES}) AS INTEGER), ${pattern})`,
    );
    return `CASE WHEN ${isPadded} THEN ${padded} END`;
  });

/** Bytes as hexadecimal digits, cut at literal positions. */
const substrOfBytes: DuckdbLowering = {
  floats: 'finite',
  template: ({ arguments: [, position, length] }) => {
    const from = literalOf(position, 1n);
    const size = length === undefined ? null : literalOf(length, 0n);
    if (from === undefined || size === undefined) return null;
    const cut = size === null ? '' : `, ${size * 2n}`;
    return `unhex(substring(hex($0), ${from * 2n - 1n}${cut}))`;
  },
};

/** DuckDB takes the first of code points that come twice; in a literal none does. */
const translate: DuckdbLowering = {
  floats: 'finite',
  template: ({ arguments: [, source] }) => {
    if (source?.kind !== 'literal' || typeof source.value !== 'string') return null;
    const points = [...source.value];
    return new Set(points).size < points.length ? null : bounded('translate($0, $1, $2)');
  },
};

/** Strings and bytes; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_TEXT: Readonly<Record<keyof typeof TEXT, DuckdbLowering | null>> = {
  length_string: sql('length($0)'),
  length_bytes: sql('octet_length($0)'),
  char_length_string: sql('length($0)'),
  byte_length_string: sql('strlen($0)'),
  byte_length_bytes: sql('octet_length($0)'),
  // DuckDB maps letters one by one by its own Unicode tables.
  lower_string: null,
  upper_string: null,
  // DuckDB has no initial capitals, and none of these for bytes.
  initcap_string: null,
  initcap_string_delimiters: null,
  lower_bytes: null,
  upper_bytes: null,
  // DuckDB has NFC alone, of its own version of Unicode.
  normalize_string: null,
  normalize_and_casefold_string: null,
  trim_string: sql(`trim($0, '${WHITE_SPACE}')`),
  trim_string_set: sql('trim($0, $1)'),
  ltrim_string: sql(`ltrim($0, '${WHITE_SPACE}')`),
  ltrim_string_set: sql('ltrim($0, $1)'),
  rtrim_string: sql(`rtrim($0, '${WHITE_SPACE}')`),
  rtrim_string_set: sql('rtrim($0, $1)'),
  // DuckDB trims no bytes.
  trim_bytes_set: null,
  ltrim_bytes_set: null,
  rtrim_bytes_set: null,
  // DuckDB counts positions below 1 in its own way; literal ones above 0 are the same.
  substr_string: { floats: 'finite', template: (node) => substrTemplate(node) },
  substr_string_length: { floats: 'finite', template: (node) => substrTemplate(node) },
  substr_bytes: substrOfBytes,
  substr_bytes_length: substrOfBytes,
  left_string: sql('CASE WHEN $1 >= 0 THEN "left"($0, least($1, 2147483647)) END'),
  left_bytes: null,
  right_string: sql('CASE WHEN $1 >= 0 THEN "right"($0, least($1, 2147483647)) END'),
  right_bytes: null,
  // Beside a constant NULL the operator loses its type.
  concat_string: variadic((operands) => bounded(`CAST(${operands.join(' || ')} AS VARCHAR)`)),
  concat_bytes: variadic(boundedBytes),
  replace_string: variadic((operands) => bounded(`replace(${operands.join(', ')})`)),
  replace_bytes: null,
  translate_string: translate,
  translate_bytes: null,
  // DuckDB keeps accents behind their letters.
  reverse_string: null,
  reverse_bytes: null,
  repeat_string: repeat('strlen($0)'),
  repeat_bytes: repeat('octet_length($0)'),
  lpad_string: pad('lpad'),
  lpad_string_pattern: pad('lpad'),
  // DuckDB pads no bytes.
  lpad_bytes: null,
  lpad_bytes_pattern: null,
  rpad_string: pad('rpad'),
  rpad_string_pattern: pad('rpad'),
  rpad_bytes: null,
  rpad_bytes_pattern: null,
  starts_with_string: sql('starts_with($0, $1)'),
  starts_with_bytes: sql('starts_with(hex($0), hex($1))'),
  ends_with_string: sql('suffix($0, $1)'),
  ends_with_bytes: sql('suffix(hex($0), hex($1))'),
  strpos_string: sql('strpos($0, $1)'),
  strpos_bytes: null,
  instr_string: sql('strpos($0, $1)'),
  instr_string_position: null,
  instr_string_occurrence: null,
  instr_bytes: null,
  instr_bytes_position: null,
  instr_bytes_occurrence: null,
  ascii_string: sql("CASE WHEN $0 = '' THEN 0 WHEN unicode($0) < 128 THEN CAST(unicode($0) AS BIGINT) END"),
  ascii_bytes: null,
  unicode_string: sql("CASE WHEN $0 = '' THEN 0 ELSE CAST(unicode($0) AS BIGINT) END"),
  chr_int64: sql(
    'CASE WHEN $0 BETWEEN 0 AND 55295 OR $0 BETWEEN 57344 AND 1114111 THEN chr(CAST($0 AS INTEGER)) END',
  ),
  to_code_points_string: null,
  to_code_points_bytes: null,
  code_points_to_string: null,
  code_points_to_bytes: null,
  soundex_string: null,
  // DuckDB counts bytes.
  edit_distance_string: null,
};

function boundedBytes(operands: readonly string[]): string {
  const joined = `CAST(${operands.join(' || ')} AS BLOB)`;
  return `CASE WHEN octet_length(${joined}) <= ${MAX_TEXT_BYTES} THEN ${joined} END`;
}

/** A literal from `least` to 2^30; undefined for anything else. */
function literalOf(node: Expression | undefined, least: bigint): bigint | undefined {
  const value = node?.kind === 'literal' ? node.value : null;
  return typeof value === 'bigint' && value >= least && value < 2n ** 30n ? value : undefined;
}
