import type { ScalarType } from '../../definition/value-type.js';
import { type Guard, type Operation, strict } from './operation.js';

/**
 * Every CAST between different scalar types that GoogleSQL has, named `cast_<from>_<to>`; a bad cast is NULL, so
 * SAFE_CAST is the same. Source: GoogleSQL, "Conversion functions".
 */
export const CAST = {
  cast_int64_bool: cast('INT64', 'BOOL', 'total', '$0 !== 0n'),
  cast_int64_float64: cast('INT64', 'FLOAT64', 'total', 'Number($0)'),
  cast_int64_string: cast('INT64', 'STRING', 'total', 'String($0)'),
  cast_float64_int64: cast('FLOAT64', 'INT64', 'nullable', 'rt.intOfFloat($0)'),
  cast_float64_string: cast('FLOAT64', 'STRING', 'total', 'rt.textOfFloat($0)'),
  cast_bool_int64: cast('BOOL', 'INT64', 'total', '$0 ? 1n : 0n'),
  cast_bool_string: cast('BOOL', 'STRING', 'total', 'String($0)'),
  cast_string_bool: cast('STRING', 'BOOL', 'nullable', 'rt.boolOfText($0)'),
  cast_string_int64: cast('STRING', 'INT64', 'nullable', 'rt.intOfText($0)'),
  cast_string_float64: cast('STRING', 'FLOAT64', 'nullable', 'rt.floatOfText($0)'),
  cast_string_bytes: cast('STRING', 'BYTES', 'total', 'rt.bytesOfText($0)'),
  cast_string_date: cast('STRING', 'DATE', 'nullable', 'rt.dateOfText($0)'),
  cast_string_timestamp: cast('STRING', 'TIMESTAMP', 'nullable', 'rt.timestampOfText($0)'),
  cast_bytes_string: cast('BYTES', 'STRING', 'nullable', 'rt.textOfBytes($0)'),
  cast_date_string: cast('DATE', 'STRING', 'total', 'rt.formatDate($0)'),
  cast_date_timestamp: cast('DATE', 'TIMESTAMP', 'total', 'BigInt($0) * 86400000000n'),
  cast_timestamp_string: cast('TIMESTAMP', 'STRING', 'total', 'rt.textOfTimestamp($0, rt.UTC)'),
  cast_timestamp_date: cast('TIMESTAMP', 'DATE', 'nullable', 'rt.dateOfTimestamp($0, rt.UTC)'),
} as const satisfies Readonly<Record<string, Operation>>;

function cast(from: ScalarType, to: ScalarType, guard: Guard, code: string): Operation {
  return { sql: 'CAST', arguments: [from], result: to, kernel: strict(guard, code) };
}
