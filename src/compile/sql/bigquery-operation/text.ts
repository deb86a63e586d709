import type { TEXT } from '../../operation/text.js';
import { MAX_CODE_POINTS } from '../../runtime/code-points.js';
import { MAX_EDIT_CELLS } from '../../runtime/edit-distance.js';
import { MAX_TEXT_BYTES } from '../../runtime/text.js';
import { type BigqueryLowering, sql, variadic } from '../bigquery-template.js';

/** CONCAT whose operands together are no longer than the kernel's result may be. */
const concat = variadic((operands) => {
  const sizes = operands.map((operand) => `BYTE_LENGTH(${operand})`);
  return `CASE WHEN ${sizes.join(' + ')} <= ${MAX_TEXT_BYTES} THEN CONCAT(${operands.join(', ')}) END`;
});

/** Strings and bytes; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_TEXT: Readonly<Record<keyof typeof TEXT, BigqueryLowering | null>> = {
  length_string: sql('LENGTH($0)'),
  length_bytes: sql('LENGTH($0)'),
  char_length_string: sql('CHAR_LENGTH($0)'),
  byte_length_string: sql('BYTE_LENGTH($0)'),
  byte_length_bytes: sql('BYTE_LENGTH($0)'),
  // Which version of Unicode BigQuery has is not said; GoogleSQL's reference has 12.1, with the same letters and forms.
  lower_string: null,
  upper_string: null,
  initcap_string: null,
  initcap_string_delimiters: null,
  normalize_string: null,
  normalize_and_casefold_string: null,
  lower_bytes: sql('LOWER($0)'),
  upper_bytes: sql('UPPER($0)'),
  trim_string: sql('TRIM($0)'),
  trim_string_set: sql('TRIM($0, $1)'),
  trim_bytes_set: sql('TRIM($0, $1)'),
  ltrim_string: sql('LTRIM($0)'),
  ltrim_string_set: sql('LTRIM($0, $1)'),
  ltrim_bytes_set: sql('LTRIM($0, $1)'),
  rtrim_string: sql('RTRIM($0)'),
  rtrim_string_set: sql('RTRIM($0, $1)'),
  rtrim_bytes_set: sql('RTRIM($0, $1)'),
  substr_string: sql('SUBSTR($0, $1)'),
  substr_string_length: sql('SAFE.SUBSTR($0, $1, $2)'),
  substr_bytes: sql('SUBSTR($0, $1)'),
  substr_bytes_length: sql('SAFE.SUBSTR($0, $1, $2)'),
  left_string: sql('SAFE.LEFT($0, $1)'),
  left_bytes: sql('SAFE.LEFT($0, $1)'),
  right_string: sql('SAFE.RIGHT($0, $1)'),
  right_bytes: sql('SAFE.RIGHT($0, $1)'),
  concat_string: concat,
  concat_bytes: concat,
  replace_string: sql('SAFE.REPLACE($0, $1, $2)'),
  replace_bytes: sql('SAFE.REPLACE($0, $1, $2)'),
  translate_string: sql('SAFE.TRANSLATE($0, $1, $2)'),
  translate_bytes: sql('SAFE.TRANSLATE($0, $1, $2)'),
  reverse_string: sql('REVERSE($0)'),
  reverse_bytes: sql('REVERSE($0)'),
  repeat_string: sql('SAFE.REPEAT($0, $1)'),
  repeat_bytes: sql('SAFE.REPEAT($0, $1)'),
  lpad_string: sql('SAFE.LPAD($0, $1)'),
  lpad_string_pattern: sql('SAFE.LPAD($0, $1, $2)'),
  lpad_bytes: sql('SAFE.LPAD($0, $1)'),
  lpad_bytes_pattern: sql('SAFE.LPAD($0, $1, $2)'),
  rpad_string: sql('SAFE.RPAD($0, $1)'),
  rpad_string_pattern: sql('SAFE.RPAD($0, $1, $2)'),
  rpad_bytes: sql('SAFE.RPAD($0, $1)'),
  rpad_bytes_pattern: sql('SAFE.RPAD($0, $1, $2)'),
  starts_with_string: sql('STARTS_WITH($0, $1)'),
  starts_with_bytes: sql('STARTS_WITH($0, $1)'),
  ends_with_string: sql('ENDS_WITH($0, $1)'),
  ends_with_bytes: sql('ENDS_WITH($0, $1)'),
  strpos_string: sql('STRPOS($0, $1)'),
  strpos_bytes: sql('STRPOS($0, $1)'),
  instr_string: sql('INSTR($0, $1)'),
  instr_string_position: sql('SAFE.INSTR($0, $1, $2)'),
  instr_string_occurrence: sql('SAFE.INSTR($0, $1, $2, $3)'),
  instr_bytes: sql('INSTR($0, $1)'),
  instr_bytes_position: sql('SAFE.INSTR($0, $1, $2)'),
  instr_bytes_occurrence: sql('SAFE.INSTR($0, $1, $2, $3)'),
  ascii_string: sql('SAFE.ASCII($0)'),
  ascii_bytes: sql('ASCII($0)'),
  unicode_string: sql('UNICODE($0)'),
  chr_int64: sql('SAFE.CHR($0)'),
  to_code_points_string: sql(`CASE WHEN LENGTH($0) <= ${MAX_CODE_POINTS} THEN TO_CODE_POINTS($0) END`),
  to_code_points_bytes: sql(`CASE WHEN LENGTH($0) <= ${MAX_CODE_POINTS} THEN TO_CODE_POINTS($0) END`),
  code_points_to_string: sql('SAFE.CODE_POINTS_TO_STRING($0)'),
  code_points_to_bytes: sql('SAFE.CODE_POINTS_TO_BYTES($0)'),
  soundex_string: sql('SOUNDEX($0)'),
  edit_distance_string: sql(
    `CASE WHEN LENGTH($0) * LENGTH($1) <= ${MAX_EDIT_CELLS} THEN EDIT_DISTANCE($0, $1) END`,
  ),
};
