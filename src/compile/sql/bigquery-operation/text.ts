import type { TEXT } from '../../operation/text.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Strings and bytes; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_TEXT: Readonly<Record<keyof typeof TEXT, BigqueryLowering | null>> = {
  length_string: null,
  length_bytes: null,
  lower_string: null,
  upper_string: null,
  trim_string: null,
  trim_string_set: null,
  ltrim_string: null,
  ltrim_string_set: null,
  rtrim_string: null,
  rtrim_string_set: null,
  substr_string: null,
  substr_string_length: null,
  substr_bytes: null,
  substr_bytes_length: null,
  concat_string: null,
  concat_bytes: null,
  replace_string: null,
  starts_with_string: null,
  starts_with_bytes: null,
  ends_with_string: null,
  ends_with_bytes: null,
  strpos_string: null,
};
