import { type Column, valueAt } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import { MAX_KEPT_BYTES } from './state-codec.js';

/** The value of a row as a state may keep it: 0.0 for -0.0 (S3), bytes of its own; null for NULL and for what is too long. */
export function keptValueAt(column: Column, row: number): Value {
  const value = valueAt(column, row);
  if (value === 0) return 0;
  if (typeof value === 'string') return isShort(value) ? value : null;
  if (value instanceof Uint8Array) return value.length > MAX_KEPT_BYTES ? null : new Uint8Array(value);
  return value;
}

function isShort(text: string): boolean {
  if (text.length * UTF8_BYTES_A_UNIT <= MAX_KEPT_BYTES) return true;
  return text.length <= MAX_KEPT_BYTES && Buffer.byteLength(text, 'utf8') <= MAX_KEPT_BYTES;
}

/** A UTF-16 code unit is at most 3 bytes of UTF-8. */
const UTF8_BYTES_A_UNIT = 3;
