import { hash } from 'node:crypto';
import { type Column, valueAt } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { ScalarType } from '../../definition/value-type.js';

/**
 * MD5 of a value, of which sketches take the first 64 bits (S22); null for NULL. What is hashed is published, so that SQL can
 * hash the same: STRING as UTF-8 and BYTES as they are; INT64, TIMESTAMP (microseconds) and DATE (days) as decimal text; BOOL as
 * `true` or `false`; FLOAT64 as its 8 bytes, the most significant first, 0.0 for -0.0.
 */
export function valueHash(type: ScalarType, column: Column, row: number): Buffer | null {
  const value = valueAt(column, row);
  return value === null ? null : hash('md5', hashed(type, value), 'buffer');
}

function hashed(type: ScalarType, value: NonNullable<Value>): string | Uint8Array {
  if (type === 'FLOAT64') {
    DOUBLE.writeDoubleBE((value as number) + 0);
    return DOUBLE;
  }
  return value instanceof Uint8Array ? value : String(value);
}

const DOUBLE = Buffer.alloc(8);
