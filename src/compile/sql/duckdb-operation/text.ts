import type { TEXT } from '../../operation/text.js';
import { WHITE_SPACE } from '../../runtime/text.js';
import { bounded, type DuckdbLowering, sql, substrTemplate, variadic } from '../duckdb-template.js';

/** Strings and bytes; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_TEXT: Readonly<Record<keyof typeof TEXT, DuckdbLowering | null>> = {
  length_string: sql('length($0)'),
  length_bytes: sql('octet_length($0)'),
  // DuckDB maps letters one by one by its own Unicode tables.
  lower_string: null,
  upper_string: null,
  trim_string: sql(`trim($0, '${WHITE_SPACE}')`),
  trim_string_set: sql('trim($0, $1)'),
  ltrim_string: sql(`ltrim($0, '${WHITE_SPACE}')`),
  ltrim_string_set: sql('ltrim($0, $1)'),
  rtrim_string: sql(`rtrim($0, '${WHITE_SPACE}')`),
  rtrim_string_set: sql('rtrim($0, $1)'),
  // DuckDB counts positions below 1 in its own way; literal ones above 0 are the same.
  substr_string: { floats: 'finite', template: (node) => substrTemplate(node) },
  substr_string_length: { floats: 'finite', template: (node) => substrTemplate(node) },
  // DuckDB has no substring of bytes.
  substr_bytes: null,
  substr_bytes_length: null,
  // Beside a constant NULL the operator loses its type.
  concat_string: variadic((operands) => bounded(`CAST(${operands.join(' || ')} AS VARCHAR)`)),
  concat_bytes: null,
  replace_string: variadic((operands) => bounded(`replace(${operands.join(', ')})`)),
  starts_with_string: sql('starts_with($0, $1)'),
  starts_with_bytes: null,
  ends_with_string: sql('suffix($0, $1)'),
  ends_with_bytes: null,
  strpos_string: sql('strpos($0, $1)'),
};
