import { parseJsonLossless, parseJsonValue } from './json-value.js';
import type { Value } from './value.js';
import { elementTypeOf, type ValueType } from './value-type.js';

const FLOAT_PATTERN = /^(?:-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/;

/** A value written as plain text, as in a CSV field: the JSON rules (S4) without the quotes; arrays are JSON. */
export function parseTextValue(
  type: ValueType,
  text: string,
): { readonly value: Value } | { readonly problem: string } {
  if (type === 'BOOL') {
    if (text === 'true' || text === 'false') return { value: text === 'true' };
    return { problem: `"${text}" is no BOOL; write true or false` };
  }
  if (type === 'FLOAT64') {
    if (FLOAT_PATTERN.test(text)) return parseJsonValue(type, Number(text));
    return { problem: `"${text}" is no FLOAT64; write a decimal number` };
  }
  return parseJsonValue(type, elementTypeOf(type) === null ? text : arrayOf(text));
}

function arrayOf(text: string): unknown {
  try {
    return parseJsonLossless(text);
  } catch {
    return text;
  }
}
