import { formatDate, formatTimestamp } from './time.js';
import type { Value } from './value.js';
import { elementTypeOf, type ScalarType, type ValueType } from './value-type.js';

/** Writes values of one type as JSON text, the same as `stringifyJson(jsonOf(type, value))`, without the objects between. */
export function jsonTextOf(type: ValueType): (value: Value) => string {
  const element = elementTypeOf(type);
  if (element === null) return orNull(TEXTS[type as ScalarType]);
  const text = TEXTS[element];
  return orNull((value) => `[${(value as readonly Value[]).map(text).join(',')}]`);
}

function orNull(text: (value: Value) => string): (value: Value) => string {
  return (value) => (value === null ? 'null' : text(value));
}

const TEXTS: Record<ScalarType, (value: Value) => string> = {
  BOOL: String,
  INT64: (value) => int64Text(value as bigint),
  FLOAT64: (value) => (Object.is(value, -0) ? '-0.0' : String(value)),
  STRING: (value) => JSON.stringify(value),
  BYTES: (value) => `"${Buffer.from(value as Uint8Array).toString('base64')}"`,
  TIMESTAMP: (value) => `"${formatTimestamp(value as bigint)}"`,
  DATE: (value) => `"${formatDate(value as number)}"`,
};

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function int64Text(value: bigint): string {
  return value >= -MAX_SAFE && value <= MAX_SAFE ? String(value) : `"${value}"`;
}
